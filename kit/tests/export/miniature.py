"""A miniature of a TFMOT checkout and of a project, for the tests.

Both have the shape of the real ones, and neither needs TensorFlow.
"""

import pathlib
import subprocess

from tests.export import checkout_files as test_checkout_files
from tests.export import project_files as test_project_files

DATE = "2026-03-04"
T = test_checkout_files.T
CORE = test_checkout_files.CORE
AREA = test_project_files.AREA
API = test_project_files.API
EXAMPLE = test_project_files.EXAMPLE
GUIDE = test_project_files.GUIDE


def write(folder, texts) -> None:
    """Writes files below a folder, a dict from path to text."""
    for path, text in texts.items():
        target = pathlib.Path(folder, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def project(folder):
    """Writes the miniature of a project; returns its folder."""
    write(folder, test_project_files.files())
    return folder


def checkout(folder, strict=False):
    """Writes the miniature of a checkout; returns its folder.

    Args:
        folder: Where to.
        strict: Whether its BUILD files are as they were up to TFMOT 0.8.0.
    """
    texts = dict(test_checkout_files.FILES)
    if strict:
        path = f"{test_checkout_files.CORE}/BUILD"
        texts[path] = texts[path].replace("py_library", "py_strict_library")
    write(folder, texts)
    git(folder, "init", "--quiet", "--initial-branch=master")
    commit(folder)
    return folder


def commit(folder) -> None:
    """Commits all that is in a checkout."""
    git(folder, "add", "--all")
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    git(folder, *who, "commit", "--quiet", "--message=State")


def git(folder, *arguments):
    """Runs git in a folder and returns what it printed."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def files_of(folder):
    """Returns the content of all files below a folder, but not git's, a dict."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(pathlib.Path(folder).rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
