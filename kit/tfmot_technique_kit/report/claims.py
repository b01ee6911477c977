"""Finds numbers in documents that have no run behind them.

Looked at are sections about results, by their headings, outside of the blocks that are rendered.
Two sorts of numbers count as results: a number with a unit of results, or next to the name of a
metric; and a number with a decimal point in a table. Each has to be one that the runs contain,
written with the same digits as in the tables; a ratio that may be noise is none of them. Other
numbers, and other sections, are not looked at: this finds what was typed by
hand or is out of date, not every false claim.
"""

import re
from collections.abc import Iterator

from tfmot_technique_kit import blocks, pages
from tfmot_technique_kit.metrics.catalog import COSTS, METRICS, UNITS, write
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.report import comparison
from tfmot_technique_kit.report.aggregate import Settings

_SECTION = re.compile(r"\b(results?|experiments?|experimental|benchmarks?)\b", re.I)
_CODE = re.compile(r"`[^`]*`")

_NUMBER = r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)"
# What stands behind a number, and the unit it means. No table has the last ones, so
# that no run is behind such a number.
_SUFFIXES = {unit: rf"{re.escape(unit)}\b" for unit in UNITS if unit != "quality"} | {
    "%": r"(?:%|percent\b|(?:percentage )?points?\b)",
    "times": r"(?:×|x(?![\w])(?!\s*\d)|times\b)",
    "other": r"(?:s|µs|us|bytes|KB|MB|MiB|GB|GiB)\b",
}
_METRIC = r"\b(?:accuracy|AP50|mAP|F1|AUC)\b"
_PATTERNS = [
    *((re.compile(rf"{_NUMBER}[\s-]*{suffix}"), unit) for unit, suffix in _SUFFIXES.items()),
    (re.compile(rf"{_METRIC}[^.|\d]{{0,30}}(\d*\.\d+)", re.I), "quality"),
    (re.compile(rf"{_NUMBER}\s*{_METRIC}", re.I), "quality"),
]
_DECIMAL = re.compile(r"(?<![\w.])(\d[\d,]*\.\d+)")


def known(settings: Settings) -> dict[str, set[str]]:
    """Returns the numbers that the runs contain, without signs, as the tables write them.

    They are texts by unit, and all of them by 'any'.
    """
    numbers: dict[str, set[str]] = {unit: set() for unit in (*UNITS, "other")}

    def add(unit: str, *values: float | None) -> None:
        numbers[unit] |= {write(abs(value), unit) for value in values if value is not None}

    for row in (row for rows in settings.values() for row in rows):
        for unit in ("quality", "%"):
            add(unit, row.quality_mean, row.quality_std, row.difference_mean, row.difference_std)
        for metric in METRICS:
            if metric.heading:
                add(metric.unit, getattr(row, metric.column))
        for metric in COSTS:
            add(metric.unit, *getattr(row, f"{metric.column}_samples"))
            ratio = getattr(row, f"{metric.column}_ratio")
            if ratio:
                add("%", ratio.low, ratio.high)
            if ratio and ratio.value and ratio.verdict != comparison.NOISE:
                add("%", ratio.value)
                add("times", ratio.value, 1 / ratio.value)
    return numbers | {"any": set().union(*numbers.values())}


def unsupported(document: str, text: str, numbers: dict[str, set[str]]) -> list[Problem]:
    """Finds numbers in a document that no run is behind, one in a line.

    Args:
        document: Its path relative to the project's folder.
        text: Its content, with valid markers.
        numbers: What `known` returns.
    """
    found = []
    for number, line in _lines_about_results(document, text):
        wrong = [n for n, unit in _claims(line) if n.replace(",", "") not in numbers[unit]]
        if wrong:
            message = f"no run has {wrong[0]} ({line.strip()!r}); take the number from the results"
            found.append(Problem(f"{message}, or remove it.", document, number))
    return found


def _claims(line: str) -> Iterator[tuple[str, str]]:
    """Yields the numbers in a line that count as results, and their units."""
    line = _CODE.sub("", line)
    patterns = [*_PATTERNS, (_DECIMAL, "any")] if line.lstrip().startswith("|") else _PATTERNS
    for pattern, unit in patterns:
        for match in pattern.finditer(line):
            yield match[1], unit


def _lines_about_results(document: str, text: str) -> Iterator[tuple[int, str]]:
    headings = {heading.line: heading for heading in pages.headings(text)}
    level = None  # of the heading of the section about results
    parts = blocks.split(document, text, "results")
    lines = ((block, line) for block, part in parts for line in part)
    for number, (block, line) in enumerate(lines, 1):
        heading = None if block else headings.get(number)
        if heading and (level is None or heading.level <= level):
            level = heading.level if _SECTION.search(heading.text) else None
        if level and not block:
            yield number, line
