"""Tests for release."""

import json
import re
import shutil

import pytest
import tfmot_technique_kit as tools
from tfmot_technique_kit import doctor, manifest, release
from tfmot_technique_kit.documents import blocks

_TECHNIQUE = manifest.load(tools.ROOT).technique
_NAMES = (
    release.WORKFLOW,
    "CHANGELOG.md",
    "README.md",
    "RELEASE.md",
    "contribution.toml",
    "pyproject.toml",
    f"{_TECHNIQUE.package}/__init__.py",
)


@pytest.fixture
def project(tmp_path):
    """A copy of what the command reads, in which version 1.2.3 is released."""
    for name in _NAMES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tools.ROOT / name, path)
    _edit(tmp_path, _NAMES[-1], r"(__version__ = ').*'", r"\g<1>1.2.3'")
    (tmp_path / "CHANGELOG.md").write_text("## 1.2.3 (2026-01-01)\n")
    with (tmp_path / "RELEASE.md").open("a") as stream:
        stream.write("\n# Some technique 1.2.3\n")
    _write_notebook(tmp_path, f"{_distribution()}==1.2.3")
    assert release.main([], tmp_path) == 0
    return tmp_path


def _distribution():
    return _TECHNIQUE.package.replace("_", "-")


def _edit(root, name, old, new):
    path = root / name
    text, count = re.subn(old, new, path.read_text())
    assert count
    path.write_text(text)


def _write_notebook(root, requirement):
    source = f"if 'google.colab' in sys.modules:\n  %pip install -q {requirement}"
    cells = [{"cell_type": "code", "source": [source]}]
    (root / "colab.ipynb").write_text(json.dumps({"cells": cells}))


def _show(capsys, *arguments, root):
    status = release.main(arguments, root)
    return status, capsys.readouterr().err


def test_this_project_says_what_its_workflow_tests() -> None:
    assert release.main(["--check"]) == 0


def test_the_doctor_knows_what_the_workflow_tests() -> None:
    versions = release.tested(tools.ROOT)
    for first_and_last, field in (
        (doctor.PYTHON, "python"),
        (doctor.TESTED["tensorflow"], "tensorflow"),
        (doctor.TESTED["tf-keras"], "tensorflow"),
    ):
        parts = [tuple(map(int, getattr(version, field).split("."))) for version in versions]
        assert first_and_last == (min(parts), max(parts))


def test_versions_are_in_order_and_once() -> None:
    versions = [
        release.Versions("3.10", "2.15"),
        release.Versions("3.9", "2.9"),
        release.Versions("3.10", "2.9"),
    ]

    assert release.sentence(versions) == (
        "*   Tested against TensorFlow 2.9 and 2.15, and Python 3.9 and 3.10."
    )
    assert release.table(versions).splitlines()[2:] == ["| 3.9 | 2.9 |", "| 3.10 | 2.9 and 2.15 |"]


def test_a_change_of_the_matrix_reaches_the_documents(project, capsys) -> None:
    _edit(project, release.WORKFLOW, r'(tensorflow: ")2\.21', r"\g<1>2.99")

    status, shown = _show(capsys, "--check", root=project)
    assert status == 1
    assert [line.split(":")[0] for line in shown.splitlines()] == ["README.md", "RELEASE.md"]

    assert release.main([], project) == 0
    assert "TensorFlow 2.20 and 2.99," in (project / "RELEASE.md").read_text()
    assert "| 3.13 | 2.99 |" in (project / "README.md").read_text()
    assert release.main(["--check"], project) == 0


@pytest.mark.parametrize(
    "name, old, new, message",
    [
        (release.WORKFLOW, r'"2\.20"', '"2.14"', "require 'tensorflow>=2.14'"),
        ("pyproject.toml", r'.*Python :: 3\.12",\n', "", "3.11, 3.12 and 3.13"),
        ("pyproject.toml", '>=3.10"', '>=3.9"', "to begin .* >=3.10"),
    ],
)
def test_metadata_agrees_with_the_matrix(project, name, old, new, message) -> None:
    _edit(project, name, old, new)

    (problem, *_) = release.check_metadata(project)

    assert problem.path == "pyproject.toml"
    assert re.search(message, problem.message)


def test_a_workflow_without_the_job_is_one_line(project, capsys) -> None:
    _edit(project, release.WORKFLOW, "  wheel:", "  other:")

    status, shown = _show(capsys, "--check", root=project)

    assert status == 1
    assert re.fullmatch(r"Error: .*ci\.yml: the job `wheel` needs .*\n", shown)


def test_a_released_version_is_ready(project, capsys) -> None:
    shown = _show(capsys, "--ready", "--tag", "v1.2.3", root=project)

    assert shown == (0, "")


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("CHANGELOG.md", r"\(2026-01-01\)", "(unreleased)"),
        ("CHANGELOG.md", r"1\.2\.3", "1.2.30"),
        ("RELEASE.md", r"technique 1\.2\.3", "technique next release TBD"),
    ],
)
def test_notes_have_to_have_the_version(project, name, old, new) -> None:
    _edit(project, name, old, new)

    (problem,) = release.check_ready(project)

    assert problem.path == name


def test_the_tag_has_to_be_the_version(project) -> None:
    (problem,) = release.check_ready(project, "v1.2.4")

    assert "the tag v1.2.4 is not v1.2.3" in problem.message


@pytest.mark.parametrize(
    "requirement, pinned",
    [
        ("{name}==1.2.3", True),
        ("'{name}==1.2.3' matplotlib", True),
        ("git+https://github.com/x/{slug}@v1.2.3", True),
        ("git+https://github.com/x/{slug}", False),
        ("git+https://github.com/x/{slug}@main", False),
        ("{name}", False),
        ("{name}==1.2.2", False),
        ("matplotlib", True),
    ],
)
def test_colabs_install_the_released_version(project, requirement, pinned) -> None:
    names = {"name": _distribution(), "slug": _TECHNIQUE.slug}
    _write_notebook(project, requirement.format(**names))

    problems = release.check_colabs(project, _TECHNIQUE, "1.2.3")

    assert bool(problems) != pinned
    assert all(problem.path == "colab.ipynb" for problem in problems)


def test_what_is_not_rendered_has_a_message(project) -> None:
    _edit(project, "RELEASE.md", r"<!-- release: (begin tested|end) -->\n", "")

    with pytest.raises(blocks.DocumentError, match="RELEASE.md: has no block"):
        release.render(project)
