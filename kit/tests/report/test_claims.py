"""Tests for claims."""

import pytest
from tests.report import runs as test_runs
from tfmot_technique_kit.report import aggregate, claims

_BLOCK = "<!-- results: begin tables -->\n{}\n<!-- results: end -->\n"


@pytest.fixture
def numbers():
    return claims.known(
        aggregate.aggregate(
            [test_runs.run("control", 0.972), test_runs.run("technique@0.8", 0.865)]
        )
    )


def _find(numbers, line, heading="## Results"):
    text = f"# Title\n\n{heading}\n\n{line}\n\n{_BLOCK.format('')}"
    return claims.unsupported("a.md", text, numbers)


@pytest.mark.parametrize(
    "line",
    [
        "It reaches 98.4 % of the control.",
        "It reaches 98.4% of the control.",
        "an accuracy of 0.99",
        "accuracy: .99",
        "0.99 accuracy",
        "It takes 1.234 ms.",
        "It takes 12 kB instead of 450.0 kB.",
        "Only 12 MiB of memory",
        "4x smaller",
        "4× smaller",
        "four or 4 times as fast",
        "a loss of 0.2 percentage points",
        "| technique | 0.99 |",
        "```\nruns in 7 ms\n```",
    ],
)
@pytest.mark.parametrize(
    "heading", ["## Results", "# Experimental results", "### Benchmarks on phones"]
)
def test_numbers_without_run(numbers, line, heading) -> None:
    (problem,) = _find(numbers, line, heading)

    assert problem.startswith("a.md:")
    assert "\n" not in problem


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
def test_numbers_of_the_runs_and_other_numbers(numbers, line) -> None:
    assert not _find(numbers, line)


def test_digits_have_to_be_those_of_the_table(numbers) -> None:
    assert _find(numbers, "It is 87 % right.")


def test_a_number_counts_for_its_unit_alone(numbers) -> None:
    assert _find(numbers, "It takes 170.0 ms.")


def test_other_sections_are_not_looked_at(numbers) -> None:
    assert not _find(numbers, "It needs 99 MB and 3 ms.", "## Install")
    assert not _find(numbers, "See 99 MB.", "## Results\n\nText.\n\n## Install")


def test_subsections_belong_to_their_section(numbers) -> None:
    assert _find(numbers, "See 99 MB.", "## Results\n\n### On phones")


def test_a_comment_in_code_is_no_heading(numbers) -> None:
    code = "## Results\n\n```\n# comment\n```\n"

    assert _find(numbers, "See 99 MB.", code)


def test_lines_are_counted_and_blocks_are_not_looked_at(numbers) -> None:
    block = _BLOCK.format("\n1.5 ms\n## Install\n")
    text = f"## Results\n\n{block}\nIt takes 7 ms.\n"

    (problem,) = claims.unsupported("a.md", text, numbers)

    assert problem.startswith("a.md:10: no run has 7 ")


def test_without_runs_no_number_is_supported() -> None:
    assert _find(claims.known({}), "an accuracy of 0.972")
