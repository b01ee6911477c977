"""Projects to run on: a small one of our own, and generated ones."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tfmot_technique_kit import manifest
from tfmot_technique_kit.project import Project

# What tests start imports the kit from here, installed or not.
os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(__file__).with_name("data")

# Names of the usual sort, and the longest.
USUAL = {}
LONGEST = {
    "technique_name": "Longest",
    "technique_slug": "twelve_chars_and_twenty_eight_more_so_40",
    "verb": "internationalize",
    "verb_object": "representations_everywhere",
}

KINDS = ("weight_mask", "weight_projection", "activation", "layer_replacement")

collect_ignore = ["data"]  # has tests, too, of projects


def edit(path: Path, old: str, new: str) -> None:
    """Replaces a text in a file, which has it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def add_component(root: Path, *paths: str, **options: Any) -> Project:
    """Adds a component of files, by their paths, to the manifest of a project; returns this."""
    table = {"name": "pages", "title": "Pages", "folder": "pages", "files": paths} | options
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in table.items())
    with (root / manifest.NAME).open("a") as file:
        file.writelines(['\n[folders.pages]\nhere = "."\n\n[[component]]\n', *lines])
    return Project(root)


@pytest.fixture
def project(tmp_path) -> Project:
    """A copy of the small project in `data/some_method`."""
    return Project(shutil.copytree(DATA / "some_method", tmp_path / "some_method"))


@pytest.fixture(scope="session")
def bake(tmp_path_factory):
    """A function of answers that generates a project; equal answers share it, in all processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "baked"

    def generate(**answers: str) -> Project:
        given = [f"{name}={answer}" for name, answer in sorted(answers.items())]
        kept = shared / hashlib.sha256(repr(given).encode()).hexdigest()[:16]
        if not kept.exists():
            out = tmp_path_factory.mktemp("out")
            # In the environment of a project there is none: the template's tests pass theirs.
            own = Path(sys.executable).with_name("cookiecutter")
            command = [os.environ.get("COOKIECUTTER", str(own)), "--no-input"]
            command += ["--default-config", "--output-dir", str(out), str(REPOSITORY), *given]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            shared.mkdir(exist_ok=True)
            with contextlib.suppress(OSError):  # another process was faster
                out.rename(kept)
        (folder,) = kept.iterdir()
        return Project(folder)

    return generate
