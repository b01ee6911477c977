"""Tests for the rules about the public API."""

import pytest

from tests.readiness.conftest import component
from tfmot_technique_kit.readiness import api

_INIT = "tfmot_some_method/keras/__init__.py"
_MODULE = "tfmot_some_method/keras/apply_some.py"
_TEST = "tfmot_some_method/keras/apply_some_test.py"
_NAMES = ("apply_some", "strip_some_method", "some_method_scope")
_EXPORT = "from tfmot_some_method.keras.apply_some import {}\n"
_STEP = '''
class Step:
  """Steps."""

  @property
  def on(self):
    """Whether."""

  @on.setter
  def on(self, value):
    pass

  def _off(self):
    pass

LIMIT = 3
'''
_FILES = {
    "tfmot_some_method/__init__.py": "",
    _INIT: "".join(map(_EXPORT.format, (*_NAMES, "Step", "LIMIT"))),
    _MODULE: "".join(f'def {name}():\n  """Does it."""\n' for name in _NAMES) + _STEP,
    _TEST: " ".join((*_NAMES, "Step", "LIMIT")),
}
_PARTS = (component(_INIT, name="api"), component(_MODULE, _TEST, *list(_FILES)[:1], name="core"))


@pytest.mark.parametrize(
    "rule", [api.check_exports, api.check_docstrings, api.check_tests, api.check_modules]
)
def test_a_complete_api(find, rule):
    assert not find(rule, _FILES, *_PARTS)


@pytest.mark.parametrize(
    "rule, path, old, new, expected",
    [
        *(
            (api.check_exports, _INIT, _EXPORT.format(name), "", f"does not export {name}")
            for name in _NAMES
        ),
        (api.check_exports, _MODULE, "class Step", "class St", f"{_INIT}:4: {_MODULE} does not"),
        (api.check_docstrings, _MODULE, '"""Steps."""', "1", ": Step has no docstring"),
        (api.check_docstrings, _MODULE, '"""Whether."""', "1", ": Step.on has no docstring"),
        (api.check_tests, _TEST, "Step", "Steps", f"{_MODULE}: no test uses Step"),
    ],
)
def test_what_is_missing(find, rule, path, old, new, expected):
    assert old in _FILES[path]
    (problem,) = find(rule, _FILES | {path: _FILES[path].replace(old, new)}, *_PARTS)
    assert expected in str(problem)


def test_modules_that_the_manifest_does_not_list(find):
    (problem,) = find(api.check_modules, _FILES | {"tfmot_some_method/more.py": ""}, *_PARTS)
    assert str(problem).startswith("tfmot_some_method/more.py: is not in contribution.toml")
