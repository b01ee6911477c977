"""Tests for doctor, with environments as people have them."""

import dataclasses

import pytest
from click.testing import CliRunner

from tests.conftest import edit
from tfmot_technique_kit import doctor
from tfmot_technique_kit.cli import main

_TFMOT = "tensorflow-model-optimization"
_KIT = "tfmot-technique-kit"
_OWN = "tfmot-some-method"
_INSTALL = "pip install -e . --group dev"
_MISSING = "broken: {} is missing; pyproject.toml requires it: pip install "
_HEALTHY = doctor.Environment(
    python="3.12.1",
    versions={
        "absl-py": "1.4.0",
        "keras": "3.15.0",
        "numpy": "2.4.0",
        "protobuf": "6.33.0",
        "pytest": "9.0.0",
        "setuptools": "80.0.0",
        "tensorboard": "2.20.0",
        "tensorflow": "2.21.0",
        _TFMOT: "0.8.1",
        "tf-keras": "2.21.0",
        _KIT: "0.5.0",
        _OWN: "0.1.0",
    },
    requires={
        "tensorflow": ["protobuf<8.0.0,>=6.31.1", 'cuda; extra == "and-cuda"'],
        "tf-keras": ["tensorflow<2.22,>=2.21"],
        _TFMOT: ["absl_py~=1.2", "numpy>=1.23", 'enum34~=1.1; python_version < "3.4"'],
    },
    variables={"TF_USE_LEGACY_KERAS": "1"},
    has_tensorflow_files=True,
)


def _change(versions=None, without=(), **others):
    changed = _HEALTHY.versions | (versions or {})
    changed = {k: v for k, v in changed.items() if k not in without}
    return dataclasses.replace(_HEALTHY, versions=changed, **others)


def _problems(project, environment):
    found = doctor.examine(project, environment)
    return [(f.level, f.message) for f in found if f.level != doctor.OK]


def _without(*names):
    return {"without": names}


@pytest.mark.parametrize(
    "environment, expected",
    [
        (
            {"python": "3.14.0"},
            "warning: Python 3.14.0 is not among the tested versions: use Python 3.10 to 3.13",
        ),
        (
            {"versions": {"tf-keras": "2.20.1"}},
            "broken: tensorflow and tf-keras do not fit: 2.21.0 and 2.20.1: "
            "pip install 'tf-keras~=2.21.0'",
        ),
        (
            {"versions": {"tensorflow": "2.22.0"}},
            "warning: tensorflow 2.22.0 is not among the tested versions: "
            "use tensorflow 2.20 to 2.21",
        ),
        (
            {"versions": {"tensorflow-cpu": "2.21.0"}},
            "broken: tensorflow-cpu and tensorflow are both installed, in the same files: "
            f"pip uninstall -y tensorflow-cpu tensorflow && {_INSTALL}",
        ),
        (
            {"has_tensorflow_files": False},
            "broken: the files of tensorflow are gone, though pip lists it: "
            "pip install --force-reinstall --no-deps tensorflow==2.21.0",
        ),
        ({"variables": {}}, "ok: the technique runs with Keras 3, TensorFlow: None"),
        (
            {"variables": {"KERAS_BACKEND": "jax", "TF_USE_LEGACY_KERAS": "0"}},
            "broken: the technique is to run with Keras 3, JAX, and jax is not installed: "
            "pip install jax",
        ),
        (
            {"variables": {"KERAS_BACKEND": "jaxx"}},
            "broken: Keras has no backend 'jaxx': "
            "export KERAS_BACKEND=tensorflow, jax, torch: one of them",
        ),
        (_without("setuptools"), f"{_MISSING.format('setuptools')}'setuptools'"),
        (_without("tensorboard"), f"{_MISSING.format('tensorboard')}'tensorboard'"),
        (_without("tf-keras"), f"{_MISSING.format('tf-keras')}'tf-keras>=2.20'"),
        (_without(_TFMOT), f"{_MISSING.format(_TFMOT)}'{_TFMOT}>=0.8'"),
        (_without(_KIT), f"{_MISSING.format(_KIT)}-e . --group dev"),
        (
            {"versions": {"absl-py": "2.3.0"}},
            f"warning: absl-py 2.3.0 is not ~=1.2, as {_TFMOT} requires: "
            "pip install 'absl-py~=1.2'",
        ),
        (
            _without("numpy"),
            f"broken: numpy is missing; {_TFMOT} requires it: pip install 'numpy>=1.23'",
        ),
        (_without(_OWN), f"warning: {_OWN} is not installed: {_INSTALL}"),
    ],
)
def test_problems(project, environment, expected):
    found = doctor.examine(project, _change(**environment))
    assert expected in [f"{f.level}: {f.message}: {f.fix}" for f in found]


@pytest.mark.parametrize(
    "environment, expected",
    [
        ({}, []),
        (
            {"without": ["tensorflow", "tf-keras", _TFMOT], "has_tensorflow_files": False},
            [
                "the technique is to run with Keras 2, and tf-keras is not installed",
                "tensorflow is missing; pyproject.toml requires it",
                "tf-keras is missing; pyproject.toml requires it",
                f"{_TFMOT} is missing; pyproject.toml requires it",
            ],
        ),
        (  # another one is no missing one
            {"versions": {"tensorflow-cpu": "2.21.0"}, "without": ["tensorflow"]},
            ["tensorflow-cpu takes the place of tensorflow, which tf-keras requires"],
        ),
    ],
)
def test_nothing_else_is_a_problem(project, environment, expected):
    problems = _problems(project, _change(**environment))
    assert [message for _, message in problems] == expected


def test_versions_before_those_that_are_required(project):
    problems = _problems(project, _change({"tensorflow": "2.15.0", "tf-keras": "2.15.0"}))
    assert {message.split()[0] for _, message in problems} == {"tensorflow", "tf-keras"}


@pytest.mark.parametrize(
    "name, old, new, expected",
    [
        (".github/workflows/ci.yml", "wheel:", "other:", "the job `wheel` needs a matrix"),
        ("pyproject.toml", "git+https://github.com", "file://", "is a path of this machine"),
    ],
)
def test_files_of_the_project_that_are_wrong_are_a_warning(project, name, old, new, expected):
    edit(project.root / name, old, new)
    ((level, message),) = _problems(project, _HEALTHY)
    assert level == "warning"
    assert expected in message


def test_this_environment_is_read():
    environment = doctor.Environment.current()
    assert "pytest" in environment.versions
    assert environment.python >= "3.10"


@pytest.mark.parametrize("level, status", [("broken", 1), ("warning", 0)])
def test_the_exit_status_says_whether_something_will_fail(project, monkeypatch, level, status):
    finding = doctor.Finding(level, "something", "do this")
    monkeypatch.setattr(doctor, "examine", lambda *_: [finding])
    monkeypatch.chdir(project.root)

    result = CliRunner().invoke(main, ["doctor"])

    assert result.exit_code == status
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"{level:8} something", "         fix: do this"]
    assert lines[2] == f"{status} broken, {1 - status} warnings."
