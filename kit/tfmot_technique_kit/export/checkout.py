"""A checkout of tensorflow/model-optimization: what git says, and writing."""

import contextlib
import os
import pathlib
import shutil
import subprocess

from tfmot_technique_kit.export import errors
from tfmot_technique_kit.export import tree as tree_lib

# What every version of TFMOT has and no other repository does.
_MARK = "tensorflow_model_optimization/python/core/BUILD"


class Checkout:
    """A checkout.

    Attributes:
        root: Its folder, a path.
        tree: The Tree of its files.
    """

    def __init__(self, path) -> None:
        """Opens a checkout.

        Args:
            path: Its folder.

        Raises:
            ExportError: If it is no checkout of TFMOT.
        """
        self.root = pathlib.Path(path).resolve()
        if not (self.root / _MARK).is_file():
            raise errors.ExportError(
                f"{path}: is no checkout of tensorflow/model-optimization: it has no {_MARK}."
            )
        top = self.git("rev-parse", "--show-toplevel", may_fail=True).strip()
        if not top or pathlib.Path(top).resolve() != self.root:
            raise errors.ExportError(
                f"{path}: is no git checkout; clone tensorflow/model-optimization."
            )
        self.tree = tree_lib.Tree(self.root)

    def git(self, *arguments, may_fail=False):
        """Runs a git command that only reads, and returns what it printed."""
        return git(self.root, "--no-optional-locks", *arguments, may_fail=may_fail)

    def uncommitted(self):
        """Returns the paths of files that are changed or new, a list."""
        status = self.git("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
        return [entry[3:] for entry in status.split("\0") if entry]

    def write(self, texts) -> None:
        """Writes files: all of them, or none if one fails.

        Args:
            texts: Dict from path to text.

        Raises:
            ExportError: If a file cannot be written. The others are as they were.
        """
        with contextlib.ExitStack() as undo:
            for path, text in texts.items():
                try:
                    self._write(self.root / path, text, undo)
                except OSError as error:
                    raise errors.ExportError(
                        f"{path}: cannot be written: {error.strerror}; the checkout is as it was."
                    ) from error
            undo.pop_all()
        self.tree = tree_lib.Tree(self.root)

    def _write(self, target, text, undo):
        if self.root not in target.resolve().parents:
            raise errors.ExportError(f"{target.relative_to(self.root)}: leads out of the checkout.")
        for folder in reversed(target.parents):
            if not folder.exists():
                folder.mkdir()
                undo.callback(folder.rmdir)
        if target.exists():
            undo.callback(_replace, target, target.read_bytes())
        else:
            undo.callback(target.unlink, missing_ok=True)
        _replace(target, text.encode())


def git(folder, *arguments, may_fail=False, **options):
    """Runs git in a folder and returns what it printed.

    Args:
        folder: A path.
        *arguments: Those of git.
        may_fail: Whether an error means the empty string.
        **options: More for `subprocess.run`.

    Raises:
        ExportError: If git is missing or fails, with the last line that it says.
    """
    command = ["git", "-C", str(folder), *arguments]
    options = {"capture_output": True, "text": True, "encoding": "utf-8"} | options
    try:
        done = subprocess.run(command, **options)
    except FileNotFoundError as error:
        raise errors.ExportError("git is missing; install it.") from error
    if done.returncode and not may_fail:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise errors.ExportError(
            f"git {' '.join(arguments[:3])} failed: {said[-1] if said else ''}"
        )
    return "" if done.returncode else done.stdout


def _replace(target, content):
    """Puts a file in place in one step; one that was there keeps its mode."""
    temporary = target.with_name(f".{target.name}.export")
    try:
        temporary.write_bytes(content)
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
