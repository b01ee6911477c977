"""The place that a project is written to: whether it can be, and that no half of one stays.

Cookiecutter removes what it wrote if a hook fails. If somebody interrupts it, or the disk
is full, it does not.
"""

import os
import shutil
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import Environment

from tfmot_template_rules.asking import RefusedError

Context = dict[str, Any]

# The hook before generation makes this file in a new folder, and the one after it removes it.
INCOMPLETE = ".incomplete"

_BLOCK = 4096  # bytes that even a small file takes

_guard: weakref.finalize | None = None


def check(context: Context, root: Path) -> None:
    """Checks that there is a place for the project, before its folder is made.

    Args:
        context: The answers; Cookiecutter says in them where the folder will be.
        root: The template's folder.

    Raises:
        RefusedError: If nothing can be written there, or not enough.
    """
    if "_output_dir" not in context:
        return  # cruft does not say
    place = _output_folder(context)
    while not place.exists() and place != place.parent:
        place = place.parent
    shown = str(place).encode("unicode_escape").decode()
    remedy = "pass another place, for example --output-dir ~/techniques"
    if not place.is_dir():
        raise RefusedError(f"ERROR: {shown} is not a folder; {remedy}")
    if not os.access(place, os.W_OK | os.X_OK):
        raise RefusedError(f"ERROR: nothing can be written to {shown}; {remedy}")
    files = [path.stat().st_size for path in root.glob("<<*/**/*")]
    needed = sum(-(-size // _BLOCK) * _BLOCK for size in files) * 3 // 2
    free = os.statvfs(place)
    has_inodes = free.f_files == 0 or free.f_favail >= len(files)  # 0 where there is no limit
    if free.f_bavail * free.f_frsize < needed or not has_inodes:
        raise RefusedError(f"ERROR: {shown} has no room for {needed / 2**20:.0f} MB; {remedy}")


def guard(context: Context, environment: Environment) -> None:
    """Removes the project, if it is not complete, when Cookiecutter is done with it.

    Args:
        context: The answers.
        environment: The environment, which lives as long as Cookiecutter writes files.
    """
    global _guard
    if _guard:
        _guard()  # another project, of the same process
    folder = _output_folder(context) / context["technique_slug"]
    is_new = not os.path.lexists(folder)
    if is_new and "--keep-project-on-failure" not in sys.argv:
        _guard = weakref.finalize(environment, _end, folder, sys.excepthook)
        sys.excepthook = _say_what_failed


def _say_what_failed(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Says in one line that a file could not be written; nothing else is expected."""
    if isinstance(error, OSError):
        print(f"ERROR: {error}; nothing is left of the project", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)


def _end(folder: Path, excepthook: Callable[..., Any]) -> None:
    """Removes a project that is not complete."""
    if sys.excepthook is _say_what_failed:
        sys.excepthook = excepthook
    if (folder / INCOMPLETE).exists():
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _output_folder(context: Context) -> Path:
    # Where cruft writes to without another wish.
    return Path(context.get("_output_dir") or Path.cwd()).absolute()
