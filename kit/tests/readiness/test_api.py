"""Tests for the rules about the public API."""

import pytest
from tests.readiness import projects as test_projects
from tfmot_technique_kit.readiness import api

_INIT = "tfmot_some_method/keras/__init__.py"
_NAMES = ("do_something", "strip_some_method", "some_method_scope")
_MODULE = "tfmot_some_method/keras/do_something.py"
_TEST = "tfmot_some_method/keras/do_something_test.py"
_FILES = {
    _INIT: "".join(
        f"from tfmot_some_method.keras.do_something import {name}\n"
        for name in (*_NAMES, "Step", "LIMIT")
    ),
    _MODULE: "\n".join(
        [
            *(f'def {name}():\n  """Does it."""\n' for name in _NAMES),
            'class Step:\n  """Steps."""\n',
            '  @property\n  def on(self):\n    """Whether."""\n',
            "  @on.setter\n  def on(self, value):\n    pass\n",
            "  def _off(self):\n    pass\n",
            "LIMIT = 3\n",
        ]
    ),
    _TEST: " ".join((*_NAMES, "Step", "LIMIT")),
}


def _find(tmp_path, rule, path=None, old="", new=""):
    files = dict(_FILES)
    if path:
        assert old in files[path]
        files[path] = files[path].replace(old, new)
    parts = [
        test_projects.component(_INIT, name="api"),
        test_projects.component(_MODULE, _TEST, name="core"),
    ]
    made = test_projects.make(tmp_path, files, *parts)
    return [str(gap) for gap in test_projects.check(rule, made)]


@pytest.mark.parametrize(
    "rule", [api.check_exports, api.check_docstrings, api.check_tests, api.check_modules]
)
def test_a_complete_api(tmp_path, rule) -> None:
    assert not _find(tmp_path, rule)


@pytest.mark.parametrize("name", _NAMES)
def test_functions_that_all_techniques_have(tmp_path, name) -> None:
    line = f"from tfmot_some_method.keras.do_something import {name}\n"

    (gap,) = _find(tmp_path, api.check_exports, _INIT, line)

    assert gap.startswith(f"{_INIT}: does not export {name}")


def test_an_export_without_definition(tmp_path) -> None:
    (gap,) = _find(tmp_path, api.check_exports, _MODULE, "class Step", "class St")

    assert gap == f"{_INIT}:4: {_MODULE} does not define Step"


@pytest.mark.parametrize("text, name", [("Steps.", "Step"), ("Whether.", "Step.on")])
def test_docstrings_that_are_missing(tmp_path, text, name) -> None:
    (gap,) = _find(tmp_path, api.check_docstrings, _MODULE, f'"""{text}"""', "1")

    assert gap.endswith(f": {name} has no docstring")


def test_symbols_without_test(tmp_path) -> None:
    (gap,) = _find(tmp_path, api.check_tests, _TEST, "Step", "Steps")

    assert gap == f"{_MODULE}: no test uses Step"


def test_modules_that_the_manifest_does_not_list(tmp_path) -> None:
    (tmp_path / "tfmot_some_method").mkdir()
    (tmp_path / "tfmot_some_method" / "more.py").touch()

    (gap,) = _find(tmp_path, api.check_modules)

    assert gap.startswith("tfmot_some_method/more.py: is not in contribution.toml")
