"""Tests for latency and the process it starts."""

import os
from pathlib import Path

import jsonschema
import pytest

from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.metrics import benchmark_process, latency

_OPTIONS = {"processes": 2, "warmup_s": 0.0, "min_s": 0.0, "min_runs": 5, "threads": 1}
_RUNS = """
import importlib.util, os, sys, numpy
spec = importlib.util.spec_from_file_location('child', {path!r})
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)
{change}
child.main(*sys.argv[1:])
"""
_linux = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="needs /proc of Linux"
)


def measure(model, **options):
    """Measures a model, and checks that a run file can hold the result."""
    sections = latency.measure(model, _OPTIONS, **options)
    schema = results.schema()
    for name, value in sections.items():
        jsonschema.validate(value, {**schema["properties"][name], "$defs": schema["$defs"]})
    return sections


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(latency.one_operator_model())
    return path


@pytest.fixture
def change_process(tmp_path, monkeypatch):
    """Returns a function that adds code to the process that measures."""

    def change(code):
        path = tmp_path / "child.py"
        path.write_text(_RUNS.format(path=benchmark_process.__file__, change=code))
        monkeypatch.setattr(latency, "_PROCESS", path)
        latency._floor_bytes.cache_clear()

    yield change
    latency._floor_bytes.cache_clear()


@_linux
@pytest.mark.parametrize("has_control", [False, True])
def test_latency_is_of_all_processes(model, has_control):
    sections = measure(model, control=model if has_control else None)
    measured, memory = sections["latency"], sections["memory"]
    # With a control each is loaded first in as many processes, and runs half as often in them.
    count = 4 if has_control else 2
    assert measured["processes"] == len(measured["medians"]) == count
    assert len(measured.get("control_medians", ())) == (count if has_control else 0)
    assert len(memory["peaks"]) == 2 and measured["runs"] >= 10
    assert min(measured["medians"]) <= measured["median_ms"] <= measured["p95_ms"]
    times = [measured[name] for name in ("cpu_median_ms", "init_ms", "first_ms", "clock_ms")]
    assert min(times + measured.get("control_medians", [])) > 0
    assert measured["clock_ms"] < 0.1
    assert measured["delegate"] == "xnnpack" and measured["runtime"].startswith("ai-edge-litert ")


@_linux
def test_memory_is_the_models_own(model, change_process):
    # What the process held before does not count, and not what it inherits.
    ballast = bytearray(os.urandom(1)) * 200_000_000
    small = measure(model)["memory"]
    del ballast
    assert small["peak_bytes"] < 20_000_000
    assert abs(small["peak_bytes"] - small["floor_bytes"]) < 1_000_000
    # Neither does what it has given back.
    change_process("numpy.ones(25_000_000)")
    assert measure(model)["memory"]["peak_bytes"] < 20_000_000
    # 40 MB that the model needs while it runs do count.
    change_process(
        "measure = child._time\n"
        "child._time = lambda call: (numpy.ones(5_000_000), measure(call))[1]"
    )
    large = measure(model)["memory"]
    assert large["peak_bytes"] - small["peak_bytes"] > 39_000_000


def test_a_control_that_does_not_run_is_left_out(model, tmp_path):
    control = tmp_path / "control.tflite"
    control.write_bytes(bytes(100))
    measured = measure(model, control=control)["latency"]
    assert measured["median_ms"] > 0 and "control_medians" not in measured


def test_models_take_turns(monkeypatch):
    monkeypatch.setattr(benchmark_process, "_TURN_RUNS", 2)
    monkeypatch.setattr(benchmark_process, "_TURN_S", 60)
    order = []
    calls = [lambda name=name: order.append(name) for name in "ab"]
    empty, *times = benchmark_process._by_turns(calls, warmup_s=0, min_s=0, min_runs=4)
    # The first run of a turn does not count.
    assert "".join(order) == "aaabbbaaabbb"
    assert [len(wall) for wall, _ in (empty, *times)] == [4, 4, 4]


def test_where_the_system_cannot_it_says_so(model, change_process):
    change_process(
        'vars(os).pop("sched_setaffinity", None)\n'
        'child._CLEAR_REFS = child.Path("/nowhere/clear_refs")'
    )
    measured = measure(model)
    assert measured["latency"]["pinned"] is False and measured["latency"]["median_ms"] > 0
    assert "Linux under /proc: /nowhere/clear_refs" in measured["memory"]["unavailable"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ('sys.exit("out of luck")', "out of luck"),
        ("import time; time.sleep(60)", "did not end within 1 s"),
    ],
)
def test_process_that_fails_is_a_result(model, change_process, monkeypatch, code, reason):
    if "sleep" in code:
        monkeypatch.setattr(latency, "_TIMEOUT_S", 1)
    change_process(code)
    measured = measure(model)
    for section in ("latency", "memory"):
        assert reason in measured[section]["unavailable"]
        assert "\n" not in measured[section]["unavailable"]


def test_what_cannot_be_measured_is_said(model):
    if hasattr(os, "sched_getaffinity"):
        options = {**_OPTIONS, "threads": 1 + len(os.sched_getaffinity(0))}
        reason = latency.measure(model, options)["latency"]["unavailable"]
        assert "lower the option threads" in reason
    model.write_bytes(bytes(100))
    assert "failed" in measure(model)["latency"]["unavailable"]


@_linux
def test_the_process_stays_on_one_core_and_imports_nothing_but_the_runtime(model, change_process):
    change_process(
        "fill = child._fill_inputs\n"
        "def check(*arguments):\n"
        "  fill(*arguments)\n"
        "  assert len(os.sched_getaffinity(0)) == 1\n"
        '  assert not {"tensorflow", "tf_keras", "tfmot_technique_kit"} & set(sys.modules)\n'
        "child._fill_inputs = check"
    )
    assert measure(model)["latency"]["pinned"]
