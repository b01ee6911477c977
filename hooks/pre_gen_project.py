"""Marks a new folder as incomplete; the hook after generation takes the mark away.

Stops if the template's Jinja extension, which checks the answers, was not loaded: who names
other extensions in a file for `--replay` decides what Cookiecutter loads.
"""

import signal
import sys
from pathlib import Path

INCOMPLETE = ".incomplete"


def main(checked: bool, root: Path) -> int:
    """Runs the hook on the project's folder and returns its exit status."""
    if not checked:
        print("ERROR: _extensions is the template's own; answer without --replay", file=sys.stderr)
        return 1
    if not any(root.iterdir()):
        (root / INCOMPLETE).touch()
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback: Cookiecutter says it
    sys.exit(main("<<'derive' is filter>>" == "True", Path.cwd()))
