"""A project as the rules see it."""

import pathlib
import re


class Project:
    """Reads what the rules look at, each file once.

    Attributes:
        root: The project's folder, a path.
        manifest: Its `manifest.Manifest`.
    """

    def __init__(self, root, manifest) -> None:
        self.root = pathlib.Path(root)
        self.manifest = manifest
        self._texts = {}

    def read(self, path):
        """Returns the text of a file, or None if it is missing or no text.

        Args:
            path: Its path relative to the project's folder.
        """
        if path not in self._texts:
            try:
                self._texts[path] = (self.root / path).read_text(encoding="utf-8")
            except (FileNotFoundError, UnicodeDecodeError):
                self._texts[path] = None
        return self._texts[path]

    def folder_of(self, name):
        """Returns the path of the folder of the component with a name."""
        return self.root / self.manifest.component(name).folder.here

    def find(self, pattern, component=None):
        """Finds lines in the files of the manifest.

        Args:
            pattern: Regular expression, compiled or a string.
            component: The `manifest.Component` to look in; by default all.

        Yields:
            Tuples of path, number of the line, and the match.
        """
        pattern = re.compile(pattern)
        files = component.files if component else self.manifest.files
        for file in files:
            lines = (self.read(file.path) or "").split("\n")
            for number, line in enumerate(lines, start=1):
                match = pattern.search(line)
                if match:
                    yield file.path, number, match
