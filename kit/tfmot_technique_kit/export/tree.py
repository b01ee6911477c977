"""The files of a checkout of TFMOT, as they are or as they would be."""

import os
import pathlib

from tfmot_technique_kit.export import errors

_CACHES = {".git", "__pycache__", ".pytest_cache", "build", "dist"}


class Tree:
    """The text files below a folder, with changes laid over them.

    Nothing is written: what the export would make of a checkout can be looked at
    before it is made.
    """

    def __init__(self, root, changes=None) -> None:
        """Makes a tree.

        Args:
            root: The checkout's folder, a path.
            changes: Dict from a path in it to the text of the file, or to None for a
                file that is not there.
        """
        self.root = pathlib.Path(root)
        self._changes = dict(changes or {})
        self._paths = None
        self._texts = {}

    def with_changes(self, changes):
        """Returns the tree after further changes, a dict as in the constructor."""
        return Tree(self.root, self._changes | changes)

    def read(self, path):
        """Returns the text of a file, or None if it is not there.

        Raises:
            ExportError: If it is no text in UTF-8.
        """
        if path in self._changes:
            return self._changes[path]
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def exists(self, path):
        """Returns whether a file is there."""
        return path in self.paths

    @property
    def paths(self):
        """The paths of all files, a set of strings with slashes."""
        if self._paths is None:
            paths = set(_walk(self.root))
            paths |= {path for path, text in self._changes.items() if text is not None}
            self._paths = paths - {p for p, t in self._changes.items() if t is None}
        return self._paths

    def _read(self, path):
        try:
            return pathlib.Path(self.root, path).read_bytes().decode("utf-8")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except UnicodeDecodeError as error:
            raise errors.ExportError(f"{path}: is not UTF-8.") from error
        except OSError as error:
            raise errors.ExportError(f"{path}: cannot be read: {error.strerror}.") from error


def _walk(root):
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _CACHES]
        for name in files:
            yield pathlib.Path(folder, name).relative_to(root).as_posix()
