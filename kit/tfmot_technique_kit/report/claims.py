"""Finds numbers in documents that have no run behind them.

Looked at are sections about results, by their headings, outside of the blocks
that are rendered. Two sorts of numbers count as results: a number with a unit
of results, or next to the name of a metric; and a number with a decimal point
in a table. Each has to be one that the runs contain, written with the same
digits as in the tables. Other numbers, and other sections, are not looked at:
this finds what was typed by hand or is out of date, not every false claim.
"""

import re

from tfmot_technique_kit.documents import blocks
from tfmot_technique_kit.report import formats

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_SECTION = re.compile(r"\b(results?|experiments?|experimental|benchmarks?)\b", re.I)
_FENCE = re.compile(r"\s*(```|~~~)")
_CODE = re.compile(r"`[^`]*`")

_NUMBER = r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)"
_UNITS = {
    r"(?:%|percent\b|(?:percentage )?points?\b)": "%",
    r"ms\b": "ms",
    r"kB\b": "kB",
    r"KiB\b": "KiB",
    r"(?:×|x(?![\w])(?!\s*\d)|times\b)": "times",
    # No table has these, so no run is behind such a number.
    r"(?:s|µs|us|bytes|KB|MB|MiB|GB|GiB)\b": "other",
}
_METRIC = r"\b(?:accuracy|AP50|mAP|F1|AUC)\b"
_PATTERNS = [
    *((re.compile(rf"{_NUMBER}[\s-]*{unit}"), kind) for unit, kind in _UNITS.items()),
    (re.compile(rf"{_METRIC}[^.|\d]{{0,30}}(\d*\.\d+)", re.I), "metric"),
    (re.compile(rf"{_NUMBER}\s*{_METRIC}", re.I), "metric"),
]
_DECIMAL = re.compile(r"(?<![\w.])(\d[\d,]*\.\d+)")


def known(settings):
    """Returns the numbers that the runs contain, written as in the tables.

    Args:
        settings: What aggregate.aggregate returns.

    Returns:
        A dict from a sort of number to the set of its texts, without signs.
    """
    numbers = {"%": set(), "ms": set(), "kB": set(), "KiB": set()}
    numbers |= {"times": set(), "metric": set(), "other": set()}

    def add(kind, write, *values):
        numbers[kind] |= {write(abs(v)) for v in values if v is not None}

    for row in (row for rows in settings.values() for row in rows):
        for spread in (row.quality, row.difference):
            if spread:
                add("metric", formats.quality, spread.mean, spread.std)
                add("%", formats.points, spread.mean, spread.std)
        add("%", formats.points, row.value("static", "zero_fraction"))
        for key in ("tflite_bytes", "gzip_bytes"):
            add("kB", formats.kilobytes, row.value("storage", key))
        add("ms", formats.milliseconds, row.value("latency", "median_ms"))
        add("KiB", formats.kibibytes, row.value("memory", "peak_bytes"))
        for section, key in (
            ("storage", "tflite_bytes"),
            ("storage", "gzip_bytes"),
            ("latency", "median_ms"),
            ("memory", "peak_bytes"),
        ):
            ratio = row.ratio(section, key)
            if ratio:
                add("%", formats.points, ratio)
                add("times", formats.times, ratio, 1 / ratio)
    return numbers


def unsupported(document, text, numbers):
    """Finds numbers in a document that no run is behind.

    Args:
        document: What messages call it.
        text: Its content, with valid markers.
        numbers: What `known` returns.

    Returns:
        A list of lines, each with file, line and number.
    """
    found = []
    for number, line in _lines_about_results(document, text):
        for claim, kind in _claims(line):
            allowed = set().union(*numbers.values()) if not kind else numbers[kind]
            if claim.replace(",", "") not in allowed:
                found.append(
                    f"{document}:{number}: no run has {claim} "
                    f"({line.strip()!r}); take the number from the results, or remove it."
                )
                break
    return found


def _claims(line):
    line = _CODE.sub("", line)
    for pattern, kind in _PATTERNS:
        for match in pattern.finditer(line):
            yield match[1], kind
    if line.lstrip().startswith("|"):
        for match in _DECIMAL.finditer(line):
            yield match[1], None


def _lines_about_results(document, text):
    number = 0
    level = None  # of the heading of the section about results
    fence = False
    for block, lines in blocks.split(document, text, "results"):
        for line in lines:
            number += 1
            fence ^= block is None and bool(_FENCE.match(line))
            heading = None if fence or block else _HEADING.match(line)
            if heading:
                depth = len(heading[1])
                if level is None or depth <= level:
                    level = depth if _SECTION.search(heading[2]) else None
            if level is not None and block is None:
                yield number, line
