"""Projects to run on: a small one of our own, and generated ones."""

import shutil
from pathlib import Path

import pytest

from tfmot_technique_kit.project import Project

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(__file__).with_name("data")

collect_ignore = ["data"]  # has tests, too, of projects


@pytest.fixture
def project(tmp_path) -> Project:
    """A copy of the small project in `data/some_method`."""
    return Project(shutil.copytree(DATA / "some_method", tmp_path / "some_method"))


@pytest.fixture(scope="session")
def bake(tmp_path_factory):
    """A function of answers that generates a project; equal answers share it."""
    made = {}

    def generate(**answers: str) -> Project:
        # Imported late: most tests need no project from the template.
        from cookiecutter.main import cookiecutter

        key = tuple(sorted(answers.items()))
        if key not in made:
            folder = cookiecutter(
                str(REPOSITORY),
                no_input=True,
                extra_context=answers,
                output_dir=str(tmp_path_factory.mktemp("baked")),
                default_config=True,
            )
            made[key] = Project(folder)
        return made[key]

    return generate
