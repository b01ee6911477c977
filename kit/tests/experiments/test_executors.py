"""Tests for executors."""

import concurrent.futures
import subprocess
import sys

import pytest

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import executors, process

COMMANDS = [["--version"], ["no-such-command"]]


def check(futures):
    (helped, shown), (failed, line) = [future.result() for future in futures]
    assert helped == 0 and "version" in shown
    assert failed == 2 and "no-such-command" in line


def test_runs_here(project):
    futures = executors.run_locally(project.root, COMMANDS, jobs=2)
    concurrent.futures.wait(futures)
    check(futures)


def test_runs_as_slurm_jobs(project):
    pytest.importorskip("submitit")
    check(executors.run_on_slurm(project.root, COMMANDS, jobs=2, cluster="local"))
    assert list((project.root / "experiments" / "logs").iterdir())


def test_runs_as_ray_tasks(project):
    ray = pytest.importorskip("ray")
    try:
        check(executors.run_on_ray(project.root, COMMANDS, jobs=2))
    finally:
        ray.shutdown()


@pytest.mark.parametrize(("name", "module"), [("slurm", "submitit"), ("ray", "ray")])
def test_says_what_to_install(name, module, monkeypatch, project):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UserError, match=rf"pip install 'tfmot-technique-kit\[{name}\]'"):
        executors.EXECUTORS[name](project.root, COMMANDS, 1)


def test_a_command_ends_with_the_process_that_started_it(monkeypatch):
    code = (
        "import time; from tfmot_technique_kit.experiments import process; "
        'process.exit_with_parent(); print("ready", flush=True); time.sleep(60)'
    )
    monkeypatch.setenv(process.EXIT_WITH_PARENT, "1")
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as started:
        assert started.stdout.readline() == b"ready\n"
        started.stdin.close()
        assert started.wait(timeout=10) == 1
