"""Runs the programs that check."""

import subprocess
import sys
from pathlib import Path


def run(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a module of this Python as a command in a folder, and returns what it printed."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def last_line(run: subprocess.CompletedProcess[str]) -> str:
    """Returns the last line that a program printed."""
    lines = (run.stderr.strip() or run.stdout.strip()).splitlines()
    return lines[-1] if lines else f"exit status {run.returncode}"
