"""Checks of the notebooks: format, style of tensorflow.org, content."""

import collections
import json
import pathlib
import re
import shutil
import tempfile

from tfmot_technique_kit.checks import commands, files
from tfmot_technique_kit.checks.problem import Problem

# Where a notebook will be published, and the lints that know it. nblint takes
# the address from the path below `g3doc`, so what is above it there is part of
# the branch here. The address for downloads has no branch: nblint cannot know
# it, and `check_content` looks at it.
_UPSTREAM = (
    "--arg=repo:tensorflow/model-optimization",
    "--arg=branch:master/tensorflow_model_optimization",
    "--exclude_lint=tensorflow::button_download",
)
_DOWNLOADS = (
    "https://storage.googleapis.com/tensorflow_docs/model-optimization/"
    "tensorflow_model_optimization"
)
_DOWNLOAD = re.compile(r'href="([^"]*)"[^>]*>\s*<img[^>]*download_logo')
_LINT = re.compile(r"^\x1b\[33m\[(\w+::\w+)\]\x1b\[00m (.*)$", re.MULTILINE)


def check_format(root):
    """Checks that notebooks are valid, and laid out as tensorflow.org wants.

    They have no outputs: those are made when the pages are published.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    import nbformat

    problems = []
    names = []
    for path in files.find(root, ".ipynb"):
        name = files.name_of(root, path)
        try:
            nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
        except nbformat.ValidationError as error:
            message = f"is no valid notebook: {error.message}."
            problems.append(Problem(name, None, message))
        except ValueError as error:
            problems.append(Problem(name, None, f"is no JSON: {error}."))
        else:
            names.append(name)
    if not names:
        return problems
    # It looks at outputs only if asked to remove them.
    command = ["tensorflow_docs.tools.nbfmt", "--remove_outputs"]
    found = commands.run(root, *command, "--test", *names)
    return problems + [
        Problem(name, None, f"is not formatted; run `python -m {' '.join(command)} {name}`.")
        for name in names
        if f"- {name}" in found.stderr.splitlines()
    ]


def check_style(root):
    """Checks notebooks with nblint: licence, buttons and wording.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    problems = []
    for path in files.find(root / "g3doc", ".ipynb"):
        name = files.name_of(root, path)
        # A copy: nblint takes the first `site`, `docs` or `g3doc` in the whole
        # path for the root of the pages, and the user may have such a folder.
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder, name)
            copy.parent.mkdir(parents=True)
            shutil.copy(path, copy)
            found = commands.run(root, "tensorflow_docs.tools.nblint", *_UPSTREAM, str(copy))
        lints = sorted(set(_LINT.findall(found.stdout)))
        problems += [Problem(name, None, f"{lint}: {text}") for lint, text in lints]
        if found.returncode and not lints:
            problems.append(Problem(name, None, f"nblint: {commands.last(found)}"))
    return problems


def check_content(root):
    """Checks what no tool does: titles, ids, sections, the download button.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    problems = []
    for path in files.find(root / "g3doc", ".ipynb"):
        name = files.name_of(root, path)
        cells = files.read_cells(path)
        problems += [Problem(name, None, text) for text in _look_at(cells, name)]
    return problems


def _look_at(cells, name):
    """Yields what is wrong with a notebook."""
    ids = collections.Counter(cell["metadata"].get("id") for cell in cells)
    for cell_id, count in ids.items():
        if cell_id is not None and count > 1:
            yield f"{count} cells have the id {cell_id!r}; give each its own."
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    titles = [title.text for title in files.headings(text) if title.level == 1]
    if len(titles) != 1:
        yield f"has {len(titles)} titles of level 1; keep one."
    sections = [title.text for title in files.headings(text) if title.level == 2]
    for section in ("Overview", "Setup"):
        if section not in sections:
            yield f'has no section "{section}"; add one.'
    expected = f"{_DOWNLOADS}/{name}"
    for address in _DOWNLOAD.findall(text) or ["nowhere"]:
        if address != expected:
            yield f"the button for downloads leads to {address}; it is {expected}."
