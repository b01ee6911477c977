"""Sets up a generated project as its README says, and runs commands in it."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

SET_UP, ACTIVATE = 0, 1  # the first command lines of a README; the others need both


def commands(project: Path) -> list[str]:
    """Returns the command lines of a project's README for those who develop it."""
    text = (project / "README.md").read_text(encoding="utf-8")
    _, _, section = text.partition("\n## Develop\n")
    blocks = re.findall(r"```bash\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def run(folder: Path, command: str) -> str:
    """Runs a command line in a folder, as a shell does, and returns what it printed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TF_", "VIRTUAL_"))}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**kept, "PATH": path, "TF_CPP_MIN_LOG_LEVEL": "2"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-8000:]}"
    return done.stdout


class Environment:
    """The environment that the set-up line of a README has made in a project.

    Other projects use it as theirs: their packages differ, what they need does not.
    """

    def __init__(self, project: Path) -> None:
        self.folder = project / ".venv"
        run(project, commands(project)[SET_UP])

    def add(self, project: Path) -> Path:
        """Installs another project; returns its folder."""
        (project / ".venv").symlink_to(self.folder)
        run(project, ".venv/bin/python -m pip install --quiet --no-deps -e .")
        return project

    def python(self, folder: Path, *arguments: str) -> str:
        """Runs Python in a folder and returns what it printed."""
        return run(folder, shlex.join([str(self.folder / "bin" / "python"), *arguments]))


def run_documented(project: Path, word: str, more: str = "") -> str:
    """Runs the one command line of a project's README that has a word in it.

    Args:
        project: A project that is set up.
        word: What tells the command line.
        more: Further arguments for it.
    """
    lines = commands(project)
    (command,) = (line for line in lines[ACTIVATE + 1 :] if word in line)
    return run(project, f"{lines[ACTIVATE]} && {command.partition(' #')[0]} {more}")
