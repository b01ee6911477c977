"""Checks of the links from document to document."""

import functools
import html
import os
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
    """Finds links into the project that do not lead to files and headings that exist.

    Those of notebooks have to be absolute, since Colab has no other file than the notebook.
    """
    anchors_of = functools.cache(_anchors)
    problems = []
    for path in pages.find(project.root):
        for line, link in _links(path):
            own = project.technique.file_at(link)
            if own is None and _EXTERNAL.match(link):
                continue
            target, _, anchor = (link if own is None else own).partition("#")
            # A leading slash stands for the root of a site, which this is not.
            folder = path.parent if own is None else project.root
            there = folder / unquote(target) if target else path
            if target.startswith("/") or not there.exists():
                message = f"the link to {target!r} leads nowhere."
            elif target and own is None and path.suffix == ".ipynb":
                name = os.path.relpath(there, project.root)
                address = project.technique.address_of(Path(name).as_posix())
                message = f"the link to {target!r} leads nowhere in Colab; write {address}."
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
    """Yields the lines, None in notebooks, and the addresses of links."""
    for text in pages.texts(path):
        for token in pages.MARKDOWN.parse(text):
            if token.type in {"inline", "html_block"}:
                line = pages.line_of(token) if path.suffix == ".md" else None
                for link in _LINK.findall(pages.as_html([token])):
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
