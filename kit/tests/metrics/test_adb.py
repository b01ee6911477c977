"""Tests for adb."""

import pytest

from tests.metrics.benchmark_output import output_of
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.metrics import adb

BYTES = 1_234_567


def test_one_process():
    parsed = adb.parse(output_of(), BYTES)
    assert parsed["latency"] == {
        **{"median_ms": 2.48, "medians": [2.48], "p95_ms": 2.8, "cpu_median_ms": None},
        **{"init_ms": 3.5, "first_ms": 4.0, "runs": 400, "processes": 1, "threads": 1},
        "clock_ms": 0.001,  # It counts microseconds.
        **{"pinned": None, "runtime": "benchmark_model", "delegate": "xnnpack"},
    }
    assert parsed["memory"]["peak_bytes"] == 4.25 * 1024 * 1024


def test_outputs_of_several_processes():
    latency = adb.parse(output_of(2400) + output_of(9000) + output_of(2500), BYTES)["latency"]
    assert latency["medians"] == [2.4, 9.0, 2.5]
    assert latency["median_ms"] == 2.5
    assert (latency["processes"], latency["runs"]) == (3, 1200)


def test_output_of_older_builds():
    # They write no INFO, times that are all the same in a short form, and no memory.
    output = output_of().partition("INFO: Memory footprint")[0]
    output = output.replace("INFO: ", "").replace("Num threads", "num threads")
    line = output[output.index("count=400") :].partition("\n")[0]
    output = output.replace(line, "count=400 curr=7 (all same) p5=7 median=7 p95=7")
    parsed = adb.parse(output, BYTES)
    assert parsed["latency"]["median_ms"] == 0.007
    assert "footprint" in parsed["memory"]["unavailable"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Log parameter values verbosely", "", "no output of benchmark_model"),
        ("Inference timings in us", "", "did it end with an error"),
        ("median=", "middle=", "use a newer build"),
        ("hreads: [1]", "", "pass --num_threads=1"),
        ("(MB): 1.23457", "(MB): 1.23458", "of 1.23458 MB.* 1234567 bytes"),
        (output_of(), "", "no output of benchmark_model"),
    ],
)
def test_what_is_wrong_is_named(old, new, message):
    with pytest.raises(UserError, match=message):
        adb.parse(output_of().replace(old, new), BYTES)
