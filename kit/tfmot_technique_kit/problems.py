"""What checks and rules find."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something to fix, or that is left to do."""

    message: str  # What it is and what to do, in one line.
    path: str | None = None  # The file to open, relative to the project's folder.
    line: int | None = None  # The line that is to blame, 1 for the first.
    command: str | None = None  # The one to run next.

    def __str__(self) -> str:
        """Returns 'path:line: message', as editors and compilers know it."""
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message
