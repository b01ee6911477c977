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
    own = project.technique.package

    def forget():
        for name in [name for name in sys.modules if name.startswith(own)]:
            del sys.modules[name]

    def find(old="", new=""):
        assert old in _GOOD
        imports = "from tfmot_some_method.keras.code import Base, Child, double\n"
        for name, text in {
            "keras/code.py": _GOOD.replace(old, new),
            "keras/__init__.py": f'"""Public."""\n{imports}',
            "__init__.py": '"""A."""\nfrom tfmot_some_method import keras\n',
        }.items():
            (project.root / own / name).write_text(text)
        monkeypatch.setattr(sys, "path", [*sys.path])
        forget()
        checks = (api.check_docstrings, api.check_examples)
        return [str(problem) for check in checks for problem in check(project)]

    yield find
    forget()


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
