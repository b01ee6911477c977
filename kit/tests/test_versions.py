"""Tests for the kit that a project names, and for what its notebooks install."""

import dataclasses
import json

import pytest

from tests.conftest import edit
from tfmot_technique_kit import manifest, versions
from tfmot_technique_kit.errors import UserError

_GIT = "git+https://github.com/ada/techniques@0.5.0#subdirectory=kit"
_HERE = (
    ":23: {} is a path of this machine, from which nobody else can install the kit: name a "
    "repository, as in git+https://github.com/OWNER/REPOSITORY@0.5.0#subdirectory=kit"
)


def _name(project, reference):
    edit(project.root / "pyproject.toml", f"tfmot-technique-kit @ {_GIT}", reference)


@pytest.mark.parametrize(
    "reference",
    [
        f"tfmot-technique-kit @ {_GIT}",
        "tfmot-technique-kit @ git+ssh://git@github.com/ada/t@v0.5.0#subdirectory=kit",
        "tfmot-technique-kit @ git+https://github.com/ada/t@main#subdirectory=kit",
        "tfmot-technique-kit @ https://github.com/ada/t/archive/0.5.0.zip#subdirectory=kit",
        "tfmot-technique-kit[datasets]==0.5.0",
        "tfmot-technique-kit",
    ],
)
def test_a_kit_that_others_can_install(project, reference):
    _name(project, reference)
    assert not versions.check_kit(project, "0.5.0")


@pytest.mark.parametrize(
    "reference, message",
    [
        (
            "tfmot-technique-kit @ file:///home/ada/t%20t/kit",
            _HERE.format("file:///home/ada/t%20t/kit"),
        ),
        ("tfmot-technique-kit @ git+file:///t@0.5.0", _HERE.format("git+file:///t@0.5.0")),
        ("tfmot-technique-kit @ ../t/kit", _HERE.format("../t/kit")),
        (f"tfmot-technique-kit @ {_GIT.replace('0.5', '0.4')}", ":23: names the kit 0.4.0, and"),
        ("tfmot-technique-kit==0.6.1", ":23: names the kit 0.6.1, and the layout is 0.5.0"),
        ("other", ": the dependency group `dev` does not name tfmot-technique-kit"),
    ],
)
def test_a_kit_that_others_cannot_install_or_of_another_version(project, reference, message):
    _name(project, reference)
    (problem,) = versions.check_kit(project, "0.5.0")
    assert str(problem).startswith(f"pyproject.toml{message}")


@pytest.mark.parametrize("installed", ["0.4.9", "0.5.1", "1.0.0"])
def test_a_kit_of_another_version_runs(project, installed):
    (problem,) = versions.check_kit(project, installed)
    assert f"runs is {installed}, and the layout of the project is 0.5.0" in problem.message
    assert "cruft update" in problem.message
    assert problem.command == "pip install -e . --group dev"


@pytest.mark.parametrize("text", ["[project", '[dependency-groups]\ndev = ["a @@ b"]\n'])
def test_a_broken_pyproject_is_one_line(project, text):
    (project.root / "pyproject.toml").write_text(text)
    with pytest.raises(UserError, match=r"^pyproject.toml: .*$"):
        versions.check_kit(project)


@pytest.mark.parametrize(
    "requirement, expected",
    [
        ("tfmot-some-method==1.2.3", None),
        ("'tfmot-some-method==1.2.3' matplotlib", None),
        ("git+https://github.com/x/some_method@v1.2.3", None),
        ("matplotlib some-method-of-others", None),
        ("git+https://github.com/x/some_method", "tfmot-some-method==1.2.3"),
        ("git+https://github.com/x/some_method@main", "tfmot-some-method==1.2.3"),
        ("tfmot-some-method matplotlib", "tfmot-some-method==1.2.3 matplotlib"),
        ("'tfmot-some-method==1.2.2'", "'tfmot-some-method==1.2.3'"),
    ],
)
def test_notebooks_install_the_released_version(project, requirement, expected):
    source = ["if 'google.colab' in sys.modules:\n", f"  %pip install -q {requirement}\n", "x\n"]
    text = json.dumps({"cells": [{"cell_type": "code", "source": source}]}, indent=1)
    (project.root / "a.ipynb").write_text(text)
    file, folder = manifest.File("a.ipynb", None), manifest.Folder(here=".")
    part = manifest.Component(name="a", title="A", folder=folder, files=(file,))
    project.manifest = dataclasses.replace(project.manifest, components=(part,))

    problems = versions.check_notebooks(project, "1.2.3")

    assert [problem.path for problem in problems] == ["a.ipynb"] * bool(expected)
    assert versions.pin_notebooks(project, "1.2.3") == (
        {"a.ipynb": text.replace(requirement, expected)} if expected else {}
    )
