"""Tests for environment."""

import platform
import subprocess

import jsonschema
import numpy as np
import pytest
from tfmot_technique_kit.experiments import environment, results

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
    subprocess.run(
        [
            "git",
            *("-C", folder, "-c", "user.name=n", "-c", "user.email=e@example.com"),
            *("-c", "commit.gpgsign=false", *arguments),
        ],
        check=True,
        capture_output=True,
    )


@pytest.fixture(name="project")
def _project(tmp_path):
    """A project with one commit, in a folder of a repository."""
    project = tmp_path / "project"
    (project / "results").mkdir(parents=True)
    (project / "code.py").write_text("a")
    _git(tmp_path, "init")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-m", "first")
    return project


def test_sections_fit_the_run_file(project) -> None:
    sections = {
        "software": environment.software("no-such-distribution"),
        "hardware": environment.hardware(),
        "git": environment.git(project, "results"),
    }

    schema = results.schema()
    for section, value in sections.items():
        jsonschema.validate(value, {"$ref": f"#/$defs/{section}", "$defs": schema["$defs"]})


def test_software_has_versions() -> None:
    software = environment.software("pytest")

    assert software["numpy"] == np.__version__
    assert software["python"] == platform.python_version()
    assert software["technique"] == pytest.__version__
    assert environment.software("no-such-distribution")["technique"] is None


@pytest.mark.parametrize(
    "text, cpu, flags",
    [
        (_INTEL, "Some CPU @ 2.00GHz", ["sse4_2", "avx", "avx2", "avx512f"]),
        (_ARM, "machine", ["neon"]),
        (None, "machine", None),
    ],
)
def test_cpu(tmp_path, monkeypatch, text, cpu, flags) -> None:
    path = tmp_path / "cpuinfo"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(environment, "_CPUINFO", path)
    monkeypatch.setattr("platform.processor", lambda: "machine")

    hardware = environment.hardware()

    assert hardware["cpu"] == cpu
    assert hardware["flags"] == flags


def test_commit_and_whether_the_code_is_that_of_the_commit(project) -> None:
    clean = environment.git(project, "results")
    assert clean["dirty"] is False
    assert len(clean["commit"]) == 40

    (project / "results" / "run.json").write_text("{}")
    (project.parent / "beside").write_text("another project")
    assert environment.git(project, "results") == clean

    (project / "new.py").write_text("b")
    assert environment.git(project, "results") == {**clean, "dirty": True}
    (project / "new.py").unlink()
    (project / "code.py").write_text("b")
    assert environment.git(project, "results") == {**clean, "dirty": True}


def test_no_commit(tmp_path, project, monkeypatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    outside = tmp_path.parent / "outside"
    outside.mkdir(exist_ok=True)
    assert environment.git(outside, "results") is None
    _git(outside, "init")
    assert environment.git(outside, "results") is None

    monkeypatch.setenv("PATH", str(outside))
    assert environment.git(project, "results") is None
