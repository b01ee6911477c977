"""Tests for formats, notes and tables."""

import csv
import re

import pytest
from tests.report import runs as test_runs
from tfmot_technique_kit.report import aggregate, formats, tables


def _settings(*runs):
    return aggregate.aggregate(runs)


def _table(*runs):
    (rows,) = _settings(*runs).values()
    return tables.table(rows)


def _cells(text, name):
    (line,) = (x for x in text.splitlines() if x.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_has_the_units_of_its_header() -> None:
    text = tables.markdown(
        _table(
            test_runs.run("control", 0.9),
            test_runs.run("technique@0.8", 0.8765, conversion="float"),
        )
    )

    assert _cells(text, "technique@0.8") == [
        "technique@0.8",
        "0.876",
        "1",
        "-0.024",
        "one seed",
        "500.0",  # kB of 1,000 bytes
        "170.0",
        "80.0",
        "0.100",
        "5120",  # KiB of 1,024 bytes
    ]
    assert _cells(text, "variant")[5:] == [
        ".tflite (kB)",
        "gzip (kB)",
        "zeros (%)",
        "latency (ms)",
        "peak memory (KiB)",
    ]


@pytest.mark.parametrize("gain", [0.1, -0.1])
def test_gains_and_losses_look_the_same(gain) -> None:
    content = _table(
        *(test_runs.run("control", 0.5, seed=seed) for seed in range(2)),
        *(test_runs.run("technique@0.8", 0.5 + gain, seed=s) for s in range(2)),
    )
    sign = "+" if gain > 0 else "-"
    mirrored = _table(
        *(test_runs.run("control", 0.5, seed=seed) for seed in range(2)),
        *(test_runs.run("technique@0.8", 0.5 - gain, seed=s) for s in range(2)),
    )

    cells = _cells(tables.markdown(content), "technique@0.8")
    assert cells[3:5] == [f"{sign}0.100 ± 0.000", "yes"]
    markup = [re.sub(">[^<]+<", "><", tables.page([t])) for t in (content, mirrored)]
    assert markup[0] == markup[1]


def test_a_difference_of_nothing_is_not_negative() -> None:
    assert formats.difference(-0.0001) == "+0.000"


def test_a_variant_without_result_is_a_row_and_has_its_reason() -> None:
    text = tables.markdown(
        _table(
            test_runs.run(),
            test_runs.failed("technique@0.8", "has | <!-- results: end --> `in` it"),
        )
    )

    assert _cells(text, "technique@0.8") == ["technique@0.8", "failed"] + ["-"] * 8
    assert "*   technique@0.8: failed: has \\| &lt;!-- results: end --&gt; \\`in\\` it" in text


def test_only_failures_still_make_a_table() -> None:
    text = tables.markdown(_table(test_runs.failed("baseline", "no data")))

    assert _cells(text, "baseline")[1] == "failed"


def test_html_is_escaped() -> None:
    page = tables.page([_table(test_runs.failed("baseline", "<script>x</script>"))])

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_notes_come_from_the_runs() -> None:
    machine = test_runs.run()["hardware"] | {"cpu": "Z80", "cores": 1}
    notes = "\n".join(_table(test_runs.run(seed=4, hardware=machine), test_runs.run(seed=7)).notes)

    for expected in (
        "digits, version 1.0, real, 1437 training and 360 test examples",
        "accuracy of the converted model on 360 test examples",
        "seeds (4, 7)",
        "Z80, 1 cores; Some CPU, 2 cores",
        "tensorflow 2.21.0",
        "too small to be evidence",
    ):
        assert expected in notes


def test_a_full_run_is_not_called_a_smoke_test() -> None:
    notes = _table(test_runs.run(profile="full")).notes

    assert not any("smoke" in note for note in notes)


def test_what_was_not_measured_is_said() -> None:
    notes = _table(test_runs.run(seed=1)).notes

    assert "Latency: not measured." in notes
    assert "Memory: not measured." in notes


def test_one_seed_is_said_to_say_nothing() -> None:
    one = _table(test_runs.run("control"), test_runs.run("technique@0.8")).notes

    assert any("One seed says nothing" in note for note in one)


def test_summary_shows_the_technique_whether_it_gains_or_not() -> None:
    runs = []
    for conversion in ("float", "dynamic", "int8"):
        runs.append(test_runs.run("control", 0.9, conversion))
        runs.append(test_runs.run("technique@0.8", 0.2, conversion))
    runs.append(test_runs.failed("technique@0.9", "no memory"))

    summary = tables.summary(_settings(*runs))

    assert [row[1] for row in summary.rows] == [
        "technique@0.8",
        "technique@0.9",
        "technique@0.8+int8",
    ]
    assert summary.rows[0][2:7] == ("0.200 accuracy", "-0.700", "one seed", "170.0", "37.8")
    assert summary.rows[1][2] == "failed"


def test_csv_has_all_digits_and_all_rows() -> None:
    text = tables.values(
        _settings(
            test_runs.run("control", 0.123456789),
            test_runs.failed("technique@0.8", 'no, "memory"'),
            test_runs.run(task="bert"),
        )
    )

    bert, control, technique = csv.DictReader(text.splitlines())
    assert control["quality_mean"] == "0.123456789"
    assert control["storage_gzip_bytes"] == "450000"
    assert technique["problems"] == 'failed: no, "memory"'
    assert technique["quality_mean"] == ""
    assert bert["task"] == "bert"


def test_a_page_without_runs_says_so() -> None:
    assert "No results yet" in tables.page([])
