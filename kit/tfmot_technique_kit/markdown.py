"""Writes Markdown."""

import html
import re
from collections.abc import Iterable, Sequence


def table(
    header: Sequence[object], rows: Iterable[Sequence[object]], names: int | None = None
) -> str:
    """Returns a table.

    Args:
        header: Headings of the columns, Markdown.
        rows: The cells of each row, Markdown.
        names: Number of columns at the left that hold names; the others hold numbers,
            which are flushed right. By default there are no such.
    """
    ruler = ["---:" if names is not None and i >= names else "---" for i in range(len(header))]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (header, ruler, *rows))


def codes(names: Iterable[str]) -> str:
    """Returns names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)


def escape(text: object) -> str:
    """Returns plain text, which may hold anything, as Markdown in one line."""
    escaped = html.escape(" ".join(str(text).split()), quote=False)
    return re.sub(r"([\\`*_\[\]|])", r"\\\1", escaped)
