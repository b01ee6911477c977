"""What a check finds."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something to put right.

    Attributes:
        path: The file, relative to the project's folder.
        line: Its line, 1 for the first, or None if no line is to blame.
        message: What is wrong and what to do, in one line.
    """

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """Returns 'path:line: message', as editors and compilers know it."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}"
