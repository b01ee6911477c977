"""A small project in which all is well."""

import json
import shutil

import pytest

from tfmot_technique_kit import pages
from tfmot_technique_kit.project import Project

_FOLDERS = {
    "proposals": "rfcs",
    "designs": "rfcs",
    "g3doc": "g3doc",
    "guide": "g3doc/guide/some_method",
    "executions": "g3doc/executions",
}
_PAGE = """# Overview

See [usage](#in-use) and [the proposal](rfcs/proposal.md#results), or on
[GitHub](https://github.com/tensorflow/model-optimization).

## In `use`

The word `TODO` in code is fine, and so is `[a](nowhere.md)`.
"""
_PROPOSAL = """# Proposal

| Status | Proposed |
| :-- | :-- |
| **Author(s)** | Ada (@ada) |
| **Sponsor** | Grace (@grace) |
| **Updated** | 2026-05-07 |

## Motivation

## Results

| model | accuracy | size (kB) |
| --- | --- | --- |
| a | 0.9 | 10 |

## Known limitations

## Contribution
"""


@pytest.fixture
def project(project, tmp_path):
    """The project, in a folder whose name misleads nblint."""
    root = tmp_path / "docs" / "project"
    root.parent.mkdir()
    shutil.move(project.root, root)
    with (root / "contribution.toml").open("a") as file:
        file.writelines(f'\n[folders.{k}]\nhere = "{v}"\n' for k, v in _FOLDERS.items())
    (root / "rfcs").mkdir()
    (root / "rfcs" / "proposal.md").write_text(_PROPOSAL)
    (root / "README.md").write_text(_PAGE)
    return Project(root)


@pytest.fixture
def notebook(project, bake):
    """The path of a notebook in the project, which has all that notebooks have."""
    (source,) = bake().root.glob("g3doc/guide/*/*_example.ipynb")
    path = project.root / "g3doc" / "guide" / "some_method" / source.name
    path.parent.mkdir(parents=True)
    text = source.read_text(encoding="utf-8")
    text = text.replace("your-handle/connection_pruning", "ada/some_method")
    text = text.replace(source.parent.name + "/", "some_method/")
    guide = "g3doc/guide/some_method"
    for link in ("index.md", source.name.replace("_example", "_comprehensive_guide")):
        text = text.replace(f"{guide}/{link})", "README.md)")  # they are not there
    path.write_text(text, encoding="utf-8")
    return path


def write_notebook(path, *sources):
    """Writes a notebook with some cells of code."""
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [{**cell, "source": [source]} for source in sources]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 0}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    assert len(pages.cells(path)) == len(sources)
    return path
