"""Tests for executors."""

import concurrent.futures
import os
import subprocess
import sys

import pytest
from tfmot_technique_kit.experiments import executors

COMMANDS = [["--help"], ["no-such-command"]]


def check(futures) -> None:
    (helped, _), (failed, line) = [future.result() for future in futures]
    assert helped == 0
    assert failed == 2
    assert "no-such-command" in line


def test_runs_here() -> None:
    futures = executors.run_locally(COMMANDS, jobs=2)
    concurrent.futures.wait(futures)
    check(futures)


def test_runs_as_slurm_jobs(tmp_path, monkeypatch) -> None:
    pytest.importorskip("submitit")
    monkeypatch.setattr(executors, "_LOGS", tmp_path)
    check(executors.run_on_slurm(COMMANDS, jobs=2, cluster="local"))


def test_runs_as_ray_tasks() -> None:
    ray = pytest.importorskip("ray")
    try:
        check(executors.run_on_ray(COMMANDS, jobs=2))
    finally:
        ray.shutdown()


@pytest.mark.parametrize("name", ["slurm", "ray"])
def test_says_what_to_install(name, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=rf"pip install -e '\.\[{name}\]'"):
        executors.EXECUTORS[name](COMMANDS, 1)


def test_a_command_ends_with_the_process_that_started_it() -> None:
    code = (
        "import time; from experiments import process; "
        'process.exit_with_parent(); print("ready", flush=True); time.sleep(60)'
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=executors.ROOT,
        env=os.environ,
    )
    assert process.stdout.readline() == b"ready\n"
    process.stdin.close()
    assert process.wait(timeout=10) == 1
    process.stdout.close()
