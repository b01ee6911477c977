"""Checks of the RFCs: what a draft has to be, and what reviewers get."""

import datetime
import html.parser
import re

from tfmot_technique_kit.checks import files
from tfmot_technique_kit.checks.problem import Problem

# Dates come in front of the name when the RFC is submitted.
_NAME = re.compile(r"(?:\d{8}-[a-z0-9]+(?:-[a-z0-9]+)*-)?(proposal|design)\.md")
_HEADER = ("Status", "Author", "Sponsor", "Updated")
_STATUSES = ("Proposed", "Accepted", "Implemented", "Obsolete")

# What upstream's RFCs say, by the words of their headings of level 2 and 3.
_SECTIONS = {
    "proposal": ("motivation", "results", "limitations", "contribution"),
    "design": (
        "overview",
        "design proposal",
        "comparison with existing",
        "alternatives considered",
        "performance implications",
        "dependencies",
        "engineering impact",
        "platforms and environments",
        "best practices",
        "tutorials and examples",
        "compatibility",
        "user impact",
        "questions and discussion",
    ),
}

_PLACEHOLDER = re.compile(
    r"\b(?:TODO|NNN|YYYY-?MM-?DD|example\.(?:com|org)|(?:My|Your) Name"
    r"|your-handle)\b"
)
_QUALITY = re.compile(
    r"\b(?:accuracy|quality|AP\d*|mAP|F1|AUC|IoU|BLEU|score|perplexity|loss)\b", re.IGNORECASE
)
_DEPLOYMENT = re.compile(
    r"\b(?:size|bytes|[kKMG]i?B|latency|ms|memory|storage|compression)\b", re.IGNORECASE
)


def check_drafts(root):
    """Checks what holds for every RFC: header, title and sections.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    return _check(root, _look_at_draft)


def check_submissions(root):
    """Checks what holds when an RFC is submitted: nothing is left to fill in.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    return _check(root, _look_at_submission)


def _check(root, look_at):
    problems = []
    for path in files.find(root / "rfcs", ".md"):
        name = files.name_of(root, path)
        text = path.read_text(encoding="utf-8")
        problems += [Problem(name, line, message) for line, message in look_at(path.name, text)]
    return problems


def _look_at_draft(name, text):
    """Yields lines and messages."""
    kind = _NAME.fullmatch(name)
    if not kind:
        yield (
            None,
            "name it proposal.md or design.md, with the date of its submission "
            "YYYYMMDD-some-words-proposal.md.",
        )
    header = _read_header(text)
    for key in _HEADER:
        if key not in header:
            yield None, f'the table at its top has no row "{key}"; add one.'
    line, status = header.get("Status", (None, _STATUSES[0]))
    if status not in _STATUSES:
        yield line, f"Status is {status!r}; it is one of {', '.join(_STATUSES)}."
    line, updated = header.get("Updated", (None, "TODO"))
    if not _is_date(updated) and not _PLACEHOLDER.search(updated):
        yield line, f"Updated is {updated!r}; write a date, as in 2020-05-07."
    headings = files.headings(text)
    titles = [heading for heading in headings if heading.level == 1]
    if len(titles) != 1:
        line = titles[-1].line if titles else None
        yield line, f"has {len(titles)} titles of level 1; keep one."
    there = " / ".join(
        heading.text.lower().replace("&", "and") for heading in headings if heading.level in (2, 3)
    )
    for section in _SECTIONS[kind[1]] if kind else ():
        if section not in there:
            yield None, f'has no section "{section.capitalize()}"; add one.'


def _look_at_submission(name, text):
    """Yields lines and messages."""
    header = _read_header(text)
    line, status = header.get("Status", (None, None))
    if status != "Proposed":
        yield line, f'Status is {status!r}; it is "Proposed" at submission.'
    line, sponsor = header.get("Sponsor", (None, None))
    if sponsor is not None and sponsor.lower() in ("", "-", "none", "none yet"):
        yield line, "has no sponsor; find one before you submit."
    for line, words in _prose(text):
        for found in _PLACEHOLDER.finditer(words):
            yield line, f"{found.group()!r} is left to fill in: {words.strip()[:60]}"
    if name.endswith("proposal.md") and not _has_results(text):
        yield (
            None,
            "has no table with a column of quality, such as accuracy, and one of "
            "deployment, such as latency; run `python -m experiments report`.",
        )


def _read_header(text):
    """Returns a dict from keys of the first table to their lines and values."""
    header = {}
    tokens = files.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            cells = [
                files.plain(cell) for cell in tokens[number : number + 7] if cell.type == "inline"
            ]
            key = re.sub(r"\W*\(s\)|s?\W*$", "", cells[0]) if cells else ""
            key = {"Statu": "Status"}.get(key, key)
            header[key] = (token.map[0] + 1, " ".join(cells[1:2]).strip())
    return header


def _is_date(text):
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _prose(text):
    """Yields the lines of a text that are no code, with their numbers."""
    for token in files.parse(text):
        if token.type == "html_block":
            yield from enumerate(token.content.splitlines(), token.map[0] + 1)
        if token.type != "inline":
            continue
        line = token.map[0] + 1
        for child in token.children:
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type != "code_inline":
                yield line, " ".join([child.content, *map(str, child.attrs.values())])


def _has_results(text):
    """Returns whether a table has both sorts of columns."""
    columns = [" | ".join(cells) for cells in _table_headers(text)]
    return any(_QUALITY.search(c) and _DEPLOYMENT.search(c) for c in columns)


def _table_headers(text):
    """Yields the first row of each table, in Markdown or HTML."""
    tokens = files.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "thead_open":
            ends = (t.type == "thead_close" for t in tokens[number:])
            end = number + next(i for i, is_end in enumerate(ends) if is_end)
            yield [files.plain(t) for t in tokens[number:end] if t.type == "inline"]
        elif token.type == "html_block":
            yield from _Rows(token.content).first


class _Rows(html.parser.HTMLParser):
    """Collects the cells of the first row of each HTML table."""

    def __init__(self, text) -> None:
        super().__init__()
        self.first = []
        self._rows = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """See base class."""
        del attrs
        if tag == "table":
            self.first.append([])
            self._rows = 0
        self._rows += tag == "tr"

    def handle_data(self, data):
        """See base class."""
        if self.first and self._rows == 1:
            self.first[-1].append(data)
