"""Edits of files that are in TFMOT already: one line here, one block there.

An edit finds its place by what the file means, not by line numbers, so that it works on any
version. It first takes out what an earlier export has put there: running it twice changes
nothing, and running it later brings it up to date.
"""

import html
import json
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.export.names import PACKAGE, Names

API_INITS = (f"{PACKAGE}/python/core/api/__init__.py", f"{PACKAGE}/__init__.py")
BOOK = f"{PACKAGE}/g3doc/_book.yaml"
LABELER = ".github/labeler.yml"

_API_IMPORT = f"from {PACKAGE}.python.core.api import "
_RELEASE_TEMPLATE = ("* Major Features and Improvements", "* Bug Fixes and Other Changes")
_VERSION = "is this a checkout of tensorflow/model-optimization, version 0.7.0 or later?"


@dataclass(frozen=True)
class Facts:
    """What the edits say about the technique."""

    names: Names
    release_notes: tuple[str, ...]  # Lines of Markdown.
    api_modules: tuple[str, ...]  # Names of the modules that the API imports.
    pages: tuple[tuple[str, str], ...]  # Their titles, and addresses below the guide.


class Lines:
    """The lines of a file to edit, which are found by what they say; messages name its path."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def find(self, pattern: str, expected: str, start: int = 0) -> int:
        """Returns the index of the first line from `start` that matches.

        Raises:
            UserError: If there is no such line; the message says what was expected.
        """
        return self.all(pattern, start, expected=expected)[0]

    def all(
        self, pattern: str, start: int = 0, end: int | None = None, expected: str | None = None
    ) -> list[int]:
        """Returns the indices of lines that match; raises UserError if expected ones lack."""
        end = len(self.lines) if end is None else end
        found = [i for i in range(start, end) if re.fullmatch(pattern, self.lines[i])]
        if expected and not found:
            raise self.lack_of(expected)
        return found

    def lack_of(self, expected: str) -> UserError:
        """Returns the error that something is not in the file."""
        return UserError(f"{self.path}: expected {expected}, which is not there; {_VERSION}")

    def drop(self, pattern: str) -> None:
        """Takes out the lines that match."""
        self.lines = [line for line in self.lines if not re.fullmatch(pattern, line)]

    def insert_sorted(
        self, line: str, places: list[int], key: Callable[[str], str] = lambda line: line
    ) -> None:
        """Puts a line before the first of some places that is greater, or after the last."""
        greater = (i for i in places if key(self.lines[i]) > key(line))
        self.lines.insert(next(greater, places[-1] + 1), line)


def apply(path: str, text: str, facts: Facts) -> str:
    """Returns the text of one of the EDITS after it; raises UserError if there is no place."""
    lines = Lines(path, text)
    EDITS[path][1](lines, facts)
    return "\n".join(lines.lines) + "\n"


def _core_build(lines: Lines, facts: Facts) -> None:
    """BUILD of the core: without this line, the code is not in the wheel."""
    folder = facts.names.core.rpartition("/")[0]
    lines.drop(rf' *"//{folder}",.*')
    _insert_in_list(lines, "core", "deps", f'"//{folder}",  # buildcleaner: keep', r' *"//.*')


def _api_build(lines: Lines, facts: Facts) -> None:
    """BUILD of the API: its modules as sources, the code's as dependencies."""
    slug, core = facts.names.technique.slug, facts.names.core
    lines.drop(rf' *("{slug}/.*|"//{core}:.*)')
    for source in (f"{slug}/__init__.py", f"{slug}/keras/__init__.py"):
        _insert_in_list(lines, "api", "srcs", f'"{source}",')
    for module in facts.api_modules:
        _insert_in_list(lines, "api", "deps", f'"//{core}:{module}",')


