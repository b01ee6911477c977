"""A miniature of a project and of a TFMOT checkout, for the tests.

Both have the shape of the real ones, and neither needs TensorFlow. What the edits look for in the
checkout is as in TFMOT; the rest is as short as it can be.
"""

import datetime
import shutil
import subprocess
from pathlib import Path

from tfmot_technique_kit import manifest
from tfmot_technique_kit.export.names import Names
from tfmot_technique_kit.project import Project

DATA = Path(__file__).parents[1] / "data/export"
DATE = datetime.date(2026, 3, 4)
NAMES = Names.of(manifest.load(DATA / "project"))
T = "tensorflow_model_optimization"
CORE = f"{T}/python/core"
AREA = f"{CORE}/some_method"
API = f"{CORE}/api/some_method"
EXAMPLE = f"{T}/python/examples/some_method/keras/small"
GUIDE = f"{T}/g3doc/guide/some_method"


def project(folder: Path) -> Project:
    """Copies the miniature of a project."""
    return Project(shutil.copytree(DATA / "project", folder))


def checkout(folder: Path) -> Path:
    """Copies the miniature of a checkout; returns its folder."""
    shutil.copytree(DATA / "checkout", folder)
    git(folder, "init", "--quiet", "--initial-branch=master")
    commit(folder)
    return folder


def commit(folder: Path, *paths: str) -> None:
    """Commits paths in a checkout, by default all."""
    git(folder, "add", "--all", *paths)
    git(folder, "commit", "--quiet", "--message=State")


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder and returns what it printed."""
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def files_of(folder: Path) -> dict[str, bytes]:
    """Returns the content of all files below a folder, but not git's."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
