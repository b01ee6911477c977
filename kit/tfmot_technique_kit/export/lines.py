"""Finds places in a file by what its lines say, and puts lines there."""

import re

from tfmot_technique_kit.export import errors


class Lines:
    """The lines of a file to edit; messages name it."""

    def __init__(self, path, text) -> None:
        self.path = path
        self.lines = text.splitlines()

    @property
    def text(self):
        """The text of the file."""
        return "\n".join(self.lines) + "\n"

    def find(self, pattern, expected, start=0, end=None):
        """Returns the index of the first line that matches.

        Args:
            pattern: Regular expression for a whole line.
            expected: What to call it in a message.
            start: Index of the line to begin at.
            end: Index of the line to stop before; the end of the file if None.

        Raises:
            ExportError: If there is no such line.
        """
        found = self.all(pattern, start, end)
        if not found:
            raise errors.ExportError(
                f"{self.path}: expected {expected}, which is not there; is this a "
                "checkout of tensorflow/model-optimization, version 0.7.0 or later?"
            )
        return found[0]

    def all(self, pattern, start=0, end=None):
        """Returns the indices of all lines that match; arguments as in `find`."""
        end = len(self.lines) if end is None else end
        return [i for i in range(start, end) if re.fullmatch(pattern, self.lines[i])]

    def drop(self, pattern, start=0, end=None) -> None:
        """Takes out the lines that match; arguments as in `find`."""
        for i in reversed(self.all(pattern, start, end)):
            del self.lines[i]

    def insert(self, index, *lines) -> None:
        """Puts lines before the line of an index."""
        self.lines[index:index] = lines


def insert_sorted(lines, line, places, key) -> None:
    """Inserts a line before the first of some places that is greater, or last."""
    index = next((i for i in places if key(lines.lines[i]) > key(line)), None)
    lines.insert(places[-1] + 1 if index is None else index, line)


def drop_block(lines, head, body) -> None:
    """Takes out a block of a head and lines below it, and a blank line."""
    for start in reversed(lines.all(head)):
        end = start + 1
        while end < len(lines.lines) and re.fullmatch(body, lines.lines[end]):
            end += 1
        if end < len(lines.lines) and not lines.lines[end].strip():
            end += 1
        elif start and not lines.lines[start - 1].strip():
            start -= 1
        del lines.lines[start:end]
