"""Projects to run on: a small one of our own, and generated ones."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tfmot_technique_kit.project import Project

# What tests start imports the kit from here, installed or not.
os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])

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
        key = tuple(sorted(answers.items()))
        if key not in made:
            out = tmp_path_factory.mktemp("baked")
            own = Path(sys.executable).with_name("cookiecutter")
            command = [str(own) if own.exists() else "cookiecutter", "--no-input"]
            command += ["--default-config", "--output-dir", str(out), str(REPOSITORY)]
            command += [f"{name}={answer}" for name, answer in answers.items()]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            (folder,) = out.iterdir()
            made[key] = Project(folder)
        return made[key]

    return generate
