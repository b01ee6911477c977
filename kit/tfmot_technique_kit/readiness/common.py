"""Rules for the files of any component, and how rules read them."""

import re
from collections.abc import Iterable, Iterator

from tfmot_technique_kit.manifest import Component, File
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project

# What the questions of the template suggest.
_ANSWERS = re.compile(r"you@example\.com|\byour-handle\b|\bYour Name\b")


def read(project: Project, path: str) -> str:
    """Returns the text of a file of the project, none if it is missing."""
    file = project.root / path
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def texts(project: Project, files: Iterable[File], suffix: str = "") -> Iterator[tuple[str, str]]:
    """Yields paths and texts of the files with a suffix that are not missing."""
    for file in files:
        if file.path.endswith(suffix) and (project.root / file.path).is_file():
            yield file.path, read(project, file.path)


def check_files(project: Project, component: Component) -> Iterator[Problem]:
    """Finds files that the manifest lists and that are not there."""
    for file in component.files:
        if not (project.root / file.path).is_file():
            yield Problem("is missing; write it, or take it out of contribution.toml", file.path)


def check_licence(project: Project, component: Component) -> Iterator[Problem]:
    """Finds code for TFMOT that does not begin with its licence header."""
    files = (file for file in component.files if file.upstream)
    for path, text in texts(project, files, ".py"):
        if not re.match(r"(#.*\n)*#.* The TensorFlow Authors", text):
            yield Problem("has no licence header; begin it with that of other files", path)


def check_todos(project: Project, component: Component) -> Iterator[Problem]:
    """Finds what is marked as left to do, each with its first sentence."""
    todo = f"TODO({project.technique.slug})"
    for path, text in texts(project, component.files):
        lines = text.split("\n")
        for number, line in enumerate(lines, start=1):
            if todo in line:
                rest = "\n".join([line.partition(todo)[2], *lines[number:]])
                yield Problem(f"{todo}{_first_sentence(path, rest)}", path, number)


def check_answers(project: Project, _: Component) -> Iterator[Problem]:
    """Finds answers that the template suggested, in all files but code."""
    files = (file for file in project.manifest.files if not file.path.endswith(".py"))
    for path, text in texts(project, files):
        for number, line in enumerate(text.split("\n"), start=1):
            if match := _ANSWERS.search(line):
                yield Problem(f"{match[0]!r} is no answer; write yours", path, number)


def _first_sentence(path: str, text: str) -> str:
    """Returns the first sentence of a text, without the marks of comments and strings.

    The text ends with a line that is empty, and with what closes a comment, a cell or a string.
    """
    if path.endswith(".ipynb"):  # a line in a notebook is a string of JSON
        text = re.sub(r'",\n\s*"', "", text)
        text = re.split(r'(?<!\\)"', text, maxsplit=1)[0]
        text = text.replace(r"\n", "\n").replace(r"\"", '"')
    if not path.endswith(".md"):
        text = re.sub(r"\n[ \t]*#", "\n", text)
    text = re.split(r"\s*-->|\s*\|$|\n\s*\n", text, maxsplit=1, flags=re.MULTILINE)[0]
    return re.split(r"(?<=[.!?])\s", re.sub(r"\s+", " ", text), maxsplit=1)[0].rstrip()
