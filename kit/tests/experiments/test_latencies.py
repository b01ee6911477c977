"""Tests for latencies: where a measurement may go."""

import copy
import hashlib
import re

import pytest

from tests.metrics.benchmark_output import output_of
from tests.run_example import run_example
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import environment, latencies, results
from tfmot_technique_kit.metrics import latency
from tfmot_technique_kit.switch import Switch

MODEL = latency.one_operator_model()
SECTIONS = {name: run_example()[name] for name in ("latency", "memory")}
EARLIER = SECTIONS["latency"]


@pytest.fixture
def keep(record, tmp_path):
    """A function that records a run of this machine and keeps its model, whose card it returns."""

    def keep_it(plan, name="control", model=MODEL, **changes):
        software = environment.software("no-such-distribution", Switch())
        here = {"hardware": environment.hardware(), "software": software, "artifacts__path": name}
        here["artifacts__tflite_sha256"] = hashlib.sha256(MODEL).hexdigest()
        run = record(plan, name, **{**here, **changes})
        path = tmp_path / "artifacts" / name / "model_float.tflite"
        path.parent.mkdir(parents=True)
        path.write_bytes(model)
        return run, path.with_suffix(".md")

    return keep_it


@pytest.fixture
def measure(make_plan, keep, tmp_path, monkeypatch):
    """A function that records a run, measures what is left to, and returns lines and the run."""
    monkeypatch.setattr(latency, "measure", lambda *_: SECTIONS)

    def run_it(**changes):
        plan = make_plan()
        recorded, card = keep(plan, **changes)
        todo = [(plan, [plan.parse("control")])]
        lines = latencies.measure(todo, tmp_path / "results", tmp_path / "artifacts")
        (run,) = results.load_all(tmp_path / "results")
        assert run == {**recorded, **{name: run[name] for name in SECTIONS}}
        return lines, run, card

    return run_it


def test_a_run_of_this_machine_is_measured_once(measure):
    lines, run, card = measure()
    assert lines == []
    assert run["latency"]["median_ms"] == 0.1
    assert "| Latency | 0.100 ms |" in card.read_text()


@pytest.mark.parametrize(
    ("before", "control", "expected"),
    [
        (None, {}, ["control"]),
        (EARLIER, {}, ["control"]),  # Of a version that did not measure alternately.
        ({**EARLIER, "clock_ms": 0.0001}, {}, ["control"]),  # There was no control yet.
        ({**EARLIER, "clock_ms": 0.0001, "control_medians": [0.1]}, {}, []),
        ({"unavailable": "It does not run."}, {}, []),
        (None, {"model": b"another"}, [None]),
        (None, {"latency": {"unavailable": "It does not run."}}, [None]),
        (None, None, [None]),
    ],
)
def test_a_run_is_measured_with_its_control(
    make_plan, keep, tmp_path, monkeypatch, before, control, expected
):
    measured = []

    def remember(path, options, control):
        measured.append(control and control.parent.name)
        return SECTIONS

    monkeypatch.setattr(latency, "measure", remember)
    plan = make_plan()
    keep(plan, "technique", latency=before)
    if control is not None:
        keep(plan, **control)
    todo = [(plan, [plan.parse("technique")])]
    latencies.measure(todo, tmp_path / "results", tmp_path / "artifacts")

    assert measured == expected


def other_hardware(**changes):
    return {"hardware": environment.hardware() | changes}


RAM = environment.hardware()["ram_bytes"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (other_hardware(cpu="Another CPU"), "another machine trained"),
        (other_hardware(cores=999), "another machine trained"),
        (other_hardware(ram_bytes=2**20), "another machine trained"),
        (other_hardware(ram_bytes=int(RAM * 1.005)), None),  # What a kernel keeps for itself.
        ({"software": run_example()["software"]}, "another ai-edge-litert"),
        ({"model": b"another"}, "not in .*artifacts"),
    ],
)
def test_what_belongs_elsewhere_is_left_with_a_line(measure, changes, reason):
    lines, run, _ = measure(**changes)
    assert bool(run["latency"]) == bool(run["memory"]) == (reason is None)
    for line in lines:
        assert re.search(f"^Left 1 latencies: .*{reason}.*`technique sweep`", line)
    assert len(lines) == bool(reason)


def test_a_run_on_a_device_is_a_run_of_its_own(tmp_path):
    run = run_example(storage__tflite_bytes=1_234_567)
    before = copy.deepcopy(run)
    measured = latencies.on_device(run, "adb:Pixel 8", output_of())
    assert run == before
    assert measured["device"] == "adb:Pixel 8"
    assert measured["latency"]["median_ms"] == 2.48
    assert measured["quality"] == run["quality"]
    for each in (run, measured):
        results.write(tmp_path, each)
    assert len(results.load_all(tmp_path)) == 2
    again = latencies.on_device(run, "adb:Pixel 8", output_of(2500))
    assert again["run_id"] == measured["run_id"]


@pytest.mark.parametrize(
    ("changes", "device", "message"),
    [
        ({}, "Pixel 8", "write adb:"),
        ({"status": "failed"}, "adb:Pixel 8", "failed on host"),
        ({"device": "adb:Pixel 8"}, "adb:Pixel 8", "ok on adb:Pixel 8"),
    ],
)
def test_device_and_run_must_fit(changes, device, message):
    with pytest.raises(UserError, match=message):
        latencies.on_device(run_example(**changes), device, output_of())
