"""A generated project can be put into a checkout of TFMOT, a small one here."""

import datetime
import shutil
from pathlib import Path

import history
import pytest
import support
from conftest import bake

from tfmot_technique_kit.export import plan, series
from tfmot_technique_kit.export.checkout import Checkout
from tfmot_technique_kit.project import Project
from tfmot_template_rules import names

CHECKOUT = support.ROOT / "kit" / "tests" / "data" / "export" / "checkout"

# Kinds, names and texts that the files of the checkout have to hold.
PROJECTS = {
    **{kind: {"technique_kind": kind} for kind in list(names.LEVELS)[1:]},
    "longest": {
        **support.EXTREMES["longest"],
        "technique_kind": "layer_replacement",
        "author_name": support.CANARIES[0],
        "organization": support.CANARIES[3],
    },
    "hostile": {
        "technique_name": 'SVD: "a" & <b>, #1 [2] (3) {{4}} *5*',
        "technique_slug": "svd",
        "technique_kind": "weight_projection",
        "author_name": support.CANARIES[4],
        "organization": support.CANARIES[1],
    },
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without the technique."""
    folder = Path(shutil.copytree(CHECKOUT, tmp_path / "checkout"))
    history.git(folder, "init", "--quiet")
    history.commit(folder)
    return folder


def check(project: Path, checkout: Path) -> None:
    """Plans the export once, which takes seconds, and makes all of it."""
    day = datetime.date(2026, 3, 4)
    made = plan.make(Project(project), Checkout(checkout).tree, day)
    found = series.write(made, Checkout(checkout), checkout.parent / "series", day)
    assert len([path for path in found if path.suffix == ".patch"]) == 7
    made.write(Checkout(checkout))
    assert made.problems(Checkout(checkout).tree) == []


def test_a_project_can_be_exported(project, checkout):
    check(project, checkout)


@pytest.mark.life
@pytest.mark.parametrize("name", PROJECTS)
def test_projects_of_all_sorts_can_be_exported(cookies, name, checkout):
    check(bake(cookies, PROJECTS[name]), checkout)
