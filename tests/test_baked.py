"""A generated project as its user has it: installed, tested, trained, converted.

These tests install TensorFlow and take minutes; `make test-baked` runs them.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import support

pytestmark = pytest.mark.baked


class Environment:
    """A virtual environment with a generated project in it."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        self._bin = folder / "bin"

    def python(self, project: Path, *arguments: str) -> str:
        """Runs Python in the project's folder and returns what it printed."""
        run = subprocess.run(
            [str(self._bin / "python"), *arguments],
            cwd=project,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TF_"))},
                "PATH": f"{self._bin}:{os.environ['PATH']}",
                "TF_CPP_MIN_LOG_LEVEL": "2",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert run.returncode == 0, run.stdout[-8000:]
        return run.stdout


@pytest.fixture(scope="module")
def environment(project, tmp_path_factory):
    """A new environment, set up as the project's README says, with the docs extra."""
    made = Environment(tmp_path_factory.mktemp("environment") / "venv")
    made.python(project, "-m", "pip", "install", "--quiet", "-e", ".[dev,docs]")
    return made


@pytest.fixture(scope="module")
def odd_project(environment, cookies_session):
    """A project with the longest names and with text that may break files."""
    texts = {"author_name": support.CANARIES[0], "organization": support.CANARIES[3]}
    result = cookies_session.bake(
        template=str(support.ROOT), extra_context={**support.EXTREMES["longest"], **texts}
    )
    project = result.project_path
    environment.python(project, "-m", "pip", "install", "--quiet", "--no-deps", "-e", ".")
    return project


def accuracies(table: str) -> list[float]:
    """Returns the column of accuracies from what the example printed."""
    return [float(number) for number in re.findall(r"^\w.*?  +(0\.\d{4}|1\.0000) ", table, re.M)]


def test_dependencies_agree(environment, project):
    environment.python(project, "-m", "pip", "check")


def test_its_own_tests_pass(environment, project):
    shown = environment.python(project, "-m", "pytest")
    assert re.search(r"\b\d+ passed", shown)
    assert "failed" not in shown


def test_a_test_file_runs_as_a_script(environment, project):
    script = "tfmot_connection_pruning/keras/schedule_test.py"
    assert "OK" in environment.python(project, script)


def test_it_lints_clean_with_its_own_tools(environment, project):
    environment.python(project, "-m", "ruff", "check")
    environment.python(project, "-m", "ruff", "format", "--check")


def test_train_strip_convert(environment, project):
    table = environment.python(project, "examples/digits_cnn.py")
    found = accuracies(table)
    assert len(found) == 4, table
    assert min(found) > 0.9, table
    ratios = [float(line.split()[-1]) for line in table.splitlines() if line.startswith("pruned")]
    assert max(ratios) < 0.6, table


def test_its_notebooks_run(environment, project):
    shown = environment.python(project, "-m", "pytest", "-m", "notebook", "g3doc")
    assert re.search(r"\b[1-9]\d* passed", shown)


def test_other_names_run_too(environment, odd_project):
    table = environment.python(odd_project, "examples/digits_cnn.py", "--epochs", "2")
    assert len(accuracies(table)) == 4, table
    environment.python(odd_project, "-m", "pytest", "-k", "schedule or policy or registry")


def test_metadata_keeps_the_author(environment, odd_project):
    code = (
        "from importlib import metadata; import email.utils; "
        "author = metadata.metadata('tfmot-extraordinarily-long-winded-ternarizatio'); "
        "print(ascii(email.utils.parseaddr(author['Author-email'])[0]))"
    )
    shown = environment.python(odd_project, "-c", code)
    assert shown.strip() == ascii(support.CANARIES[0])
