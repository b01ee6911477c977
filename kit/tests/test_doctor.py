"""Tests for doctor, with environments as people have them."""

import dataclasses
import re

import pytest
from tfmot_technique_kit import doctor
from tfmot_technique_kit.experiments import names

_HEALTHY = doctor.Environment(
    python=(3, 12, 1),
    versions={
        "absl-py": "1.4.0",
        "numpy": "2.4.0",
        "protobuf": "6.33.0",
        "setuptools": "80.0.0",
        "tensorboard": "2.20.0",
        "tensorflow": "2.21.0",
        "tensorflow-model-optimization": "0.8.1",
        "tf-keras": "2.21.0",
        names.DISTRIBUTION: "0.1.0",
    },
    requires={
        "tensorflow": ["protobuf<8.0.0,>=6.31.1", 'cuda; extra == "and-cuda"'],
        "tf-keras": ["tensorflow<2.22,>=2.21"],
        "tensorflow-model-optimization": [
            "absl-py~=1.2",
            "numpy>=1.23",
            'enum34~=1.1; python_version < "3.4"',
        ],
        names.DISTRIBUTION: [
            "tensorflow",
            'tensorboard; extra == "dev"',
            'absent; extra == "docs"',
            'tomli; python_version < "3.11" and extra == "dev"',
        ],
    },
    variables={"TF_USE_LEGACY_KERAS": "1"},
    has_tensorflow_files=True,
)
_OLD = {"tensorflow": "2.15.0", "tf-keras": "2.15.0", "protobuf": "6.33.0"}


def _change(versions=None, without=(), **others):
    changed = _HEALTHY.versions | (versions or {})
    changed = {k: v for k, v in changed.items() if k not in without}
    return dataclasses.replace(_HEALTHY, versions=changed, **others)


def _problems(environment):
    found = doctor.examine(environment)
    return [(f.level, f.message) for f in found if f.level != doctor.OK]


def test_a_healthy_environment() -> None:
    assert not _problems(_HEALTHY)


@pytest.mark.parametrize(
    "level, message, fix, environment",
    [
        ("broken", "Python 3.9.1 is too", "3.10 to 3.13", {"python": (3, 9, 1)}),
        ("warning", "Python 3.14.0: Ten", "3.10 to 3.13", {"python": (3, 14, 0)}),
        (
            "broken",
            "tensorflow and tf-keras do not fit: 2.21.0 and 2.19.0",
            "pip install 'tf-keras~=2.21.0'",
            {"versions": {"tf-keras": "2.19.0"}},
        ),
        (
            "warning",
            "tensorflow 2.22.0 is not among the tested versions",
            "use tensorflow 2.20 to 2.21",
            {"versions": {"tensorflow": "2.22.0"}},
        ),
        (
            "broken",
            "tensorflow-cpu and tensorflow are both installed",
            "pip uninstall -y tensorflow-cpu tensorflow && pip install",
            {"versions": {"tensorflow-cpu": "2.21.0"}},
        ),
        (
            "broken",
            "the files of tensorflow are gone",
            "pip install --force-reinstall --no-deps tensorflow==2.21.0",
            {"has_tensorflow_files": False},
        ),
        (
            "warning",
            "tf.keras is Keras 3",
            "import tf_keras as keras, or export TF_USE_LEGACY_KERAS=1",
            {"variables": {}},
        ),
        (
            "warning",
            "tf.keras is Keras 3",
            "import tf_keras as keras, or export TF_USE_LEGACY_KERAS=1",
            {"variables": {"TF_USE_LEGACY_KERAS": "0"}},
        ),
        (
            "broken",
            "TF_USE_LEGACY_KERAS=1 breaks quantization-aware training",
            "unset TF_USE_LEGACY_KERAS",
            {"versions": _OLD},
        ),
        ("broken", "setuptools is missing", "pip install setuptools", {"without": ["setuptools"]}),
        (
            "warning",
            "tensorboard is missing",
            "pip install tensorboard",
            {"without": ["tensorboard"]},
        ),
        (
            "warning",
            "absl-py 2.3.0 is not ~=1.2, as tensorflow-model-optimization requires",
            "pip install 'absl-py~=1.2'",
            {"versions": {"absl-py": "2.3.0"}},
        ),
        (
            "warning",
            "protobuf 4.25.0 is not <8.0.0,>=6.31.1, as tensorflow requires",
            "pip install 'protobuf<8.0.0,>=6.31.1'",
            {"versions": {"protobuf": "4.25.0"}},
        ),
        (
            "broken",
            "numpy is missing; tensorflow-model-optimization requires it",
            "pip install 'numpy>=1.23'",
            {"without": ["numpy"]},
        ),
        (
            "warning",
            f"{names.DISTRIBUTION} is not installed",
            "pip install -e '.[dev]'",
            {"without": [names.DISTRIBUTION]},
        ),
    ],
)
def test_problems(level, message, fix, environment) -> None:
    found = doctor.examine(_change(**environment))
    first = next(f for f in found if f.level == level)

    assert message in first.message
    assert fix in first.fix
    assert "\n" not in first.message + first.fix


def test_without_tensorflow() -> None:
    without = ["tensorflow", "tf-keras", "tensorflow-model-optimization"]
    environment = _change(without=without, has_tensorflow_files=False)

    assert _problems(environment) == [("broken", f"{name} is missing") for name in without]


def test_another_tensorflow_alone_is_no_missing_one() -> None:
    environment = _change({"tensorflow-cpu": "2.21.0"}, without=["tensorflow"])

    ((level, message),) = _problems(environment)

    assert level == "warning"
    assert message.startswith("tensorflow-cpu takes the place of tensorflow")


def test_keras_2_of_an_older_tensorflow() -> None:
    problems = _problems(_change(_OLD, variables={}))

    # Older than what is tested, but its Keras is the right one.
    assert [message for _, message in problems] == [
        "tensorflow 2.15.0 is not among the tested versions",
        "tf-keras 2.15.0 is not among the tested versions",
    ]


def test_setuptools_is_not_needed_before_python_3_12() -> None:
    assert not _problems(_change(without=["setuptools"], python=(3, 11, 7)))


def test_extras_that_are_complete_are_named() -> None:
    found = doctor.examine(_HEALTHY)

    assert found[-1].message == f"{names.DISTRIBUTION} with the extras dev"


def test_this_environment_is_read() -> None:
    environment = doctor.Environment.current()

    assert "pytest" in environment.versions
    assert environment.python >= (3, 10)


@pytest.mark.parametrize("level, status", [("broken", 1), ("warning", 0)])
def test_the_exit_status_says_whether_something_will_fail(
    monkeypatch, capsys, level, status
) -> None:
    finding = doctor.Finding(level, "something", "do this")
    monkeypatch.setattr(doctor, "examine", lambda _: [finding])

    assert doctor.main([]) == status

    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"{level:8} something", "         fix: do this"]
    assert re.fullmatch(r"\d broken, \d warnings\.", lines[2])