def _insert_in_list(
    lines: Lines, target: str, attribute: str, item: str, pattern: str = r' *".*'
) -> None:
    where = f'the {attribute} of the target "{target}"'
    start = lines.find(rf' *name = "{target}",', f'the target "{target}"')
    start = lines.find(rf" *{attribute} = \[", where, start)
    end = lines.find(r" *\],", f"the end of {where}", start)
    places = lines.all(pattern, start, end, f"items in {where}")
    lines.insert_sorted(f"        {item}", places, lambda line: line.split('"')[1])


def _api_init(lines: Lines, facts: Facts) -> None:
    """The modules of the API; without it, `tfmot.<slug>` does not exist."""
    line = f"{_API_IMPORT}{facts.names.technique.slug}"
    lines.drop(re.escape(line))
    expected = f'lines like "{_API_IMPORT}sparsity"'
    lines.insert_sorted(line, lines.all(rf"{re.escape(_API_IMPORT)}\w+", expected=expected))


def _labeler(lines: Lines, facts: Facts) -> None:
    """Labels for pull requests that touch the technique."""
    own = f"technique:{facts.names.technique.slug}:\n"
    blocks = [b for b in "\n".join(lines.lines).split("\n\n") if not b.startswith(own)]
    heads = [i for i, block in enumerate(blocks) if block.startswith("technique:")]
    if not heads:
        raise lines.lack_of('a block like "technique:clustering:"')
    index = next((i for i in heads if blocks[i] > own), heads[-1] + 1)
    blocks.insert(index, own + "\n".join(f"- {folder}/**/*" for folder in facts.names.folders))
    lines.lines = "\n\n".join(blocks).split("\n")


def _readme(lines: Lines, facts: Facts) -> None:
    """The table of maintainers."""
    cell = f"    <td>{facts.names.public}</td>"
    for i in lines.all(rf" *{re.escape(cell.strip())}"):
        del lines.lines[i - 1 : i + 3]
    expected = 'a table with cells like "<td>tfmot.sparsity</td>"'
    places = lines.all(r" *<td>tfmot\.\w+</td>", expected=expected)
    organization = html.escape(facts.names.technique.organization, quote=False)
    index = next((i - 1 for i in places if lines.lines[i] > cell), places[-1] + 3)
    lines.lines[index:index] = ["  <tr>", cell, f"    <td>{organization}</td>", "  </tr>"]


def _release(lines: Lines, facts: Facts) -> None:
    """The notes of the next release, and what to fill in for later ones."""
    title = f"Keras {facts.names.title_inside} API:"
    notes = [f"* {note}" for note in facts.release_notes]
    tested = [note for note in notes if note.startswith("* Tested against")]
    start = lines.find(r"# Release Template", 'the heading "Release Template"')
    _release_block(lines, start, title, [*_RELEASE_TEMPLATE, *tested])
    heading = r"# TensorFlow Model Optimization next release.*"
    start = lines.find(heading, 'the heading "next release"')
    released = lines.all(r"# .*", start + 1)
    # Once it has been released, what is new next time is for its authors.
    if not released or not lines.all(re.escape(title), released[0]):
        _release_block(lines, start, title, notes)


def _release_block(lines: Lines, start: int, title: str, notes: list[str]) -> None:
    """Puts a block among those of other APIs below the heading in a line."""
    end = next(iter(lines.all(r"# .*", start + 1)), len(lines.lines))
    section = "\n".join(lines.lines[start + 1 : end])
    blank = len(section) - len(section.rstrip("\n"))
    parts = [p.strip("\n") for p in re.split(r"(?m)^(?=Keras .* API:$)", section)]
    intro, *blocks = [part for part in parts if part.partition("\n")[0] != title]
    index = next((i for i, block in enumerate(blocks) if block > title), len(blocks))
    blocks.insert(index, "\n".join([title, "", *notes]))
    text = "\n\n".join(filter(None, [intro, *blocks]))
    lines.lines[start + 1 : end] = ["", *text.split("\n"), *[""] * max(blank, 1)]


