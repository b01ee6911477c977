"""Checks of the links from document to document."""

import functools
import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tfmot_technique_kit import pages
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project

_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
# In HTML, in which quotes of texts and code are escaped.
_LINK = re.compile(r"<[^>]*?\s(?:href|src)=[\"']([^\"']*)[\"']")
_ANCHOR = re.compile(r"<[^>]*?\s(?:id|name)=[\"']([^\"']*)[\"']")


def check_links(project: Project) -> list[Problem]:
    """Finds relative links that do not lead to files and headings that exist."""
    anchors_of = functools.cache(_anchors)
    problems = []
    for path in pages.find(project.root):
        for line, link in _links(path):
            target, _, anchor = link.partition("#")
            # A leading slash stands for the root of a site, which this is not.
            there = path.parent / unquote(target) if target else path
            if target.startswith("/") or not there.exists():
                message = f"the link to {target!r} leads nowhere."
            elif (
                anchor
                and there.suffix in {".md", ".ipynb"}
                and unquote(anchor) not in anchors_of(there)
            ):
                message = f"{target or 'this page'!r} has no heading {anchor!r}."
            else:
                continue
            problems.append(Problem(message, pages.name_of(project.root, path), line))
    return problems


def _links(path: Path) -> Iterator[tuple[int | None, str]]:
    """Yields the lines, None in notebooks, and the addresses of relative links."""
    for text in pages.texts(path):
        for token in pages.MARKDOWN.parse(text):
            if token.type in {"inline", "html_block"}:
                line = pages.line_of(token) if path.suffix == ".md" else None
                for link in _LINK.findall(pages.as_html([token])):
                    if not _EXTERNAL.match(link):
                        yield line, html.unescape(link)


def _anchors(path: Path) -> set[str]:
    """Returns the anchors of a document: headings and ids in HTML."""
    anchors = set()
    for text in pages.texts(path):
        for heading in pages.headings(text):
            first = anchor = anchor_of(heading.text)
            number = 1
            while anchor in anchors:
                anchor = f"{first}-{number}"
                number += 1
            anchors.add(anchor)
        anchors.update(_ANCHOR.findall(pages.as_html(pages.MARKDOWN.parse(text))))
    return anchors


def anchor_of(heading: str) -> str:
    """Returns the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
