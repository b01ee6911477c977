"""Runs the tools that check."""

import importlib
import subprocess
import sys


def run(root, module, *arguments):
    """Runs a module of this Python as a command.

    Args:
        root: The folder to run it in.
        module: Its name, such as 'codespell_lib'.
        *arguments: Those of the command.

    Returns:
        A `subprocess.CompletedProcess` with what it printed.

    Raises:
        ModuleNotFoundError: If the package is not installed.
    """
    importlib.import_module(module.split(".")[0])
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )


def last(process):
    """Returns the last line that a command printed."""
    lines = (process.stderr.strip() or process.stdout.strip()).splitlines()
    return lines[-1] if lines else f"exit status {process.returncode}"
