"""The files that are checked, and the parts of them."""

import dataclasses
import json
import os
import pathlib

# What tools and environments leave in a project.
_LEFT_OUT = ["__pycache__", "build", "dist", "artifacts", "logs"]


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading of a document.

    Attributes:
        level: 1 for titles.
        text: Its text, without markup.
        line: Its line, 1 for the first.
    """

    level: int
    text: str
    line: int


def find(root, *suffixes):
    """Returns the project's files with one of some suffixes.

    Args:
        root: The project's folder, or one of those in it, a path.
        *suffixes: Such as '.md'.

    Returns:
        A sorted list of paths. Environments, caches and what tools build are left
        out.
    """
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _LEFT_OUT
            and not pathlib.Path(folder, name, "pyvenv.cfg").exists()
        ]
        paths = (pathlib.Path(folder, name) for name in names)
        found += [path for path in paths if path.suffix in suffixes]
    return sorted(found)


def name_of(root, path):
    """Returns a file's path relative to the project's folder, with slashes."""
    return pathlib.Path(path).relative_to(root).as_posix()


def read_cells(path):
    """Returns the cells of a notebook, an empty list if it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, TypeError):
        return []  # The check of the format says so.


def read_texts(path):
    """Returns what a document says, in pieces that are Markdown each.

    Args:
        path: A page or a notebook.

    Returns:
        A list of pairs of a place and a text. The place is the number of lines
        before the text for a page, and None for the cells of a notebook.
    """
    if path.suffix != ".ipynb":
        return [(0, path.read_text(encoding="utf-8"))]
    return [
        (None, "".join(cell["source"]))
        for cell in read_cells(path)
        if cell["cell_type"] == "markdown"
    ]


def parse(text):
    """Returns the tokens of a Markdown text, with tables."""
    import markdown_it

    return markdown_it.MarkdownIt("commonmark").enable("table").parse(text)


def headings(text):
    """Returns the headings of a Markdown text, as a list of `Heading`."""
    tokens = parse(text)
    return [
        Heading(int(token.tag[1:]), plain(tokens[number + 1]), token.map[0] + 1)
        for number, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def plain(inline):
    """Returns the text of an inline token, without markup."""
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in inline.children
        if child.type != "html_inline"
    )
