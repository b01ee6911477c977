"""Tests for executors."""

import subprocess
import sys

import pytest

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import executors, process

COMMANDS = [["--version"], ["no-such-command"]]


LIBRARIES = {"local": "concurrent.futures", "slurm": "submitit", "ray": "ray"}


@pytest.mark.parametrize("name", LIBRARIES)
def test_runs_commands(project, name):
    library = pytest.importorskip(LIBRARIES[name])
    try:
        # Without Slurm its library runs the same on this machine.
        futures = executors.EXECUTORS[name](project.root, COMMANDS, 2)
        (helped, shown), (failed, line) = [future.result() for future in futures]
    finally:
        getattr(library, "shutdown", str)()  # of Ray
    assert helped == 0 and "version" in shown
    assert failed == 2 and "no-such-command" in line
    assert (project.root / "experiments" / "logs").exists() == (name == "slurm")


@pytest.mark.parametrize(("name", "module"), list(LIBRARIES.items())[1:])
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
