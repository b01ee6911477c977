"""Says what to do next, and removes the mark of an incomplete project.

The hook works offline, reads and executes nothing of the project, and may run again.
"""

import json
import os
import shlex
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

Context = dict[str, Any]

# The hook before generation makes this file in a new folder.
INCOMPLETE = ".incomplete"


def next_steps(context: Context, folder: str) -> str:
    """Returns what to do with the new project, as numbered lines."""
    package = context["__package"]
    return f"""
{context["technique_slug"]} is ready. Next:
  1. cd {shlex.quote(folder)}
  2. python3 -m venv .venv && .venv/bin/pip install -U pip && .venv/bin/pip install -e . --group dev
  3. .venv/bin/python -m pytest -n auto        # tests of the working baseline
  4. .venv/bin/python examples/digits_cnn.py   # train, strip, convert, compare
  5. Write your technique in {package}/keras/algorithm.py
  6. .venv/bin/technique sweep && .venv/bin/technique report
  7. .venv/bin/technique status                # what is left to do, step by step
"""


def main(context: Context, root: Path) -> int:
    """Runs the hook on the project in `root` and returns its exit status."""
    (root / INCOMPLETE).unlink(missing_ok=True)
    if not _is_update(context, root):
        try:
            print(next_steps(context, _shown_folder(root)), flush=True)
        except BrokenPipeError:  # nobody reads it; the project is complete all the same
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _is_update(context: Context, root: Path) -> bool:
    """Tells whether cruft renders the project to compare it, out of sight."""
    by_cruft = "_output_dir" not in context
    return by_cruft and Path(tempfile.gettempdir()).resolve() in root.resolve().parents


def _shown_folder(root: Path) -> str:
    """Returns the project's folder as seen from the user's shell."""
    try:
        return str(root.resolve().relative_to(Path(os.environ["PWD"]).resolve()))
    except (KeyError, ValueError):
        return str(root)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback: Cookiecutter says it
    CONTEXT = json.loads(r"""<<cookiecutter|jsonify>>""")
    sys.exit(main(CONTEXT, Path.cwd()))
