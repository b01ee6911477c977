"""Tests for executors."""

import subprocess
import sys

import pytest

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import executors, process

COMMANDS = [["--version"], ["no-such-command"]]


@pytest.mark.parametrize(
    ("run", "library", "options"),
    [
        (executors.run_locally, "concurrent.futures", {}),
        (executors.run_on_slurm, "submitit", {"cluster": "local"}),
        (executors.run_on_ray, "ray", {}),
    ],
)
def test_runs_commands(project, run, library, options):
    library = pytest.importorskip(library)
    try:
        futures = run(project.root, COMMANDS, jobs=2, **options)
        (helped, shown), (failed, line) = [future.result() for future in futures]
    finally:
        getattr(library, "shutdown", str)()  # of Ray
    assert helped == 0 and "version" in shown
    assert failed == 2 and "no-such-command" in line
    assert (project.root / "experiments" / "logs").exists() == bool(options)


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
