"""The documents of a project, and the parts of them."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN = MarkdownIt("commonmark").enable("table")

# What tools and environments leave in a project.
_LEFT_OUT = {"__pycache__", "build", "dist", "artifacts", "logs"}


class Heading(NamedTuple):
    """A heading of a document: its level, 1 for titles; its text without markup; its line."""

    level: int
    text: str
    line: int


def find(root: Path, *suffixes: str) -> list[Path]:
    """Returns the files with some suffixes below a folder that people write, sorted.

    Environments, caches and what tools build are left out. By default these are the documents.
    The folder may be missing.
    """
    found = []
    for name, folders, names in os.walk(root):
        folder = Path(name)
        folders[:] = [each for each in folders if not is_left_out(folder / each)]
        found += [folder / each for each in names]
    return sorted(path for path in found if path.suffix in (suffixes or (".md", ".ipynb")))


def is_left_out(folder: Path) -> bool:
    """Tells whether a folder holds what tools make: an environment, a cache, a build."""
    is_tool = folder.name.startswith(".") or folder.name in _LEFT_OUT
    return is_tool or (folder / "pyvenv.cfg").exists()


def notebook(path: Path) -> dict[str, Any]:
    """Reads a notebook.

    Raises:
        ValueError: If it is none; the message, which goes on after its name, says why.
    """
    import nbformat

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"is no JSON: {error}.") from error
    if not isinstance(content, dict) or "cells" not in content:
        raise ValueError("is no valid notebook: it has no cells.")
    try:
        nbformat.validate(content)
    except nbformat.ValidationError as error:
        raise ValueError(f"is no valid notebook: {error.message}.") from error
    return content


def cells(path: Path) -> list[dict[str, Any]]:
    """Returns the cells of a notebook, none if it is no notebook. Each source is one text."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [{**cell, "source": "".join(cell["source"])} for cell in found]
    except (ValueError, KeyError, TypeError):
        return []  # the check of the format says so


def texts(path: Path) -> list[str]:
    """Returns what a page or a notebook says, in pieces that are Markdown each."""
    if path.suffix != ".ipynb":
        return [path.read_text(encoding="utf-8")]
    return [cell["source"] for cell in cells(path) if cell["cell_type"] == "markdown"]


def headings(text: str) -> list[Heading]:
    """Returns the headings of a Markdown text."""
    tokens = MARKDOWN.parse(text)
    return [
        Heading(int(token.tag[1:]), plain(tokens[number + 1]), line_of(token))
        for number, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def plain(inline: Token) -> str:
    """Returns the text of an inline token, without markup."""
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in inline.children or ()
        if child.type != "html_inline"
    )


def name_of(root: Path, path: Path) -> str:
    """Returns a file's path relative to the project's folder, with slashes."""
    return path.relative_to(root).as_posix()


def as_html(tokens: list[Token]) -> str:
    """Returns what tokens of Markdown are in HTML."""
    return MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})


def line_of(token: Token) -> int:
    """Returns the line that a token of a block begins in, 1 for the first."""
    return (token.map or [0])[0] + 1
