"""Tests of rewriting Python files."""

import textwrap

import pytest
from tfmot_technique_kit.export import errors, python_code
from tfmot_technique_kit.export import names as names_lib

_NAMES = names_lib.Names(
    "tfmot_some_method",
    "tfmot-some-method",
    "some_method",
    "Some method",
    "tensorflow_model_optimization/python/core/some_method/keras",
    "tensorflow_model_optimization/python/core/api/some_method/keras",
    "https://github.com/ada/some_method",
    {"examples/small.py": "there/small.py"},
)
_SYMBOLS = [
    python_code.Symbol("apply_some", "apply_some"),
    python_code.Symbol("schedule", "Schedule"),
]
_LICENCE = "# Copyright 2026 The TensorFlow Authors.\n"
_CORE = "tensorflow_model_optimization.python.core"
_KERAS = f"{_CORE}.some_method.keras"


def rewrite(source):
    """Rewrites a source and returns it without the licence."""
    text = _LICENCE + textwrap.dedent(source).lstrip("\n")
    return python_code.rewrite("x.py", text, _SYMBOLS, _NAMES).removeprefix(_LICENCE)


@pytest.mark.parametrize(
    "statement, expected",
    [
        ("from tfmot_some_method.keras import schedule", f"from {_KERAS} import schedule"),
        (
            "from tfmot_some_method.keras import schedule as s  # noqa: E501",
            f"from {_KERAS} import schedule as s",
        ),
        ("from tfmot_some_method.keras import Schedule", f"from {_KERAS}.schedule import Schedule"),
        (
            "from tfmot_some_method.keras.apply_some import (\n  apply_some,\n)",
            f"from {_KERAS}.apply_some import apply_some",
        ),
        (
            "if True:\n  from tfmot_some_method.keras import a, b",
            f"if True:\n  from {_KERAS} import a\n  from {_KERAS} import b",
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
    """

    assert rewrite(source) == (
        f"from {_KERAS}.apply_some import apply_some\n"
        f"from {_KERAS}.schedule import Schedule\n\n"
        "äöü = apply_some(Schedule(), schedule=1)\n"
    )


def test_imports_are_sorted_as_in_tfmot() -> None:
    source = f"""
    import tensorflow as tf
    from {_CORE}.keras.compat import keras

    # isort: off
    # fmt: off
    from tfmot_some_method.keras.apply_some import apply_some as a  # noqa: E501
    # fmt: on
    from tfmot_some_method.keras import schedule

    use(keras)
    """

    assert rewrite(source) == (
        "import tensorflow as tf\n\n"
        f"from {_CORE}.keras.compat import keras\n"
        f"from {_KERAS} import schedule\n"
        f"from {_KERAS}.apply_some import apply_some as a\n\n"
        "use(keras)\n"
    )


def test_prose_gets_the_public_name() -> None:
    source = '''
    """Of `tfmot_some_method.keras.apply_some`, in examples/small.py.

        from tfmot_some_method import keras as technique

    It is in tfmot_some_method/keras/schedule.py. # noqa stays here.
    """
    value = 'tfmot_some_method is its name'  # As tfmot_some_method says.
    '''

    assert rewrite(source) == (
        '"""Of `tfmot.some_method.keras.apply_some`, in there/small.py.\n\n'
        "    import tensorflow_model_optimization as tfmot\n"
        "    technique = tfmot.some_method.keras\n\n"
        f'It is in {_NAMES.core}/schedule.py. # noqa stays here.\n"""\n'
        "value = 'tfmot.some_method is its name'  # As tfmot.some_method says.\n"
    )


@pytest.mark.parametrize(
    "source, problem",
    [
        ("import tfmot_some_method", 'x.py:2: "import tfmot_some_method" has no'),
        ("from tfmot_some_method import __version__", 'x.py:2: "from tfmot_some'),
        ("from tfmot_some_method.keras import *", 'x.py:2: "from tfmot_some_me'),
        ("from . import schedule", "x.py:2: imports must be absolute"),
        ("register('tfmot_some_method')", "use 'some_method'"),
        (
            "from tfmot_some_method import keras as t\nt.Other()",
            "x.py:3: t.Other is not in the API",
        ),
        ("from tfmot_some_method import keras as t\nuse(t)", "x.py:3: 't' is a module here only"),
        (
            "from tfmot_some_method import keras as t\nSchedule = t.Schedule",
            "x.py:3: 'Schedule' hides the symbol",
        ),
        ("from tfmot_some_method import keras as t", "'t' is not used"),
    ],
)
def test_what_has_no_counterpart_is_refused(source, problem) -> None:
    with pytest.raises(errors.ExportError) as caught:
        rewrite(f"{source}\n")
    assert problem in str(caught.value)


def test_a_file_without_licence_is_refused() -> None:
    with pytest.raises(errors.ExportError, match="x.py:1: has no licence"):
        python_code.rewrite("x.py", "A = 1\n", _SYMBOLS, _NAMES)


def test_the_public_api_comes_from_the_imports() -> None:
    source = (
        f'{_LICENCE}"""API."""\n'
        "from tfmot_some_method.keras.schedule import Schedule\n"
        "from tfmot_some_method.keras.apply_some import (\n  apply_some,\n)\n"
    )

    symbols = python_code.public_symbols("x.py", source, _NAMES)

    assert symbols == _SYMBOLS
    assert python_code.api_module(source, symbols, _NAMES) == (
        f'{_LICENCE}"""API."""\n'
        "# pylint: disable=g-bad-import-order\n"
        f"from {_KERAS}.apply_some import apply_some\n"
        f"from {_KERAS}.schedule import Schedule\n"
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
    with pytest.raises(errors.ExportError, match=problem):
        python_code.public_symbols("x.py", f"{line}\n", _NAMES)
