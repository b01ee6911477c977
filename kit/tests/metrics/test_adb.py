"""Tests for adb."""

import copy

import pytest
from tests.run_example import run_example
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.metrics import adb

_OUTPUT = """INFO: STARTING!
INFO: Log parameter values verbosely: [0]
INFO: Min num runs: [50]
INFO: Num threads: [1]
INFO: Graph: [/data/local/tmp/model.tflite]
INFO: #threads used for CPU inference: [1]
INFO: Loaded model /data/local/tmp/model.tflite
INFO: Initialized TensorFlow Lite runtime.
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
INFO: The input model file size (MB): 1.23457
INFO: Initialized session in 3.5ms.
INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds but \
terminate if exceeding 150 seconds.
INFO: count=200 first=4000 curr=2500 min=2400 max=4000 avg=2550 std=90 \
p5=2410 median=2501 p95=2900

INFO: Running benchmark for at least 50 iterations and at least 1 seconds but \
terminate if exceeding 150 seconds.
INFO: count=400 first=2500 curr=2450 min=2390 max=9000 avg=2600 std=300 \
p5=2400 median={median} p95=2800

INFO: Inference timings in us: Init: 3500, First inference: 4000, \
Warmup (avg): 2550, Inference (avg): 2600
INFO: Note: the following is only APPROXIMATE.
INFO: Memory footprint delta from the start of the tool (MB): init=2.5 \
overall=4.25
"""


def _output(median=2480):
    return _OUTPUT.format(median=median)


def _run():
    run = run_example()
    run["storage"]["tflite_bytes"] = 1_234_567
    return run


def test_one_process() -> None:
    parsed = adb.parse(_output())

    assert parsed["latency"] == {
        "median_ms": 2.48,
        "medians": [2.48],
        "p95_ms": 2.8,
        "cpu_median_ms": None,
        "init_ms": 3.5,
        "first_ms": 4.0,
        "runs": 400,
        "processes": 1,
        "threads": 1,
        "pinned": None,
        "runtime": "benchmark_model",
        "delegate": "xnnpack",
    }
    assert parsed["memory"]["peak_bytes"] == 4.25 * 1024 * 1024


def test_outputs_of_several_processes() -> None:
    latency = adb.parse(_output(2400) + _output(9000) + _output(2500))["latency"]

    assert latency["medians"] == [2.4, 9.0, 2.5]
    assert latency["median_ms"] == 2.5
    assert latency["processes"] == 3
    assert latency["runs"] == 1200


def test_output_of_equal_times_and_without_log_levels() -> None:
    # Older builds write no INFO, and times that are all the same in a short form.
    output = _output().replace("INFO: ", "").replace("Num threads", "num threads")
    line = output[output.index("count=400") :].partition("\n")[0]
    output = output.replace(line, "count=400 curr=7 (all same) p5=7 median=7 p95=7")

    assert adb.parse(output)["latency"]["median_ms"] == 0.007


def test_memory_is_unavailable_where_it_is_not_printed() -> None:
    output = _output().partition("INFO: Memory footprint")[0]

    assert "footprint" in adb.parse(output)["memory"]["unavailable"]


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("Log parameter values verbosely", "", "no output of benchmark_model"),
        ("Inference timings in us", "", "did it end with an error"),
        ("median=", "middle=", "use a newer build"),
        ("hreads: [1]", "", "pass --num_threads=1"),
    ],
)
def test_missing_line_is_named(old, new, message) -> None:
    with pytest.raises(ValueError, match=message):
        adb.parse(_output().replace(old, new))
    with pytest.raises(ValueError, match="no output of benchmark_model"):
        adb.parse("")


def test_run_on_a_device_is_a_run_of_its_own(tmp_path) -> None:
    run = _run()
    before = copy.deepcopy(run)

    measured = adb.on_device(run, "adb:Pixel 8", _output())

    assert run == before
    assert measured["device"] == "adb:Pixel 8"
    assert measured["latency"]["median_ms"] == 2.48
    assert measured["quality"] == run["quality"]
    results.write(tmp_path, run)
    results.write(tmp_path, measured)
    assert len(results.load_all(tmp_path)) == 2
    again = adb.on_device(run, "adb:Pixel 8", _output(2500))
    assert again["run_id"] == measured["run_id"]


def test_output_of_another_model_is_refused() -> None:
    run = _run()
    run["storage"]["tflite_bytes"] = 1_234_000

    with pytest.raises(ValueError, match="of 1.23457 MB.* 1234000 bytes"):
        adb.on_device(run, "adb:Pixel 8", _output())


def test_device_and_run_must_fit() -> None:
    with pytest.raises(ValueError, match="write adb:"):
        adb.on_device(_run(), "Pixel 8", _output())
    with pytest.raises(ValueError, match="failed on host"):
        adb.on_device({**_run(), "status": "failed"}, "adb:Pixel 8", _output())
