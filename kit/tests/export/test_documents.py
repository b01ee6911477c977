"""Tests of rewriting documents, on the miniature of a project."""

import json
import re

import pytest

from tests.export import miniature
from tfmot_technique_kit.export import documents
from tfmot_technique_kit.project import Project

PAGE = "g3doc/guide/some_method/index.md"
EXAMPLE = "../../../python/examples/some_method/keras/small"
NOTEBOOK = "g3doc/guide/some_method/some_method_example.ipynb"
HERE = "https://github.com/ada/some_method/blob/main"
SITE = "https://www.tensorflow.org/model_optimization"
MASTER = "https://github.com/tensorflow/model-optimization/blob/master"
WRITER = documents.Writer(Project(miniature.DATA / "project"), miniature.NAMES, miniature.DATE)


def written(cell_type: str, source: str) -> str:
    """Returns what an export writes for the only cell of a notebook."""
    cells = [{"cell_type": cell_type, "source": [source]}]
    (cell,) = json.loads(WRITER.notebook(NOTEBOOK, json.dumps({"cells": cells})))["cells"]
    return "".join(cell["source"])


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


def test_images_come_from_the_project_and_marks_of_our_commands_are_left_out() -> None:
    text = "# T\n\n<!-- results: begin a -->\n\n![a](../../../README.md)\n\n<!-- results: end -->\n"

    image = "![a](https://github.com/ada/some_method/raw/main/README.md)"
    assert WRITER.markdown(PAGE, text) == f"# T\n\n{image}\n"


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
    text = WRITER.rfc("rfcs/proposal.md", "[It](design.md#api).\n")
    assert text == "[It](../design/20260304-some-method-design.md#api).\n"


def test_a_notebook_uses_the_toolkit() -> None:
    code = (
        "%pip install -q 'tfmot-some-method[docs]'\n"
        "# Keras 3. For Keras 2, write another line.\n"
        "import keras\n"
        "from tfmot_some_method import keras as technique\n"
        "technique.apply_some(1)"
    )

    assert written("code", code) == (
        "%pip install -q tensorflow-model-optimization\n"
        "from tensorflow_model_optimization.python.core.keras.compat import keras\n"
        "import tensorflow_model_optimization as tfmot\n"
        "technique = tfmot.some_method.keras\n"
        "technique.apply_some(1)"
    )


@pytest.mark.parametrize(
    "file, expected",
    [
        (f"{PAGE}#use", f"{SITE}/guide/some_method#use"),
        (NOTEBOOK, f"{SITE}/guide/some_method/some_method_example"),
        ("examples/small.py#L1", f"{MASTER}/{miniature.EXAMPLE}/small.py#L1"),
        ("rfcs/design.md", f"{MASTER}/rfcs/design/20260304-some-method-design.md"),
        ("README.md", f"{HERE}/README.md"),
        ("nowhere.md", f"{HERE}/nowhere.md"),
    ],
)
def test_links_of_a_notebook_lead_to_where_tfmot_shows_the_file(file, expected) -> None:
    text = "See [it]({0}), or <{0}>.".format

    assert written("markdown", text(f"{HERE}/{file}")) == text(expected)


def test_a_notebook_has_the_buttons_of_tfmot() -> None:
    cells = json.loads((miniature.DATA / "project" / NOTEBOOK).read_text())["cells"]
    (buttons,) = (text for cell in cells if "<table" in (text := "".join(cell["source"])))
    path = f"{miniature.GUIDE}/some_method_example.ipynb"
    colab = MASTER.replace("github.com", "colab.research.google.com/github")
    downloads = "https://storage.googleapis.com/tensorflow_docs/model-optimization"

    text = written("markdown", buttons)

    assert text.startswith('<table class="tfo-notebook-buttons" align="left">\n  <td>\n    <a ')
    assert re.findall(r'<a (.*?)><img src="[^"]*/(.*?)" />(.*)</a>', text) == [
        (
            f'target="_blank" href="{SITE}/guide/some_method/some_method_example"',
            "tf_logo_32px.png",
            "View on TensorFlow.org",
        ),
        (f'target="_blank" href="{colab}/{path}"', "colab_logo_32px.png", "Run in Google Colab"),
        (
            f'target="_blank" href="{MASTER}/{path}"',
            "GitHub-Mark-32px.png",
            "View source on GitHub",
        ),
        (f'href="{downloads}/{path}"', "download_logo_32px.png", "Download notebook"),
    ]
