"""Tests of tables and the notes below them."""

import csv
import re

import pytest

from tests.report.runs import failed, run, seeds
from tfmot_technique_kit.metrics import catalog
from tfmot_technique_kit.report import aggregate, tables


def _table(*runs):
    (rows,) = aggregate.aggregate(runs).values()
    return tables.table(rows)


def _cells(text, name):
    (line,) = (x for x in text.splitlines() if f"| {name} |" in x)
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_has_the_units_of_its_header():
    text = _table(run("control", 0.9), run("technique@0.8", 0.8765))

    assert list(zip(_cells(text, "variant"), _cells(text, "technique@0.8"), strict=True)) == [
        ("variant", "technique@0.8"),
        ("accuracy", "0.876"),
        ("seeds", "1"),
        ("difference to control", "-0.024"),
        ("exceeds spread", "one seed"),
        (".tflite (kB)", "500.0"),  # of 1,000 bytes
        ("of control (%)", "100.0 (n = 1)"),
        ("gzip (kB)", "170.0"),
        ("of control (%)", "37.8 (n = 1)"),
        ("zeros (%)", "80.0"),
        ("latency (ms)", "0.100"),
        ("of control (%)", "not paired"),
        ("peak memory (KiB)", "5120"),  # of 1,024 bytes
        ("of control (%)", "not distinguishable (below resolution)"),
    ]


_PAIRS = {
    "loss": ([0.11, 0.345, 0.12], "0.120 (0.110 to 0.345)", "114.9 (103.2 to 128.0)"),
    "noise": ([0.09, 0.31, 0.12], "0.120 (0.090 to 0.310)", "not distinguishable (72.6 to 148.3)"),
    "same": ([0.1, 0.3, 0.1], "0.100 (0.100 to 0.300)", "not distinguishable (below resolution)"),
}


def _pair(name):
    medians = _PAIRS[name][0]
    measured = {"median_ms": sorted(medians)[1], "medians": medians, "clock_ms": 0.0002}
    measured |= {"control_medians": [0.1, 0.3, 0.1]}
    return run("technique@0.8", **{f"latency__{key}": value for key, value in measured.items()})


@pytest.mark.parametrize("name", _PAIRS)
def test_a_latency_has_its_spread_and_noise_is_no_number(name):
    runs = [run("control", 0.9), _pair(name)]
    _, *shown = _PAIRS[name]
    assert _cells(_table(*runs), "technique@0.8")[10:12] == shown
    assert _cells(tables.summary(aggregate.aggregate(runs)), "technique@0.8")[7:9] == shown
    _, row = csv.DictReader(tables.values(aggregate.aggregate(runs)).splitlines())
    assert row["latency_median_ms_max"] == str(max(_PAIRS[name][0]))
    assert row["latency_median_ms_ratio_n"] == "3"
    assert (row["latency_median_ms_ratio_verdict"] == "differs") == (name == "loss")


@pytest.mark.parametrize("gain, shown", [(0.1, "+0.100"), (-0.1, "-0.100"), (-0.0001, "+0.000")])
def test_gains_and_losses_look_the_same(gain, shown):
    text = _table(*seeds("control", [0.5, 0.5]), *seeds("technique@0.8", [0.5 + gain] * 2))
    assert _cells(text, "technique@0.8")[3:5] == [f"{shown} ± 0.000", "yes"]


def test_a_variant_without_result_is_a_row_and_has_its_reason_escaped():
    text = _table(failed("technique@0.8", "has | <!-- results: end --> `in` _it_"))
    assert _cells(text, "technique@0.8") == ["technique@0.8", "failed"] + ["-"] * 12
    reason = "technique@0.8: failed: has \\| &lt;!-- results: end --&gt; \\`in\\` \\_it\\_"
    assert f"*   {reason}" in text
    page = tables.page(text)
    assert "<td>technique@0.8</td>" in page
    assert reason.replace("\\", "") in page


def test_a_metric_in_the_list_is_a_column(monkeypatch):
    mine = catalog.Metric("static", "weight_bytes", "kB", "bytes of weights", "weights")
    for module in (aggregate, tables):
        monkeypatch.setattr(module, "METRICS", (*catalog.METRICS, mine))
    shown = _table(run())
    assert _cells(shown, "variant")[-1] == "weights (kB)"
    assert _cells(shown, "baseline")[-1] == "0.4"


