"""Tests for environment."""

import platform
import subprocess

import numpy as np
import pytest

from tfmot_technique_kit.experiments import environment
from tfmot_technique_kit.switch import Switch

_INTEL = """processor : 0
model name : Some CPU @ 2.00GHz
flags : fpu sse4_2 avx avx2 avx512f avx_vnni

processor : 1
model name : Another
"""
_ARM = """processor : 0
Features : fp asimd evtstrm

processor : 1
"""


def _git(folder, *arguments):
    settings = ("user.name=n", "user.email=e@example.com", "commit.gpgsign=false")
    options = [part for setting in settings for part in ("-c", setting)]
    subprocess.run(["git", "-C", folder, *options, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    """A project with one commit, in a folder of a repository."""
    folder = tmp_path / "repository" / "project"
    (folder / "results").mkdir(parents=True)
    (folder / "code.py").write_text("a")
    _git(folder.parent, "init")
    _git(folder.parent, "add", ".")
    _git(folder.parent, "commit", "-m", "first")
    return folder


def test_versions():
    software = environment.software("pytest", Switch(3, "jax"))
    assert software["numpy"] == np.__version__
    assert software["python"] == platform.python_version()
    assert software["technique"] == pytest.__version__
    assert environment.version("no-such-distribution") is None


@pytest.mark.parametrize(
    ("text", "cpu", "flags"),
    [
        (_INTEL, "Some CPU @ 2.00GHz", ["sse4_2", "avx", "avx2", "avx512f"]),
        (_ARM, "machine", ["neon"]),
        (None, "machine", None),
    ],
)
def test_cpu(tmp_path, monkeypatch, text, cpu, flags):
    path = tmp_path / "cpuinfo"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(environment, "_CPUINFO", path)
    monkeypatch.setattr("platform.processor", lambda: "machine")
    hardware = environment.hardware()
    assert (hardware["cpu"], hardware["flags"]) == (cpu, flags)


def test_commit_and_whether_the_code_is_that_of_the_commit(repository):
    clean = environment.git(repository, "results")
    assert clean["dirty"] is False and len(clean["commit"]) == 40
    (repository / "results" / "run.json").write_text("{}")
    (repository.parent / "beside").write_text("another project")
    assert environment.git(repository, "results") == clean
    for name in ("new.py", "code.py"):
        (repository / name).write_text("b")
        assert environment.git(repository, "results") == {**clean, "dirty": True}
        (repository / "new.py").unlink(missing_ok=True)


def test_no_commit(tmp_path, repository, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    outside = tmp_path / "outside"
    outside.mkdir()
    assert environment.git(outside, "results") is None
    _git(outside, "init")
    assert environment.git(outside, "results") is None
    monkeypatch.setenv("PATH", str(outside))
    assert environment.git(repository, "results") is None
