"""Tests of rewriting Python files."""

import textwrap

import pytest

from tests.export import miniature
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.export import python_code

NAMES = miniature.NAMES
SYMBOLS = {"apply_some": "apply_some", "Schedule": "schedule"}
LICENCE = "# Copyright 2026 The TensorFlow Authors.\n"
CORE = miniature.CORE.replace("/", ".")
KERAS = f"{CORE}.some_method.keras"


def rewrite(source):
    """Rewrites a source and returns it without the licence."""
    text = LICENCE + textwrap.dedent(source).lstrip("\n")
    return python_code.rewrite("x.py", text, SYMBOLS, NAMES).removeprefix(LICENCE)


@pytest.mark.parametrize(
    "statement, expected",
    [
        ("from tfmot_some_method.keras import schedule", f"from {KERAS} import schedule"),
        (
            "from tfmot_some_method.keras import schedule as s  # noqa: E501",
            f"from {KERAS} import schedule as s",
        ),
        ("from tfmot_some_method.keras import Schedule", f"from {KERAS}.schedule import Schedule"),
        (
            "from tfmot_some_method.keras.apply_some import (\n  apply_some,\n)",
            f"from {KERAS}.apply_some import apply_some",
        ),
        (
            "if True:\n  # Why.\n  from tfmot_some_method.keras import a, b",
            f"if True:\n  # Why.\n  from {KERAS} import a\n  from {KERAS} import b",
        ),
        ("from tfmot_some_methods import a", "from tfmot_some_methods import a"),
        ("import tfmot_some_methods", "import tfmot_some_methods"),
    ],
)
def test_imports(statement, expected) -> None:
    assert rewrite(f"{statement}\n") == f"{expected}\n"


def test_the_package_as_a_name_becomes_its_symbols() -> None:
    source = """
    from tfmot_some_method import keras as technique

    äöü = technique.apply_some(technique.Schedule(), schedule=1)
    print(f'{technique.Schedule():>{technique.apply_some}}')


    def f(technique):
      return f'{technique.other} of technique.Schedule'
    """

    assert rewrite(source) == (
        f"from {KERAS}.apply_some import apply_some\n"
        f"from {KERAS}.schedule import Schedule\n\n"
        "äöü = apply_some(Schedule(), schedule=1)\n"
        "print(f'{Schedule():>{apply_some}}')\n\n\n"
        "def f(technique):\n  return f'{technique.other} of technique.Schedule'\n"
    )


def test_imports_are_sorted_as_in_tfmot() -> None:
    source = f"""
    import tensorflow as tf
    from {CORE}.keras.compat import keras

    # isort: off
    # fmt: off
    from tfmot_some_method.keras.apply_some import apply_some as a  # noqa: E501
    # fmt: on
    from tfmot_some_method.keras import schedule

    use(keras)
    """

    assert rewrite(source) == (
        "import tensorflow as tf\n\n"
        f"from {CORE}.keras.compat import keras\n"
        f"from {KERAS} import schedule\n"
        f"from {KERAS}.apply_some import apply_some as a\n\n"
        "use(keras)\n"
    )


def test_prose_gets_the_public_name() -> None:
    source = '''
    """Of `tfmot_some_method.keras.apply_some`, in examples/small.py.

        from tfmot_some_method import keras as technique

    It is in tfmot_some_method/keras/{new}.py. # noqa stays here.
    """
    value = 'tfmot_some_method is its name'  # As tfmot_some_method says.
    '''

    assert rewrite(source) == (
        f'"""Of `tfmot.some_method.keras.apply_some`, in {miniature.EXAMPLE}/small.py.\n\n'
        "    import tensorflow_model_optimization as tfmot\n"
        "    technique = tfmot.some_method.keras\n\n"
        f'It is in {NAMES.core}/{{new}}.py. # noqa stays here.\n"""\n'
        "value = 'tfmot.some_method is its name'  # As tfmot.some_method says.\n"
    )


@pytest.mark.parametrize(
    "source, problem",
    [
        ("import tfmot_some_method", "x.py:2: uses tfmot_some_method in a way"),
        ("import tfmot_some_method.keras.a as b", "x.py:2: uses tfmot_some_method in a way"),
        ("from tfmot_some_method import __version__", "x.py:2: uses tfmot_some"),
        ("from tfmot_some_method.keras import *", "x.py:2: uses tfmot_some"),
        ("from . import schedule", "x.py:2: imports must be absolute"),
        ("register('tfmot_some_method')", "x.py:2: the string 'tfmot_some_method' will"),
        ("from tfmot_some_method import keras as t\nt.Other()", "x.py:3: 't.Other' is no symbol"),
        ("from tfmot_some_method import keras as t\nuse(t)", "x.py:3: 't' is no symbol"),
        (
            "from tfmot_some_method import keras as t\nSchedule = t.Schedule",
            "x.py:3: 'Schedule' hides the symbol",
        ),
        ("def", "x.py:2: is no Python"),
    ],
)
def test_what_has_no_counterpart_is_refused(source, problem) -> None:
    with pytest.raises(UserError) as caught:
        rewrite(f"{source}\n")
    assert str(caught.value).startswith(problem)


def test_a_file_without_licence_is_refused() -> None:
    with pytest.raises(UserError, match="has no licence header"):
        python_code.rewrite("x.py", "A = 1\n", SYMBOLS, NAMES)


def test_the_public_api_comes_from_the_imports() -> None:
    source = (
        f'{LICENCE}"""API."""\n'
        "from tfmot_some_method.keras.schedule import Schedule\n"
        "from tfmot_some_method.keras.apply_some import (\n  apply_some,\n)\n"
    )

    symbols = python_code.public_symbols("x.py", source, NAMES)

    assert list(symbols.items()) == list(SYMBOLS.items())
    assert python_code.api_module(source, symbols, NAMES) == (
        f'{LICENCE}"""API."""\n'
        "# pylint: disable=g-bad-import-order\n"
        f"from {KERAS}.apply_some import apply_some\n"
        f"from {KERAS}.schedule import Schedule\n"
        "# pylint: enable=g-bad-import-order\n"
    )


@pytest.mark.parametrize(
    "line, problem",
    [
        ("import os", "x.py:1: has to be"),
        ("from tfmot_some_method.keras.a import *", "x.py:1: name each symbol"),
        ("from tfmot_some_method.keras.a import b as c", "keep its name"),
        ("A = 1", "x.py:1: has to be"),
    ],
)
def test_other_lines_in_the_public_api_are_refused(line, problem) -> None:
    with pytest.raises(UserError, match=problem):
        python_code.public_symbols("x.py", f"{line}\n", NAMES)
