"""What a rule finds missing."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Gap:
    """Something that is left to do.

    Attributes:
        message: What is missing and what to do, in one line.
        path: The file to open, relative to the project's folder, or None.
        line: Its line, 1 for the first, or None.
        command: The command to run next, or None.
    """

    message: str
    path: str | None = None
    line: int | None = None
    command: str | None = None

    def __str__(self) -> str:
        """Returns 'path:line: message', as editors and compilers know it."""
        place = [str(part) for part in (self.path, self.line) if part is not None]
        return ": ".join([*([":".join(place)] if place else []), self.message])
