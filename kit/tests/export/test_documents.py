"""Tests of rewriting documents, on the miniature of a project."""

import datetime
import json

import pytest
from tests.export import miniature as miniature
from tfmot_technique_kit import manifest
from tfmot_technique_kit.export import documents
from tfmot_technique_kit.export import names as names_lib

_PAGE = "g3doc/guide/some_method/index.md"
_EXAMPLE = "../../../python/examples/some_method/keras/small"


@pytest.fixture
def writer(tmp_path):
    """A Writer for the miniature."""
    root = miniature.project(tmp_path)
    contribution = manifest.load(root)
    names = names_lib.Names.of(contribution)
    date = datetime.date.fromisoformat(miniature.DATE)
    return documents.Writer(contribution, names, date, root)


@pytest.mark.parametrize(
    "link, expected",
    [
        ("some_method_example.ipynb", "some_method_example.ipynb"),
        ("../../../examples/small.py#L1", f"{_EXAMPLE}/small.py#L1"),
        ("../../../examples/", f"{_EXAMPLE}/"),
        ("../../../rfcs/design.md", "../../../../rfcs/design/20260304-some-method-design.md"),
        ("../../../README.md#use", "https://github.com/ada/some_method/blob/main/README.md#use"),
        ("https://example.com/index.md", "https://example.com/index.md"),
        ("#here", "#here"),
        ("nowhere.md", "nowhere.md"),
    ],
)
def test_links_lead_to_where_the_file_has_moved(writer, link, expected) -> None:
    text = writer.markdown(_PAGE, f"See [it]({link}).\n")

    assert text == f"See [it]({expected}).\n"


def test_images_come_from_the_project(writer) -> None:
    text = writer.markdown(_PAGE, "![a](../../../README.md)\n")

    assert text == ("![a](https://github.com/ada/some_method/raw/main/README.md)\n")


def test_marks_of_our_commands_are_left_out(writer) -> None:
    text = writer.markdown(
        _PAGE, "# T\n\n<!-- results: begin a -->\n\nText.\n\n<!-- results: end -->\n"
    )

    assert text == "# T\n\nText.\n"


def test_an_rfc_is_proposed_on_the_day_of_the_export(writer) -> None:
    text = writer.rfc(
        "rfcs/design.md",
        "# Design\n\n| Status | Draft |\n| :-- | :-- |\n| **Sponsor** | none |\n\n"
        "| Status | of something else |\n",
    )

    assert text == (
        "# Design\n\n| Status | Proposed |\n| :-- | :-- |\n| **Sponsor** | none |\n"
        "| **Updated** | 2026-03-04 |\n\n| Status | of something else |\n"
    )
    assert writer.rfc("rfcs/design.md", text) == text


def test_rfcs_link_each_other_by_their_dates(writer) -> None:
    text = writer.rfc("rfcs/proposal.md", "The [design](design.md#api).\n")

    assert text == ("The [design](../design/20260304-some-method-design.md#api).\n")


def test_a_notebook_uses_the_toolkit(writer) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["See [it](../../../README.md)."]},
        {
            "cell_type": "code",
            "source": [
                "%pip install -q 'tfmot-some-method[docs]'\n",
                "from tfmot_some_method import keras as technique\n",
                "technique.apply_some(1)",
            ],
        },
    ]
    text = writer.notebook("g3doc/a.ipynb", json.dumps({"cells": cells}))

    assert ["".join(cell["source"]) for cell in json.loads(text)["cells"]] == [
        "See [it](../../../README.md).",
        "%pip install -q tensorflow-model-optimization\n"
        "import tensorflow_model_optimization as tfmot\n"
        "technique = tfmot.some_method.keras\n"
        "technique.apply_some(1)",
    ]
