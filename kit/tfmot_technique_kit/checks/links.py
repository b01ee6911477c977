"""Checks of the links from document to document."""

import functools
import html.parser
import re
import urllib.parse

from tfmot_technique_kit.checks import files
from tfmot_technique_kit.checks.problem import Problem

_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


class _Attributes(html.parser.HTMLParser):
    """Collects the links and the anchors of a piece of HTML."""

    def __init__(self, text) -> None:
        super().__init__()
        self.links = []
        self.anchors = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """See base class."""
        del tag
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value or "")
            if name in ("id", "name"):
                self.anchors.append(value or "")


def check_links(root):
    """Checks that relative links lead to files and headings that exist.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    find_anchors = functools.lru_cache(maxsize=None)(_find_anchors)
    problems = []
    for path in files.find(root, ".md", ".ipynb"):
        name = files.name_of(root, path)
        for line, link in _find_links(path):
            if _EXTERNAL.match(link):
                continue
            target, _, anchor = link.partition("#")
            found = path
            if target:
                # A leading slash stands for the root of a site, which this is not.
                found = path.parent / urllib.parse.unquote(target)
            if target.startswith("/") or not found.exists():
                message = f"the link to {target!r} leads nowhere."
                problems.append(Problem(name, line, message))
            elif anchor and found.suffix in (".md", ".ipynb"):
                if urllib.parse.unquote(anchor) not in find_anchors(found):
                    message = f"{target or 'this page'!r} has no heading {anchor!r}."
                    problems.append(Problem(name, line, message))
    return problems


def _find_links(path):
    """Yields pairs of a line, None in notebooks, and the address of a link."""
    for before, text in files.read_texts(path):
        for token in files.parse(text):
            line = None if before is None or not token.map else token.map[0] + 1
            if token.type == "html_block":
                yield from ((line, link) for link in _Attributes(token.content).links)
            for child in token.children or []:
                if child.type in ("link_open", "image"):
                    yield line, child.attrs.get("href") or child.attrs.get("src") or ""
                elif child.type == "html_inline":
                    yield from ((line, link) for link in _Attributes(child.content).links)


def _find_anchors(path):
    """Returns the set of anchors of a document: headings and HTML ids."""
    anchors = set()
    for _, text in files.read_texts(path):
        for heading in files.headings(text):
            anchor = anchor_of(heading.text)
            number = 1
            while anchor in anchors:
                anchor = f"{anchor_of(heading.text)}-{number}"
                number += 1
            anchors.add(anchor)
        anchors.update(_Attributes(text).anchors)
    return anchors


def anchor_of(heading):
    """Returns the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
