"""What checks and rules find."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something to fix, or that is left to do.

    Attributes:
        message: What it is and what to do, in one line.
        path: The file to open, relative to the project's folder, or None.
        line: Its line, 1 for the first, or None if no line is to blame.
        command: The command to run next, or None.
    """

    message: str
    path: str | None = None
    line: int | None = None
    command: str | None = None

    def __str__(self) -> str:
        """Returns 'path:line: message', as editors and compilers know it."""
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message
