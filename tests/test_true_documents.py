"""What documents say stays true when another algorithm takes the place of the baseline.

A sentence about the algorithm is rendered from its class or from a run of it, or it stands
between the markers `baseline`, which readiness reports. So with each of the published methods of
`tests/methods` in place, no word that only the baseline has is anywhere else.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import bake
from test_methods import ALGORITHM, KINDS, METHODS

from tfmot_technique_kit import blocks
from tfmot_technique_kit.documents import declared
from tfmot_technique_kit.documents import render as documents_render
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness import algorithm, documents

# What is true of the baseline of a kind, and not of all algorithms of that kind.
WORDS = {
    "weight_mask": (
        *(
            r"(?<!low)(?<!low_)magnitude",
            "absolute value",
            "largest",
            "smallest",
            "threshold",
            "one bool",
        ),
        *("Zhu", r"1710\.01878"),
    ),
    "weight_projection": (
        *("ternar", r"\bscales?\b", "three values", "straight-through", r"-1, 1\)"),
        *("Li et al", r"1605\.04711"),
    ),
    "activation": (
        *("top-k", "k-th", "largest", "threshold", "quantile", r"ReLU\(", r"\bgelu\b"),
        *("Ahmad", r"1903\.11257"),
    ),
    "layer_replacement": (
        *("SVD", "singular", "truncat", r"\brank\b(?! reduction)", "low_rank", "seen as a matrix"),
        *("two (smaller )?layers", "square kernel", "Denton", r"1404\.0736"),
    ),
}
RENDERED = ("code", "results", "status", "release")
PASSAGES = "baseline"
DOCUMENTS = {".cff", ".ipynb", ".md", ".toml"}


@pytest.fixture(scope="module")
def baked(cookies_session) -> dict[str, Path]:
    """A project of each kind. All have the same names."""
    return {kind: bake(cookies_session, {"technique_kind": kind}) for kind in KINDS}


def texts(project: Project) -> Iterator[tuple[str, str]]:
    """Yields the path and the text of each document, that of notebooks without code."""
    for file in project.manifest.files:
        path = project.root / file.path
        if path.suffix not in DOCUMENTS:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
            text = "\n\n".join("".join(cell["source"]) for cell in cells)
        yield file.path, text


def without(text: str, *kinds: str) -> str:
    """Returns a text without the blocks of some kinds."""
    for kind in kinds:
        parts = blocks.split("a page", text, kind)
        text = "".join(line for name, lines in parts if name is None for line in lines)
    return text


def passages(project: Project) -> dict[tuple[str, str], str]:
    """Returns the passages about the baseline by page and name."""
    return {
        (path, name): "".join(lines)
        for path, text in texts(project)
        for name, lines in blocks.split(path, text, PASSAGES)
        if name is not None
    }


def reported(project: Project) -> set[tuple[str, str]]:
    """Returns the passages that readiness reports, by page and name."""
    problems = [
        problem
        for part in project.manifest.components
        if part.step is not None
        for problem in algorithm.check_passages(project, part)
    ]
    return {(problem.path, problem.message.split("'")[1]) for problem in problems}


def render(project: Project) -> None:
    """Does what `technique docs` does, but for what takes TensorFlow."""
    for path, text in texts(project):
        if not path.endswith(".ipynb"):
            content = documents_render.declare(project, project.root / path, text)
            (project.root / path).write_text(content, encoding="utf-8")


@pytest.fixture(params=METHODS)
def swapped(request, baked, tmp_path) -> tuple[Project, Project, str]:
    """A project as it was generated, one with a method in the place of the baseline, its kind."""
    kind, _ = request.param.split("-")
    folder = shutil.copytree(baked[kind], tmp_path / baked[kind].name)
    (folder / ALGORITHM).write_text(METHODS[request.param].read_text())
    return Project(baked[kind]), Project(folder), kind


def test_no_sentence_is_true_of_the_baseline_alone(swapped):
    _, project, kind = swapped
    stale = [
        problem.path
        for part in project.manifest.components
        for problem in documents.check_declared(project, part)
    ]
    assert {"rfcs/design.md", "rfcs/proposal.md"} <= set(stale)

    render(project)

    assert reported(project) == set(passages(project))
    found = [
        f"{path}: {word[0]!r} in {line.strip()!r}"
        for path, text in texts(project)
        for line in without(text, *RENDERED, PASSAGES).splitlines()
        for word in [re.search("|".join(WORDS[kind]), line, re.IGNORECASE)]
        if word
    ]
    assert not found, "\n".join(found)


def test_what_follows_the_reports_is_done(swapped):
    _, project, _ = swapped
    render(project)
    for path, text in texts(project):
        if not path.endswith(".ipynb"):
            text = re.sub(r"<!-- baseline: (begin \w+|end) -->\n", "", text)
            (project.root / path).write_text(text, encoding="utf-8")
    assert not reported(project)
    for part in project.manifest.components:
        assert not list(documents.check_declared(project, part))


def test_documents_show_what_the_method_says_of_itself(swapped):
    original, project, _ = swapped
    render(project)
    before, after = (
        declared.render(each, each.root / "README.md", ["method"])["method"]
        for each in (original, project)
    )
    assert before != after
    for path in ("README.md", "rfcs/proposal.md"):
        text = (project.root / path).read_text(encoding="utf-8")
        assert after in text, path
        assert before not in text, path
    overview = next(path for path in project.root.rglob("index.md"))
    assert after.split("\n\n")[-1] in overview.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_are_those_of_the_baseline(baked, kind):
    """Otherwise a list that has nothing in common with a baseline would find nothing."""
    project = Project(baked[kind])
    shown = "\n".join(text for _, text in texts(project))
    shown += (project.root / ALGORITHM).read_text(encoding="utf-8")
    shown = " ".join(shown.split())
    missing = [word for word in WORDS[kind] if not re.search(word, shown, re.IGNORECASE)]
    assert not missing


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_reported_while_the_baseline_is_there(baked, kind):
    project = Project(baked[kind])
    assert passages(project)
    assert not reported(project)


@pytest.mark.parametrize("kind", KINDS)
def test_passages_are_few_and_long_ones_are_the_worked_example(baked, kind):
    prose = {
        key: re.sub(r"^\|.*", "", text, flags=re.MULTILINE)  # Tables are measured.
        for key, text in passages(Project(baked[kind])).items()
    }
    words = {key: len(text.split()) for key, text in prose.items()}
    words.pop(("DEVELOPING.md", "example"))
    assert len(words) <= 3
    assert max(words.values()) <= 100
