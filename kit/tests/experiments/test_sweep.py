"""Tests for sweep: which commands it starts."""

import argparse
import concurrent.futures

import pytest
from tfmot_technique_kit.experiments import config, executors, sweep
from tfmot_technique_kit.experiments import plan as plan_lib


@pytest.fixture(name="commands")
def _commands(monkeypatch):
    """The commands that a sweep starts; none is run."""
    commands = []

    def start(arguments, jobs):
        del jobs
        futures = []
        for command in arguments:
            commands.append(command)
            future = concurrent.futures.Future()
            future.set_result((0, ""))
            futures.append(future)
        return futures

    monkeypatch.setitem(executors.EXECUTORS, "local", start)
    return commands


def plans(count):
    values = config.load("image", "smoke")
    return [plan_lib.Plan("image", "smoke", values, s) for s in range(count)]


def run(folder, some_plans, **options):
    """Sweeps with the options of the command line."""
    defaults = {
        "trainings": ["control"],
        "results": folder,
        "artifacts": folder,
        "data_dir": None,
        "changes": [],
        "executor": "local",
        "jobs": 1,
        "latency": True,
    }
    return sweep.run(some_plans, argparse.Namespace(**defaults | options))


def test_starts_one_process_for_each_seed(commands, tmp_path) -> None:
    assert run(tmp_path, plans(3)) == []
    assert len(commands) == 3
    seeds = [a for c in commands for a in c if a.startswith("--seed")]
    assert sorted(seeds) == ["--seed=0", "--seed=1", "--seed=2"]
    assert "--no-latency" in commands[0]  # Never beside another training.


def test_says_what_has_become_of_the_runs(commands, tmp_path, capsys) -> None:
    run(tmp_path, plans(1))
    assert "\n6 missing. Show them:" in capsys.readouterr().out


def test_names_what_is_left_to_run(commands, tmp_path) -> None:
    run(tmp_path, plans(1), trainings=["qat"], changes=["training.epochs=2"])
    variants = [a for a in commands[0] if a.startswith("--variant")]
    assert variants == [
        "--variant=baseline",
        "--variant=baseline+dynamic",
        "--variant=baseline+int8",
        "--variant=qat+int8",
    ]
    assert "--set=training.epochs=2" in commands[0]


def test_tells_which_process_failed(monkeypatch, tmp_path) -> None:
    future = concurrent.futures.Future()
    future.set_result((1, "Error: No space left on device."))
    monkeypatch.setitem(executors.EXECUTORS, "local", lambda *_: [future])
    (problem,) = run(tmp_path, plans(1))
    assert problem == "image, seed 0: Error: No space left on device."
