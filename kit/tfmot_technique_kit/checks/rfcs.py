"""Checks of the RFCs: what a draft has to be, and what reviewers get."""

import datetime
import itertools
import re
from collections.abc import Callable, Iterator

from tfmot_technique_kit import pages
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project

_Found = Iterator[tuple[int | None, str]]  # lines and messages

# Dates come in front of the name when the RFC is submitted.
_NAME = re.compile(r"(?:\d{8}-[a-z0-9]+(?:-[a-z0-9]+)*-)?(proposal|design)\.md")
NO_SPONSOR = {"", "-", "none", "none yet"}
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
    r"\b(?:TODO|NNN|YYYY-?MM-?DD|example\.(?:com|org)|(?:My|Your) Name|your-handle)\b"
)
_QUALITY = re.compile(
    r"\b(?:accuracy|quality|AP\d*|mAP|F1|AUC|IoU|BLEU|score|perplexity|loss)\b", re.IGNORECASE
)
_DEPLOYMENT = re.compile(
    r"\b(?:size|bytes|[kKMG]i?B|latency|ms|memory|storage|compression)\b", re.IGNORECASE
)
_FIRST_ROW = re.compile(r"<table.*?</tr>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def check_drafts(project: Project) -> list[Problem]:
    """Finds what no RFC lacks: a header, one title, the sections of its kind."""
    return _check(project, _look_at_draft)


def check_submissions(project: Project) -> list[Problem]:
    """Finds what is left to fill in before an RFC is submitted."""
    return _check(project, _look_at_submission)


def _check(project: Project, look_at: Callable[[str, str], _Found]) -> list[Problem]:
    folders = {project.folder("proposals"), project.folder("designs")}
    return [
        Problem(message, pages.name_of(project.root, path), line)
        for folder in sorted(folders)
        for path in pages.find(folder, ".md")
        for line, message in look_at(path.name, path.read_text(encoding="utf-8"))
    ]


def _look_at_draft(name: str, text: str) -> _Found:
    kind = _NAME.fullmatch(name)
    if not kind:
        message = "name it proposal.md or design.md, with the date of its submission "
        yield None, f"{message}YYYYMMDD-some-words-proposal.md."
    header = header_of(text)
    for key in _HEADER:
        if key not in header:
            yield None, f'the table at its top has no row "{key}"; add one.'
    line, status = header.get("Status", (None, _STATUSES[0]))
    if status not in _STATUSES:
        yield line, f"Status is {status!r}; it is one of {', '.join(_STATUSES)}."
    line, updated = header.get("Updated", (None, "TODO"))
    if not _is_date(updated) and not _PLACEHOLDER.search(updated):
        yield line, f"Updated is {updated!r}; write a date, as in 2020-05-07."
    headings = pages.headings(text)
    titles = [heading for heading in headings if heading.level == 1]
    if len(titles) != 1:
        line = titles[-1].line if titles else None
        yield line, f"has {len(titles)} titles of level 1; keep one."
    sections = " / ".join(heading.text for heading in headings if heading.level in {2, 3})
    for section in _SECTIONS[kind[1]] if kind else ():
        if section not in sections.lower().replace("&", "and"):
            yield None, f'has no section "{section.capitalize()}"; add one.'


def _look_at_submission(name: str, text: str) -> _Found:
    header = header_of(text)
    line, status = header.get("Status", (None, None))
    if status != "Proposed":
        yield line, f'Status is {status!r}; it is "Proposed" at submission.'
    line, sponsor = header.get("Sponsor", (None, None))
    if sponsor is not None and sponsor.lower() in NO_SPONSOR:
        yield line, "has no sponsor; find one before you submit."
    for line, words in _prose(text):
        for found in _PLACEHOLDER.finditer(words):
            yield line, f"{found.group()!r} is left to fill in: {words.strip()[:60]}"
    if name.endswith("proposal.md") and not _has_results(text):
        message = "has no table with a column of quality, such as accuracy, and one of deployment"
        yield None, f"{message}, such as latency; run `technique report`."


def header_of(text: str) -> dict[str, tuple[int, str]]:
    """Returns lines and values of the rows of the first table, by their first words."""
    header = {}
    table = itertools.dropwhile(lambda t: t.type != "table_open", pages.MARKDOWN.parse(text))
    for token in itertools.takewhile(lambda t: t.type != "table_close", table):
        if token.type == "tr_open":
            line, cells = pages.line_of(token), []
        elif token.type == "inline":
            cells.append(pages.plain(token).strip())
            if len(cells) == 2:
                header |= {key: (line, cells[1]) for key in _HEADER if cells[0].startswith(key)}
    return header


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """Yields the lines of a text that are no code, with their numbers."""
    for token in pages.MARKDOWN.parse(text):
        line = pages.line_of(token)
        if token.type == "html_block":
            yield from enumerate(token.content.splitlines(), line)
        for child in token.children or ():
            if child.type in {"softbreak", "hardbreak"}:
                line += 1
            elif child.type != "code_inline":
                yield line, " ".join([child.content, *map(str, child.attrs.values())])


def _has_results(text: str) -> bool:
    """Tells whether a table, in Markdown or HTML, has both sorts of columns."""
    rows = _FIRST_ROW.findall(pages.as_html(pages.MARKDOWN.parse(text)))
    columns = [_TAG.sub(" ", row) for row in rows]
    return any(_QUALITY.search(names) and _DEPLOYMENT.search(names) for names in columns)