def _book(lines: Lines, facts: Facts) -> None:
    """The navigation of the site."""
    address = f"/model_optimization/guide/{facts.names.guide.rpartition('/')[2]}"
    heading = r" *- heading: Collaborative.*"
    collaborative = lines.find(heading, 'the heading "Collaborative optimization"')
    indent = " " * lines.lines[collaborative].index("-")
    block = [f"{indent}- heading: {_yaml(facts.names.technique.title)}"]
    for title, page in facts.pages:
        block += [f"{indent}- title: {_yaml(title)}"]
        block += [f"{indent}  path: {'/'.join(filter(None, (address, page)))}"]
    there = lines.all(rf" *path: {re.escape(address)}(/.*)?")
    if there:
        start = lines.all(r" *- heading: .*", 0, there[0])[-1]
        lines.lines[start : there[-1] + 1] = block
    else:
        lines.lines[collaborative:collaborative] = [*block, ""]


def _guide_index(lines: Lines, facts: Facts) -> None:
    """The page of the guide: a link among the techniques, and a section."""
    start = lines.find(r"Our toolkit supports.*", 'a sentence "Our toolkit supports"')
    end = lines.find(r"", "the end of its paragraph", start)
    paragraph = " ".join(lines.lines[start:end])
    target = f"(./{facts.names.technique.slug}/index.md)"
    if target not in paragraph:
        found = re.search(r",? and (\[[^\]]*\]\([^)]*\))\.", paragraph)
        if not found:
            raise lines.lack_of('a list of links up to "and [technique](link)."')
        added = f", {found[1]}, and [{facts.names.title_inside}]{target}."
        paragraph = paragraph[: found.start()] + added + paragraph[found.end() :]
        lines.lines[start:end] = _wrapped(paragraph)
    index = lines.find(r"### Collaborative.*", 'a section "Collaborative..."')
    for own in lines.all(re.escape(f"### {facts.names.technique.title}")):
        after = lines.all(r"#+ .*", own + 1)
        del lines.lines[own : after[0] if after else len(lines.lines)]
        index = own
    technique = facts.names.technique
    lines.lines[index:index] = [f"### {technique.title}", "", *_wrapped(technique.summary), ""]


def _optimize_further(lines: Lines, facts: Facts) -> None:
    """The list of tools for training."""
    target = f"(./{facts.names.technique.slug}/)"
    if not any(target in line for line in lines.lines):
        expected = 'a bullet "[Collaborative optimization]"'
        index = lines.find(r"\* +\[Collaborative.*", expected)
        lines.lines.insert(index, f"*   [{facts.names.technique.title}]{target}")


def _wrapped(text: str) -> Sequence[str]:
    """Breaks a paragraph into lines, but not in the text of a link."""
    glued = re.sub(r"\[[^\]]*\]", lambda link: link[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(glued, 80, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def _yaml(text: str) -> str:
    """Returns a text as YAML: plain where that is safe, else quoted."""
    if re.fullmatch(r"[A-Za-z][\w ().-]*", text):
        return text
    return json.dumps(text, ensure_ascii=False)


# In which phase of the guideline a file is edited, and how.
EDITS: dict[str, tuple[str, Callable[[Lines, Facts], None]]] = {
    f"{PACKAGE}/python/core/BUILD": ("core", _core_build),
    LABELER: ("core", _labeler),
    API_INITS[0]: ("api", _api_init),
    API_INITS[1]: ("api", _api_init),
    f"{PACKAGE}/python/core/api/BUILD": ("api", _api_build),
    "README.md": ("launch", _readme),
    "RELEASE.md": ("launch", _release),
    BOOK: ("launch", _book),
    f"{PACKAGE}/g3doc/guide/index.md": ("launch", _guide_index),
    f"{PACKAGE}/g3doc/guide/optimize_further.md": ("launch", _optimize_further),
}
