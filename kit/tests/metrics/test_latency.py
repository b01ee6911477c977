"""Tests for latency and the process it starts."""

import os
import pathlib

import jsonschema
import pytest
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.metrics import benchmark_process, floor, latency

_OPTIONS = {"processes": 2, "warmup_s": 0.0, "min_s": 0.0, "min_runs": 5, "threads": 1}
_RUNS = """
import importlib.util
import os
import sys

import numpy

spec = importlib.util.spec_from_file_location('child', {path!r})
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)
{change}
child.main(*sys.argv[1:])
"""
_linux = pytest.mark.skipif(
    not os.path.exists("/proc/self/clear_refs"), reason="needs /proc of Linux"
)


@pytest.fixture(name="model")
def _model(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(floor.one_operator_model())
    return path


@pytest.fixture(name="change_process")
def _change_process(tmp_path, monkeypatch):
    """Returns a function that adds code to the process that measures."""

    def change_process(code):
        path = tmp_path / "child.py"
        child = os.fspath(pathlib.Path(benchmark_process.__file__))
        path.write_text(_RUNS.format(path=child, change=code))
        monkeypatch.setattr(latency, "_PROCESS", path)
        latency._floor_bytes.cache_clear()

    yield change_process
    latency._floor_bytes.cache_clear()


def test_latency_is_of_all_processes(model) -> None:
    measured = latency.measure(model, _OPTIONS)["latency"]

    assert measured["processes"] == len(measured["medians"]) == 2
    assert measured["runs"] == 10
    assert min(measured["medians"]) <= measured["median_ms"]
    assert measured["median_ms"] <= measured["p95_ms"]
    assert 0 < measured["cpu_median_ms"]
    assert 0 < measured["first_ms"]
    assert measured["delegate"] == "xnnpack"
    assert measured["runtime"].startswith("ai-edge-litert ")


@_linux
def test_sections_fit_the_run_file(model) -> None:
    measured = latency.measure(model, _OPTIONS)

    schema = results.schema()
    for section, value in measured.items():
        jsonschema.validate(value, {"$ref": f"#/$defs/{section}", "$defs": schema["$defs"]})


@_linux
def test_memory_is_the_models_own(model, change_process) -> None:
    # What the process held before does not count, and not what it inherits.
    ballast = bytearray(os.urandom(1)) * 200_000_000
    small = latency.measure(model, _OPTIONS)["memory"]
    del ballast

    assert small["peak_bytes"] < 20_000_000
    assert abs(small["peak_bytes"] - small["floor_bytes"]) < 1_000_000

    # Neither does what it has given back.
    change_process("numpy.ones(25_000_000)")
    assert latency.measure(model, _OPTIONS)["memory"]["peak_bytes"] < 20_000_000

    # 40 MB that the model needs while it runs do count.
    change_process(
        "run = child._run\n"
        "def _run(model):\n"
        "  numpy.ones(5_000_000)\n"
        "  return run(model)\n"
        "child._run = _run"
    )
    large = latency.measure(model, _OPTIONS)["memory"]

    assert large["peak_bytes"] - small["peak_bytes"] > 39_000_000


@_linux
def test_process_stays_on_one_core(model, change_process) -> None:
    assert latency.measure(model, _OPTIONS)["latency"]["pinned"]

    change_process(
        "fill = child._fill_inputs\n"
        "def check(*arguments):\n"
        "  fill(*arguments)\n"
        "  assert len(os.sched_getaffinity(0)) == 1\n"
        "child._fill_inputs = check"
    )
    assert "median_ms" in latency.measure(model, _OPTIONS)["latency"]


def test_without_pinning_latency_says_so(model, change_process) -> None:
    change_process('if hasattr(os, "sched_setaffinity"):\n  del os.sched_setaffinity')

    measured = latency.measure(model, _OPTIONS)["latency"]

    assert measured["pinned"] is False
    assert measured["median_ms"] > 0


def test_without_proc_memory_is_unavailable(model, change_process) -> None:
    change_process('child._CLEAR_REFS = "/nowhere/clear_refs"')

    measured = latency.measure(model, _OPTIONS)

    assert "/nowhere/clear_refs" in measured["memory"]["unavailable"]
    assert "Linux" in measured["memory"]["unavailable"]
    assert measured["latency"]["median_ms"] > 0


@pytest.mark.parametrize(
    "code, reason",
    [
        ("import signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ('sys.exit("out of luck")', "out of luck"),
        ("import time; time.sleep(60)", "did not end within 1 s"),
    ],
)
def test_process_that_fails_is_a_result(model, change_process, monkeypatch, code, reason) -> None:
    if "sleep" in code:
        monkeypatch.setattr(latency, "_TIMEOUT_S", 1)
    change_process(code)

    measured = latency.measure(model, _OPTIONS)

    for section in ("latency", "memory"):
        assert reason in measured[section]["unavailable"]
        assert "\n" not in measured[section]["unavailable"]


def test_model_that_does_not_load_is_a_result(tmp_path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(bytes(100))

    measured = latency.measure(path, _OPTIONS)

    assert "failed" in measured["latency"]["unavailable"]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores are not known")
def test_more_threads_than_cores_are_not_measured(model) -> None:
    options = {**_OPTIONS, "threads": 1 + len(os.sched_getaffinity(0))}

    reason = latency.measure(model, options)["latency"]["unavailable"]

    assert "lower the option threads" in reason


def test_missing_option_and_file_are_named(model, tmp_path) -> None:
    with pytest.raises(ValueError, match="processes is 0"):
        latency.measure(model, {**_OPTIONS, "processes": 0})
    with pytest.raises(ValueError, match="min_runs is None"):
        latency.measure(model, {k: v for k, v in _OPTIONS.items() if k != "min_runs"})
    with pytest.raises(FileNotFoundError, match="no_model.tflite"):
        latency.measure(tmp_path / "no_model.tflite", _OPTIONS)


def test_child_imports_nothing_but_the_runtime(model, change_process) -> None:
    change_process(
        "main = child.main\n"
        "def check(*arguments):\n"
        "  main(*arguments)\n"
        '  for name in ("tensorflow", "tf_keras", "experiments"):\n'
        "    assert name not in sys.modules\n"
        "child.main = check"
    )

    assert "median_ms" in latency.measure(model, _OPTIONS)["latency"]
