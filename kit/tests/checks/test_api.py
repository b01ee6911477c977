"""The checks of docstrings, on a small package."""

import re
import sys

import pytest

from tfmot_technique_kit.checks import api

pytestmark = pytest.mark.tensorflow

_GOOD = '''
"""A module."""


def double(x):
  """Doubles a number.

  >>> double(2)
  4

  Args:
    x: A number.

  Returns:
    The double.

  Raises:
    ValueError: If it is 0.
  """
  if not x:
    raise ValueError('0')
  return 2 * x


class Base:
  """A base class.

  Args:
    x: A number.
  """

  def __init__(self, x):
    self.x = x

  def get(self, y):
    """Adds.

    Args:
      y: A number.

    Returns:
      The sum.
    """
    return self.x + y


class Child(Base):
  """Inherits.

  Args:
    x: A number.
  """

  def get(self, y):
    """See base class."""
    return y
'''
_DOCSTRING = _GOOD[_GOOD.index('  """Dou') : _GOOD.index("  if not x")]


@pytest.fixture
def run(project, monkeypatch):
    """A function from a change of the package to the problems found."""

    def run(old="", new=""):
        assert old in _GOOD
        folder = project.root / "tfmot_some_method"
        (folder / "keras" / "code.py").write_text(_GOOD.replace(old, new))
        names = ("Base", "Child", "double")
        imports = [f"from tfmot_some_method.keras.code import {name}\n" for name in names]
        (folder / "keras" / "__init__.py").write_text('"""Public."""\n' + "".join(imports))
        (folder / "__init__.py").write_text('"""A."""\nfrom tfmot_some_method import keras\n')
        modules = {name for name in sys.modules if name.startswith("tfmot_some_method")}
        monkeypatch.setattr(sys, "path", [*sys.path])
        for name in modules:
            monkeypatch.delitem(sys.modules, name)
        try:
            checks = (api.check_docstrings, api.check_examples)
            return [str(problem) for check in checks for problem in check(project)]
        finally:
            for name in [name for name in sys.modules if name.startswith("tfmot_some_method")]:
                del sys.modules[name]

    return run


def test_finds_nothing_where_all_is_well(run):
    assert run() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (_DOCSTRING, "", "5: double: has no docstring"),
        ("  Args:\n    x: A number.\n\n  R", "  R", "5: double: has 1 arg"),
        ("    x: A number.\n\n  R", "    x:\n\n  R", "5: .* has no description"),
        ("  Returns:\n    The double.\n", "", '5: .*describe it in "Returns:"'),
        ("      y: A number.", "      y:", "35: Base.get: an argument"),
        ("    ValueError:", "    TypeError:", "DOC501: .*ValueError"),
        ("  4\n", "  5\n", r"8: double\(2\): got '4', expected '5'"),
        ("double(2)", "double(0)", r"8: double\(0\): raised ValueError: 0"),
    ],
)
def test_finds_a_defect(run, old, new, problem):
    (found,) = run(old, new)

    assert found.startswith("tfmot_some_method/keras/code.py:")
    assert re.search(problem, found), found
