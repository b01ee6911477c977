"""Tests of finding numbers that no run is behind."""

import pytest

from tests.report.runs import run
from tfmot_technique_kit.report import aggregate, claims

BLOCK = "<!-- results: begin tables -->\n{}\n<!-- results: end -->\n"
NUMBERS = claims.known(aggregate.aggregate([run("control", 0.972), run("technique@0.8", 0.865)]))


def _find(line, heading="## Results", numbers=NUMBERS):
    text = f"# Title\n\n{heading}\n\n{line}\n\n{BLOCK.format('')}"
    return claims.unsupported("a.md", text, numbers)


@pytest.mark.parametrize(
    "line",
    [
        "It reaches 98.4 % of the control.",
        "a loss of 0.2 percentage points",
        "an accuracy of 0.99",
        "accuracy: .99",
        "0.99 accuracy",
        "It takes 1.234 ms.",
        "It takes 12 kB instead of 450.0 kB.",
        "Only 12 MiB of memory",
        "4x smaller",
        "4× smaller, 4 times as fast",
        "| technique | 0.99 |",
        "```\nruns in 7 ms\n```",
        "It is 87 % right.",  # not with the digits of the tables
        "It takes 170.0 ms.",  # of another unit
    ],
)
@pytest.mark.parametrize(
    "heading",
    ["# Experimental results", "## Results\n\n### On phones", "### Benchmarks\n\n```\n# a\n```\n"],
)
def test_numbers_without_run(line, heading):
    (problem,) = _find(line, heading)
    assert str(problem).startswith("a.md:")
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    "line",
    [
        "Its accuracy is 0.865, and that of the control 0.972.",
        "It loses 10.7 percentage points, or accuracy by 0.107.",
        "It is 86.5 % right, with 80.0 % zeros.",
        "It takes 170.0 kB, 37.8 % of the control, and 0.100 ms.",
        "After gzip it is 2.6 times smaller (2.6×), at 5120 KiB of memory.",
        "| technique | 0.865 |",
        "It has 3 layers, 64 x 64 pixels, 3x3 kernels and 2 cores.",
        "Python 3.11 and TensorFlow 2.21, issue 133, in 2026",
        "It is called `technique@0.8` and `--level 50 %`.",
    ],
)
def test_numbers_of_the_runs_and_other_numbers(line):
    assert not _find(line)


@pytest.mark.parametrize("heading", ["## Install", "## Results\n\nText.\n\n## Install"])
def test_other_sections_are_not_looked_at(heading):
    assert not _find("It needs 99 MB and 3 ms.", heading)


def test_a_ratio_that_may_be_noise_is_no_claim():
    pairs = {"latency__medians": [0.09, 0.31, 0.12], "latency__control_medians": [0.1, 0.3, 0.1]}
    numbers = claims.known(aggregate.aggregate([run("control"), run("technique@0.8", **pairs)]))
    assert _find("It takes 103.6 % of the time.", numbers=numbers)
    assert not _find("It takes 0.310 ms, between 72.6 % and 148.3 %.", numbers=numbers)


def test_lines_are_counted_and_blocks_are_not_looked_at():
    block = BLOCK.format("\n1.5 ms\n## Install\n")
    (problem,) = claims.unsupported("a.md", f"## Results\n\n{block}\nIt takes 7 ms.\n", NUMBERS)
    assert str(problem).startswith("a.md:10: no run has 7 ")


def test_without_runs_no_number_is_supported():
    assert _find("an accuracy of 0.972", numbers=claims.known({}))
