"""Checks of the notebooks: format, style of tensorflow.org, content."""

import collections
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfmot_technique_kit import pages
from tfmot_technique_kit.checks import programs
from tfmot_technique_kit.documents import api
from tfmot_technique_kit.manifest import BRANCH, Technique
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project


@dataclass(frozen=True)
class Place:
    """Where notebooks are published, to which their buttons lead."""

    repository: str  # That on GitHub, as 'owner/name'.
    # With the path of the folder that has `g3doc`: nblint takes the address from the path below.
    branch: str
    downloads: str  # Address of that folder for downloads, which nblint cannot know.
    without: tuple[str, ...] = ("tensorflow::button_download",)  # Lints that do not apply.

    @classmethod
    def of(cls, technique: Technique) -> "Place":
        """Returns the repository of a project, which has no pages on tensorflow.org."""
        return cls(
            technique.repository.removeprefix("https://github.com/"),
            BRANCH,
            technique.address_of("", "raw"),
            (*cls.without, "tensorflow::button_website"),
        )


TFMOT = Place(
    "tensorflow/model-optimization",
    "master/tensorflow_model_optimization",
    "https://storage.googleapis.com/tensorflow_docs/model-optimization/"
    "tensorflow_model_optimization/",
)
_DOWNLOAD = re.compile(r'href="([^"]*)"[^>]*>\s*<img[^>]*download_logo')
_LINT = re.compile(r"^\x1b\[33m\[(\w+::\w+)\]\x1b\[00m (.*)$", re.MULTILINE)
# It looks at outputs only if asked to remove them.
_FORMAT = ("tensorflow_docs.tools.nbfmt", "--remove_outputs")


def check_format(root: Path) -> list[Problem]:
    """Finds notebooks below a folder that are invalid, or not laid out as tensorflow.org wants.

    They have no outputs: those are made when the pages are published.
    """
    problems, commands = [], {}
    for path in pages.find(root, ".ipynb"):
        name = pages.name_of(root, path)
        command = f"python -m {' '.join(_FORMAT)} {name}"
        try:
            notebook = pages.notebook(path)
        except ValueError as error:
            problems.append(Problem(str(error), name))
            continue
        if "widgets" in notebook["metadata"]:
            message = "has the state of widgets, as Colab saves it, which breaks pages; strip it."
            problems.append(Problem(message, name, command=command))
        else:
            commands[name] = command
    shown = programs.run(root, *_FORMAT, "--test", *commands).stderr if commands else ""
    problems += [
        Problem("is not laid out as tensorflow.org wants; format it.", name, command=command)
        for name, command in commands.items()
        if f"- {name}" in shown.splitlines()
    ]
    return problems


def check_style(root: Path, place: Place) -> list[Problem]:
    """Finds in notebooks below a folder what nblint knows of: licence, buttons and wording."""
    options = [f"--arg=repo:{place.repository}", f"--arg=branch:{place.branch}"]
    options += [f"--exclude_lint={lint}" for lint in place.without]
    problems = []
    for path in pages.find(root / "g3doc", ".ipynb"):
        name = pages.name_of(root, path)
        # A copy: nblint takes the first `site`, `docs` or `g3doc` in the whole path for the
        # root of the pages, and the user may have such a folder.
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, name)
            copy.parent.mkdir(parents=True)
            shutil.copy(path, copy)
            run = programs.run(root, "tensorflow_docs.tools.nblint", *options, str(copy))
        lints = sorted(set(_LINT.findall(run.stdout)))
        problems += [Problem(f"{lint}: {text}", name) for lint, text in lints]
        if run.returncode and not lints:
            problems.append(Problem(f"nblint: {programs.last_line(run)}", name))
    return problems


def check_structure(root: Path, place: Place) -> list[Problem]:
    """Finds in notebooks what no tool does: titles, ids, sections, the download button."""
    return [
        Problem(message, pages.name_of(root, path))
        for path in pages.find(root / "g3doc", ".ipynb")
        for message in _structure(pages.cells(path), place.downloads + pages.name_of(root, path))
    ]


def check_symbols(project: Project) -> list[Problem]:
    """Finds what the comprehensive guide does not show of the public API, or should not."""
    public = set(api.exports(project))
    problems = []
    for path in pages.find(project.folder("g3doc"), ".ipynb"):
        if path.stem.endswith("_comprehensive_guide"):
            used = set(re.findall(r"\btechnique\.(\w+)", "\n".join(code_of(path))))
            lacks = [f"does not show {name}, which is public; use it." for name in public - used]
            lacks += [f"uses {name}, which is not public." for name in used - public]
            name = pages.name_of(project.root, path)
            problems += [Problem(message, name) for message in sorted(lacks)]
    return problems


def code_of(path: Path) -> list[str]:
    """Returns the code of each cell of code in a notebook."""
    return [cell["source"] for cell in pages.cells(path) if cell["cell_type"] == "code"]


def _structure(cells: list[dict[str, Any]], download: str) -> Iterator[str]:
    """Yields what is wrong with a notebook, to be downloaded from an address."""
    ids = collections.Counter(cell["metadata"].get("id") for cell in cells)
    for cell_id, count in ids.items():
        if cell_id and count > 1:
            yield f"{count} cells have the id {cell_id!r}; give each its own."
    text = "\n\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    headings = pages.headings(text)
    count = sum(heading.level == 1 for heading in headings)
    if count != 1:
        yield f"has {count} titles of level 1; keep one."
    sections = {heading.text for heading in headings if heading.level == 2}
    for section in ("Overview", "Setup"):
        if section not in sections:
            yield f'has no section "{section}"; add one.'
    for address in _DOWNLOAD.findall(text) or ["nowhere"]:
        if address != download:
            yield f"the button for downloads leads to {address}; it is {download}."
