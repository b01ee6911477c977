"""Sets up a generated project as its documents say, and runs their commands in it."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tfmot_technique_kit import pages

SET_UP = " && ".join(
    [
        "python3 -m venv .venv",
        ".venv/bin/pip install -U pip",
        ".venv/bin/pip install -e . --group dev",
    ]
)
ACTIVATE = "source .venv/bin/activate"

# The command lines of the documents that `run_documented` does not run, by how they begin, and
# why. `test_make.py` compares these and those that it runs with all that the documents have.
NOT_RUN = {
    "cd ": "the tests run commands in that folder",
    "Write your ": "is none: this is the contributor's part, of which tests/methods has examples",
    "make new": "test_make.py runs it",
    "make lint": "CI runs it, in the job fast",
    "make test": "CI runs it, in parts",
    "make gallery": "takes hours; test_gallery.py of the kit runs a part of it",
    "make bench": "takes 20 minutes, and is to run on a machine that does nothing else",
    "uvx ": "takes a repository on GitHub; test_cruft.py and test_environment.py take clones",
    "pipx ": "likewise",
    "cookiecutter gh:": "likewise",
    "python -m maintenance.drift": "test_maintenance.py runs its functions; drift.yml the command",
    "python -m pytest": "is of the kit: CI runs `make test-fast` and `make test-kit`",
    "gh attestation": "takes a release",
    "pip install 'tfmot-": "takes the project on GitHub; test_the_package_needs_no_kit installs it",
    "technique sweep --profile full": "takes data sets, and days",
    "technique sweep --profile small": "takes half an hour; test_configurations.py has a part",
    "pip download": "fetches the data for it, as `make gallery` does",
    "adb ": "takes a phone; test_adb.py and test_commands.py of the kit read what it prints",
    "for i in": "likewise",
    "done > ": "likewise",
    "technique device-latency": "likewise",
}


def commands(text: str) -> list[str]:
    """Returns the command lines of a Markdown page, without comments."""
    blocks = (
        token.content.replace("\\\n", " ")
        for token in pages.MARKDOWN.parse(text)
        if token.type == "fence" and token.info.strip() == "bash"
    )
    lines = (re.sub(r"\s+#.*", "", line) for block in blocks for line in block.splitlines())
    return [" ".join(line.split()) for line in lines if line.strip()]


def activated(command: str) -> str:
    """Returns a command line as it is typed in an environment that is activated."""
    return re.sub(r"(?<!\S)\.venv/bin/", "", command)


def run(folder: Path, command: str) -> str:
    """Runs a command line in a folder, as a shell does, and returns what it printed."""
    ours = ("PYTEST_", "PYTHON", "TF_", "VIRTUAL_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # The Python of these tests, without what is installed for them.
    own = str(Path(sys.executable).parent)
    others = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != own]
    path = os.pathsep.join([str(Path(sys.base_prefix, "bin")), *others])
    # Tests of a project that run beside others share the cores with them.
    beside = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    count = max(1, (os.cpu_count() or 1) // beside)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**kept, "PATH": path, "PYTEST_XDIST_AUTO_NUM_WORKERS": str(count)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-8000:]}"
    return done.stdout


class Environment:
    """The environment that the set-up line of the documents has made in a project.

    Other projects use it as theirs: their packages differ, what they need does not.
    """

    def __init__(self, project: Path) -> None:
        self.folder = project / ".venv"
        run(project, SET_UP)

    def add(self, project: Path) -> Path:
        """Installs another project; returns its folder."""
        (project / ".venv").symlink_to(self.folder)
        run(project, ".venv/bin/python -m pip install --quiet --no-deps -e .")
        return project

    def python(self, folder: Path, *arguments: str) -> str:
        """Runs Python in a folder and returns what it printed."""
        return run(folder, shlex.join([str(self.folder / "bin" / "python"), *arguments]))


def run_documented(project: Path, command: str, more: str = "", is_activated: bool = True) -> str:
    """Runs a command line of the documents in a project that is set up.

    Args:
        project: The project.
        command: The command line, without comment and without `.venv/bin/`.
        more: Further arguments for its first command.
        is_activated: Whether to activate the environment, as README.md has it. Otherwise the
            commands are called by their paths, as the next steps have it.
    """
    first, both, then = command.partition(" && ")
    line = f"{first} {more}".rstrip() + both + then
    if is_activated:
        return run(project, f"{ACTIVATE} && {line}")
    return run(project, re.sub(r"^|(?<=&& )", ".venv/bin/", line))


def check_passed(shown: str) -> None:
    """Checks that pytest ran tests and none failed."""
    # The summary alone: warnings of libraries may speak of what failed.
    summaries = re.findall(r"^.*\b[1-9]\d* passed.*$", shown, re.MULTILINE)
    assert summaries, shown[-4000:]
    assert "failed" not in summaries[-1]


def columns(shown: str) -> dict[str, list[float]]:
    """Returns the columns of the table of models that the example printed, by their titles."""
    _, header, body = re.split(r"^(model .*)$", shown, flags=re.M)
    rows = [line.split()[-len(header.split()) + 1 :] for line in body.splitlines() if line]
    numbers = [[float(number) for number in row] for row in rows]
    return dict(zip(header.split()[1:], zip(*numbers, strict=True), strict=True))
