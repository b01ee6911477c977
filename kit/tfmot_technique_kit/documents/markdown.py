"""Writes Markdown."""


def table(header, rows):
    """Returns a table.

    Args:
        header: Tuple of texts.
        rows: List of tuples of texts.
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def codes(names):
    """Returns names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)
