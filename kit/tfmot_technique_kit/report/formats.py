"""How numbers are written, everywhere the same way."""

import html
import re

NOTHING = "-"


def quality(value) -> str:
    """Returns a quality from 0 to 1 as text."""
    return f"{value:.3f}"


def difference(value) -> str:
    """Returns a difference of qualities with its sign."""
    return f"{round(value, 3) + 0.0:+.3f}"  # adding 0 makes -0 positive


def points(value) -> str:
    """Returns a fraction from 0 to 1, or the ratio to another number, in %."""
    return f"{100 * value:.1f}"


def kilobytes(value) -> str:
    """Returns bytes in kB, 1,000 bytes."""
    return f"{value / 1000:.1f}"


def kibibytes(value) -> str:
    """Returns bytes in KiB, 1,024 bytes."""
    return f"{value / 1024:.0f}"


def milliseconds(value) -> str:
    """Returns milliseconds as text."""
    return f"{value:.3f}"


def times(value) -> str:
    """Returns how many times as much something is."""
    return f"{value:.1f}"


def optional(number, value):
    """Returns `number(value)`, or a dash for None."""
    return NOTHING if value is None else number(value)


def spread(number, value):
    """Returns the mean, and the standard deviation if there is one.

    Args:
        number: Function that writes the mean.
        value: An aggregate.Spread, or None.
    """
    if value is None:
        return NOTHING
    if value.std is None:
        return number(value.mean)
    return f"{number(value.mean)} ± {quality(value.std)}"


def escape(text):
    """Returns plain text, which may hold anything, as Markdown in one line."""
    text = html.escape(" ".join(str(text).split()), quote=False)
    return re.sub(r"([\\`*_\[\]|])", r"\\\1", text)
