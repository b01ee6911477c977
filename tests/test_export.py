"""A generated project can be put into a checkout of TFMOT; its own tests of that pass."""

import subprocess
import sys
from pathlib import Path

import pytest
import support
from conftest import bake

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


def run_tests(project: Path, *arguments: str) -> None:
    run = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:]
    assert "skipped" not in run.stdout


def test_its_own_tests_pass(project):
    run_tests(project, "tools/export")


@pytest.mark.parametrize("name", PROJECTS)
def test_projects_of_all_sorts_can_be_exported(cookies, name):
    project = bake(cookies, PROJECTS[name])
    run_tests(project, "tools/export/export_test.py", "-k", "this_project")