_NOISY = seeds("technique@0.8", [0.8] * 3)
_NOISY[0] |= {"latency": _pair("noise")["latency"]}
_NOTES = {
    "what was run": (
        [run(seed=4, hardware__cpu="Z80", hardware__cores=1), run(seed=7)],
        ["digits, version None, real, 20 training and 10 test examples", "seeds (4, 7)"],
        ["accuracy of the converted model on 10 test examples", "too small to be evidence"],
        ["Z80, 1 cores; unknown, 2 cores", "op determinism True, threads 1 and 1, oneDNN True"],
        ["tensorflow 0.0.0", "Commit: 22222222. Configuration: 11111111."],
        ["Latency: not measured.", "Memory: not measured."],
    ),
    "what was measured": (
        [run("control", git=None, profile="full"), run("technique@0.8", profile="full")],
        ["median of the medians of 1 processes, threads: 1, ai-edge-litert 0.0.0"],
        ["Peak memory: VmHWM. A model of one operation takes up to 3 KiB"],
        ["One seed says nothing", "Commit: none; 22222222.", "Not paired: measured at another"],
    ),
    "what seeds can show": (
        [*seeds("control", [0.9] * 3), *_NOISY],
        ["3 seeds, chance alone exceeds the spread in 23 % of all cases, and 2.5 times"],
        ["3 seeds can only show differences larger than that", "an empty call (up to 0.20 µs)"],
    ),
}


@pytest.mark.parametrize("about", _NOTES)
def test_notes_come_from_the_runs(about):
    runs, *expected = _NOTES[about]
    text = _table(*runs).replace("\\", "")
    assert [note for notes in expected for note in notes if note not in text] == []
    assert ("smoke" in text) == (about != "what was measured")
    if about == "what seeds can show":
        assert "Not paired" not in text and "n = 1" not in text


def test_summary_shows_the_technique_whether_it_gains_or_not():
    runs = [failed("technique@0.9", "no memory")]
    for conversion in ("float", "dynamic", "int8"):
        runs += [run("control", 0.9, conversion), run("technique@0.8", 0.2, conversion)]
    text = tables.summary(aggregate.aggregate(runs))
    rows = [[cell.strip() for cell in line.split("|")[2:8]] for line in text.splitlines()[2:]]
    assert [row[0] for row in rows] == ["technique@0.8", "technique@0.9", "technique@0.8+int8"]
    assert rows[0][1:] == ["0.200 accuracy", "-0.700", "one seed", "170.0", "37.8 (n = 1)"]
    assert rows[1][1] == "failed"


def test_csv_has_all_digits_and_all_rows():
    runs = [run("control", 0.123456789), failed("technique@0.8", 'no, "memory"'), run(task="bert")]
    text = tables.values(aggregate.aggregate(runs))
    bert, control, technique = csv.DictReader(text.splitlines())
    assert control["quality_mean"] == "0.123456789"
    assert control["storage_gzip_bytes"] == "450000"
    assert control["measured_run"] == "0" * 64
    assert technique["problems"] == 'failed: no, "memory"'
    assert technique["quality_mean"] == technique["measured_run"] == ""
    assert technique["quality_n"] == "0"
    assert bert["task"] == "bert"


def test_the_time_of_training_stands_beside_the_control_s():
    took = {"control": [2.0, 2.2, 2.1], "technique@0.8": [2.4, 2.7, 2.5]}
    took["technique_qat@0.8"] = [9.0]  # Combinations have stages of others.
    runs = [
        run(training, seed=seed, train__wall_s=seconds)
        for training, values in took.items()
        for seed, seconds in enumerate(values)
    ]
    text = tables.overhead(aggregate.aggregate(runs))

    (row,) = [line for line in text.splitlines() if "technique" in line]
    assert re.search(r"\| technique@0.8 \| 2.5 \| 2.1 \| 120\.\d \(\d+\.\d to \d+\.\d\) \|", row)
    alone = tables.overhead(aggregate.aggregate([run("technique@0.8")]))
    assert "technique@0.8" not in alone


def test_another_keras_is_named_in_each_row_and_in_the_values():
    alone = [run("control"), run("technique@0.8")]
    mixed = [*alone, run("technique@0.8", keras=3, backend="jax")]
    for runs, named in ((alone, False), (mixed, True)):
        settings = aggregate.aggregate(runs)
        header, *rows = csv.reader(tables.values(settings).splitlines())
        assert ("keras" in header) == named
        assert ("Keras" in tables.summary(settings)) == named
    assert [row[header.index("keras")] for row in rows] == ["Keras 2"] * 2 + ["Keras 3, JAX"]
    text = tables.summary(settings)
    assert "| image, smoke profile, Keras 2 | technique@0.8 |" in text
    assert "| image, smoke profile, Keras 3, JAX | technique@0.8 |" in text
