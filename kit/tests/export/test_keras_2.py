"""What the export makes of a module with branches for Keras 3."""

import libcst as cst
import pytest

from tfmot_technique_kit.export.keras_2 import without_keras_3

SWITCH = "LEGACY = True\n"


def fold(source: str) -> str:
    return without_keras_3(cst.parse_module(source)).code


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if LEGACY:\n  a = 1\nelse:\n  a = 2\n", "a = 1\n"),
        ("if not LEGACY:\n  a = 1\nb = 2\n", "b = 2\n"),
        ("a = 1 if LEGACY else 2\n", "a = 1\n"),
        ("a = LEGACY and b\n", "a = b\n"),
        ("a = BACKEND == 'jax' and b\n", "a = False\n"),
        ("if BACKEND != 'tensorflow' or b:\n  c()\n", "if b:\n  c()\n"),
        ("if BACKEND == 'jax':\n  a()\nelif b:\n  c()\n", "if b:\n  c()\n"),
        ("def f():\n  if LEGACY:\n    return 1\n  return 2\n", "def f():\n  return 1\n"),
        ("if other:\n  a = 1\n", "if other:\n  a = 1\n"),
    ],
)
def test_keeps_what_tf_keras_runs(source, expected):
    assert fold(SWITCH + source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@test_settings.needs('x')\nclass A:\n  pass\n", "class A:\n  pass\n"),
        ("@b\n@test_settings.needs('x')\ndef a():\n  pass\n", "@b\ndef a():\n  pass\n"),
        ("if test_settings.has('x'):\n  a()\n", "a()\n"),
    ],
)
def test_runs_all_tests(source, expected):
    assert fold("from p.keras import test_settings\n" + source) == expected


def test_leaves_modules_without_the_switch_alone():
    source = "LEGACY_NAME = 1\nif LEGACY:\n  a = 1\n"
    assert fold(source) == source
