"""A checkout of tensorflow/model-optimization: its files, as they are or would be, and git."""

import ast
import contextlib
import functools
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tfmot_technique_kit import files
from tfmot_technique_kit.checks import programs
from tfmot_technique_kit.errors import UserError

_CACHES = {".git", "__pycache__", ".pytest_cache", "build", "dist"}

# What every version of TFMOT has and no other repository does.
_MARK = "tensorflow_model_optimization/python/core/BUILD"


class Import(NamedTuple):
    """What an import statement brings in."""

    module: str
    name: str | None  # None for `import module`.
    line: int  # From 1.
    file: str | None  # The path of the file of the tree that it leads to.


class Tree:
    """The text files below a folder, with changes laid over them, which are not written.

    A change is the text that a path has, or None if it is not there.
    """

    def __init__(self, root: Path, changes: Mapping[str, str | None] | None = None) -> None:
        self._root = root
        self._changes = dict(changes or {})
        gone = {path for path, text in self._changes.items() if text is None}
        self.paths = {*_walk(root), *self._changes} - gone  # of all files, with slashes
        self._texts = dict(self._changes)

    def with_changes(self, changes: Mapping[str, str | None]) -> "Tree":
        """Returns the tree after further changes, given as to the constructor."""
        return Tree(self._root, {**self._changes, **changes})

    def read(self, path: str) -> str:
        """Returns the text of a file; that of one that is not there is empty.

        Raises:
            UserError: If it is no text in UTF-8.
        """
        if path not in self._texts and path in self.paths:
            try:
                self._texts[path] = (self._root / path).read_bytes().decode()
            except (OSError, UnicodeDecodeError) as error:
                raise UserError(f"{path}: cannot be read: {error}.") from error
        return self._texts.get(path) or ""

    def imports(self, path: str) -> list[Import]:
        """Returns the imports of a Python file, those in functions too."""
        return [Import(*found, self._file_of(*found[:2])) for found in _imports_in(self.read(path))]

    def _file_of(self, module: str, name: str | None) -> str | None:
        bases = [base.replace(".", "/") for base in (f"{module}.{name}", module)]
        paths = (f"{base}{end}" for base in bases for end in (".py", "/__init__.py"))
        return next((path for path in paths if path in self.paths), None)


class Checkout:
    """A checkout: its `root` and the `tree` of its files; raises UserError for another folder."""

    def __init__(self, path: str | Path) -> None:
        self.root = Path(path).resolve()
        if not (self.root / _MARK).is_file():
            raise UserError(
                f"{path}: is no checkout of tensorflow/model-optimization: it has no {_MARK}."
            )
        if not (self.root / ".git").exists():
            raise UserError(f"{path}: is no git checkout; clone tensorflow/model-optimization.")
        self.tree = Tree(self.root)

    def uncommitted(self) -> list[str]:
        """Returns the paths of files that are changed or new."""
        options = ("--porcelain", "-z", "--untracked-files=all", "--no-renames")
        status = git(self.root, "--no-optional-locks", "status", *options)
        return [entry[3:] for entry in status.split("\0") if entry]

    def write(self, texts: Mapping[str, str]) -> None:
        """Writes texts to paths: all of them, or none if one fails.

        Raises:
            UserError: If a file cannot be written. The others are as they were.
        """
        with contextlib.ExitStack() as undo:
            for path, text in texts.items():
                try:
                    self._write(self.root / path, text, undo)
                except OSError as error:
                    raise UserError(
                        f"{path}: cannot be written: {error.strerror}; the checkout is as it was."
                    ) from error
            undo.pop_all()
        self.tree = Tree(self.root)

    def _write(self, target: Path, text: str, undo: contextlib.ExitStack) -> None:
        if self.root not in target.resolve().parents:
            raise UserError(f"{target.relative_to(self.root)}: leads out of the checkout.")
        for folder in reversed(target.parents):
            if not folder.exists():
                folder.mkdir()
                undo.callback(folder.rmdir)
        if target.exists():
            undo.callback(files.write, target, target.read_bytes())
        else:
            undo.callback(target.unlink, missing_ok=True)
        files.write(target, text)


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder and returns what it printed.

    Raises:
        UserError: If git is missing or fails, with the last line that it says.
    """
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    except FileNotFoundError as error:
        raise UserError("git is missing; install it.") from error
    if done.returncode:
        raise UserError(f"git {' '.join(arguments[:3])} failed: {programs.last_line(done)}")
    return done.stdout


@functools.cache
def _imports_in(source: str) -> list[tuple[str, str | None, int]]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, None, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found += [(module, alias.name, node.lineno) for alias in node.names]
    return found


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _CACHES]
        for name in names:
            yield Path(folder, name).relative_to(root).as_posix()
