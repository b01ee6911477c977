"""Plans to test with, and commands as a user types them."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.run_example import run_example
from tfmot_technique_kit import cli
from tfmot_technique_kit.experiments import config, results
from tfmot_technique_kit.experiments.plan import Plan


def start(root, *arguments, **environment):
    """Starts `technique` in a project."""
    return subprocess.Popen(
        [sys.executable, "-m", "tfmot_technique_kit", *arguments],
        cwd=root,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process, status=0):
    """Returns what a command shows that ends with a status."""
    shown, _ = process.communicate()
    assert process.returncode == status, shown
    return shown


@pytest.fixture
def make_plan(project):
    """A function of a seed that returns a plan of the task `tiny`."""
    values = config.load(project, "tiny", "smoke")
    return lambda seed=0, **options: Plan(project, "tiny", "smoke", values, seed, **options)


@pytest.fixture
def record(tmp_path):
    """A function that writes a run of a plan into the folder `results`, and returns the run."""

    def write(plan, name="control", **changes):
        described = plan.describe(plan.parse(name))
        run = run_example(**{**described, "latency": None, "memory": None, **changes})
        results.write(tmp_path / "results", run)
        return run

    return write


@pytest.fixture
def invoke(project, monkeypatch):
    """A function that runs a command in the project, and returns its exit status and output."""
    monkeypatch.chdir(project.root / "experiments")

    def run(*arguments):
        done = CliRunner().invoke(cli.main, list(map(str, arguments)))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run
