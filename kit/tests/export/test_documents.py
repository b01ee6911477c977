"""Tests of rewriting documents, on the miniature of a project."""

import json

import pytest

from tests.export import miniature
from tfmot_technique_kit.export import documents
from tfmot_technique_kit.project import Project

PAGE = "g3doc/guide/some_method/index.md"
EXAMPLE = "../../../python/examples/some_method/keras/small"
WRITER = documents.Writer(Project(miniature.DATA / "project"), miniature.NAMES, miniature.DATE)


@pytest.mark.parametrize(
    "link, expected",
    [
        ("some_method_example.ipynb", "some_method_example.ipynb"),
        ("../../../examples/small.py#L1", f"{EXAMPLE}/small.py#L1"),
        ("../../../examples/", f"{EXAMPLE}/"),
        ("../../../rfcs/design.md", "../../../../rfcs/design/20260304-some-method-design.md"),
        ("../../../README.md#use", "https://github.com/ada/some_method/blob/main/README.md#use"),
        ("https://example.com/index.md", "https://example.com/index.md"),
        ("#here", "#here"),
        ("nowhere.md", "nowhere.md"),
    ],
)
def test_links_lead_to_where_the_file_has_moved(link, expected) -> None:
    assert WRITER.markdown(PAGE, f"See [it]({link}).\n") == f"See [it]({expected}).\n"


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "![a](../../../README.md)\n",
            "![a](https://github.com/ada/some_method/raw/main/README.md)\n",
        ),
        (
            "# T\n\n<!-- results: begin a -->\n\nText.\n\n<!-- results: end -->\n",
            "# T\n\nText.\n",
        ),
    ],
    ids=["images come from the project", "marks of our commands are left out"],
)
def test_pages(text, expected) -> None:
    assert WRITER.markdown(PAGE, text) == expected


def test_an_rfc_is_proposed_on_the_day_of_the_export() -> None:
    text = WRITER.rfc(
        "rfcs/design.md",
        "# Design\n\n| Status | Draft |\n| :-- | :-- |\n| **Sponsor** | none |\n\n"
        "| Status | of something else |\n",
    )

    assert text == (
        "# Design\n\n| Status | Proposed |\n| :-- | :-- |\n| **Sponsor** | none |\n"
        "| **Updated** | 2026-03-04 |\n\n| Status | of something else |\n"
    )
    assert WRITER.rfc("rfcs/design.md", text) == text


def test_rfcs_link_each_other_by_their_dates() -> None:
    text = WRITER.rfc("rfcs/proposal.md", "The [design](design.md#api).\n")

    assert text == "The [design](../design/20260304-some-method-design.md#api).\n"


def test_a_notebook_uses_the_toolkit() -> None:
    code = [
        "%pip install -q 'tfmot-some-method[docs]'\n",
        "from tfmot_some_method import keras as technique\n",
        "technique.apply_some(1)",
    ]
    cells = [
        {"cell_type": "markdown", "source": ["See [it](../../../README.md)."]},
        {"cell_type": "code", "source": code},
    ]
    text = WRITER.notebook("g3doc/a.ipynb", json.dumps({"cells": cells}))

    assert ["".join(cell["source"]) for cell in json.loads(text)["cells"]] == [
        "See [it](../../../README.md).",
        "%pip install -q tensorflow-model-optimization\n"
        "import tensorflow_model_optimization as tfmot\n"
        "technique = tfmot.some_method.keras\n"
        "technique.apply_some(1)",
    ]
