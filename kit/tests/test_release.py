"""Tests for release."""

import datetime

import pytest
from click.testing import CliRunner

from tests.conftest import edit
from tfmot_technique_kit import files, manifest, release
from tfmot_technique_kit.cli import main
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.versions import WORKFLOW, Combination

_TODAY = datetime.date.today().isoformat()
_INIT = "tfmot_some_method/__init__.py"
_BLOCK = "<!-- release: begin {} -->\n<!-- release: end -->\n"
_FILES = {
    _INIT: "from a import b\n\n__version__ = '0.1.0'\n",
    "README.md": f"# Some method\n\n{_BLOCK.format('versions')}",
    "RELEASE.md": "# Release template\n\n# Some method next release TBD\n\n"
    + _BLOCK.format("tested"),
    "CHANGELOG.md": "# Changelog\n\n## 0.1.0 (unreleased)\n\n*   Halves the size.\n",
    "a.ipynb": '["%pip install -q git+https://github.com/ada/some_method\\n"]\n',
}
_COMPONENT = """
[folders.root]
here = "."

[[component]]
name = "documents"
title = "Documents"
folder = "root"
files = {}
"""


@pytest.fixture
def run(project, monkeypatch):
    """Runs the command in a project with documents."""
    for path, text in _FILES.items():
        files.write(project.root / path, text)
    path = project.root / manifest.NAME
    path.write_text(path.read_text() + _COMPONENT.format(list(_FILES)))
    monkeypatch.chdir(project.root)
    return lambda *arguments: CliRunner().invoke(main, ["release", *arguments])


@pytest.fixture
def released(run, project):
    """The same project, prepared to release version 1.2.3."""
    assert run("1.2.3").exit_code == 0
    return Project(project.root)


def test_one_command_prepares_a_release(run, project):
    result = run("1.2.3")

    assert result.exit_code == 0, result.output
    assert set(result.stdout.split("Ready.")[0].split()) == set(_FILES)
    assert "git tag v1.2.3\n" in result.stdout
    texts = {name: (project.root / name).read_text() for name in _FILES}
    assert texts[_INIT] == "from a import b\n\n__version__ = '1.2.3'\n"
    assert f"\n## 1.2.3 ({_TODAY})\n\n*   Halves" in texts["CHANGELOG.md"]
    assert "# Release template\n\n# Some method 1.2.3\n" in texts["RELEASE.md"]
    assert texts["a.ipynb"] == '["%pip install -q tfmot-some-method==1.2.3\\n"]\n'
    assert "| 3.10 | 2.20 and 2.21 |\n| 3.13 | 2.21 |" in texts["README.md"]
    assert run("--check", "--tag", "v1.2.3").exit_code == 0
    assert run("1.2.3").stdout.startswith("Ready.")  # and nothing changes


def test_what_a_release_lacks_is_named(run, project):
    edit(project.root / "RELEASE.md", " next release TBD", "")
    result = run("1.2.3")
    assert result.exit_code == 1
    assert result.stderr == "RELEASE.md: has no heading of the release 1.2.3 yet\n"
    assert "git tag" not in result.stdout


@pytest.mark.parametrize("version", ["1.2", "v1.2.3", "next", "1.2.3'; import os"])
def test_what_is_no_version(run, project, version):
    result = run(version)
    assert result.exit_code == 1
    assert "is no version to release" in result.stderr
    assert (project.root / _INIT).read_text() == _FILES[_INIT]


@pytest.mark.parametrize("arguments", [["1.2.3", "--check"], ["--tag", "v1.2.3"]])
def test_arguments_that_do_not_go_together(run, arguments):
    assert run(*arguments).exit_code == 2


def test_versions_are_in_order_and_once():
    tested = [Combination("3.10", "2.15"), Combination("3.9", "2.9"), Combination("3.10", "2.9")]
    assert release.sentence(tested) == (
        "*   Tested against TensorFlow 2.9 and 2.15, and Python 3.9 and 3.10."
    )
    assert release.table(tested).splitlines()[2:] == ["| 3.9 | 2.9 |", "| 3.10 | 2.9 and 2.15 |"]


def test_a_change_of_the_matrix_reaches_the_documents(run, released):
    edit(released.root / WORKFLOW, 'tensorflow: "2.21', 'tensorflow: "2.99')

    stale = run("--check")
    assert stale.exit_code == 1
    assert [line.split(":")[0] for line in stale.stderr.splitlines()] == ["README.md", "RELEASE.md"]
    assert run().exit_code == 0
    assert "TensorFlow 2.20 and 2.99," in (released.root / "RELEASE.md").read_text()
    assert "| 3.13 | 2.99 |" in (released.root / "README.md").read_text()
    assert run("--check").exit_code == 0


@pytest.mark.parametrize(
    "name, old, new, message",
    [
        (WORKFLOW, '"2.20"', '"2.14"', "require 'tensorflow>=2.14'"),
        ("pyproject.toml", "Python :: 3.13", "Python :: 3.12", "tests: 3.10 and 3.13"),
        ("pyproject.toml", '>=3.10"', '>=3.9"', "has to begin where the job `wheel` does: >=3.10"),
    ],
)
def test_metadata_agrees_with_the_matrix(project, name, old, new, message):
    assert not release.check_metadata(project)
    edit(project.root / name, old, new)
    problem = release.check_metadata(project)[0]
    assert problem.path == "pyproject.toml"
    assert message in problem.message


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("CHANGELOG.md", f"({_TODAY})", "(unreleased)"),
        ("CHANGELOG.md", "1.2.3", "1.2.30"),
        ("RELEASE.md", "method 1.2.3", "method next release TBD"),
    ],
)
def test_the_notes_and_the_tag_have_to_have_the_version(run, released, name, old, new):
    edit(released.root / name, old, new)
    result = run("--check", "--tag", "v1.2.4")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{_INIT}: the version is 1.2.3, and the tag v1.2.4 is not v1.2.3",
        f"{name}: has no heading of the release 1.2.3 yet",
    ]


def test_a_package_without_version(run, project):
    edit(project.root / _INIT, "__version__", "version")
    with pytest.raises(UserError, match=f"{_INIT}: needs a line"):
        release.check_ready(project)
