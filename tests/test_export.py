"""A generated project can be put into a checkout of TFMOT, a small one here."""

import shutil
from pathlib import Path

import history
import pytest
import support
from conftest import bake

CHECKOUT = support.ROOT / "kit" / "tests" / "data" / "export" / "checkout"

# Names and texts that the files of the checkout have to hold.
PROJECTS = {
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
    """Exports a project, first as pull requests."""
    series = checkout.parent / "series"
    support.technique(project, "export", f"--series={series}", str(checkout))
    assert len(list(series.glob("*.patch"))) == 7
    assert "Wrote" in support.technique(project, "export", str(checkout))
    support.technique(project, "export", "--check", str(checkout))


def test_projects_of_each_kind_can_be_exported(kind_project, checkout):
    check(kind_project, checkout)


@pytest.mark.parametrize("name", PROJECTS)
def test_projects_of_all_sorts_can_be_exported(cookies, name, checkout):
    check(bake(cookies, PROJECTS[name]), checkout)
