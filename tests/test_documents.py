"""A generated project's documents pass the checks of the kit, those without TensorFlow here."""

import pytest
import support
from conftest import bake

from tfmot_template_rules import names

CHECKS = (
    "leftovers",
    "links",
    "notebook-content",
    "notebook-format",
    "notebook-style",
    "rfcs",
    "spelling",
)


def check(folder):
    shown = support.technique(folder, "check", *CHECKS)
    assert f"Checks: {len(CHECKS)}. Problems: 0." in shown


def test_documents_pass_the_checks(kind_project):
    check(kind_project)


def test_words_made_of_a_name_are_no_misspellings(cookies):
    folder = bake(cookies, {"technique_name": "Feature Gating"})  # "gatable" is in the API
    assert "Problems: 0." in support.technique(folder, "check", "spelling")


@pytest.mark.life
@pytest.mark.parametrize("kind", names.LEVELS)
@pytest.mark.parametrize("name", support.TECHNIQUES)
def test_documents_pass_the_checks_whatever_the_name(cookies, name, kind):
    check(bake(cookies, {"technique_name": name, "technique_kind": kind}))


@pytest.mark.parametrize(
    ("name", "most"), [("README.md", 150), ("rfcs/design.md", 400), ("examples/digits_cnn.py", 120)]
)
def test_documents_are_no_longer_than_their_readers_like(kind_project, name, most):
    assert (kind_project / name).read_text(encoding="utf-8").count("\n") <= most


def test_versions_are_those_that_the_workflow_tests(project):
    support.technique(project, "release", "--check")
