"""The checks of docstrings, on a small package."""

import re
import sys
import textwrap

import pytest
from tfmot_technique_kit.checks import api

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
def run(tmp_path, monkeypatch):
    """Returns a function from changes of the package to the problems found."""

    def run(old="", new=""):
        package = tmp_path / "toy" / "keras"
        package.mkdir(parents=True)
        assert old in _GOOD
        (package / "code.py").write_text(textwrap.dedent(_GOOD.replace(old, new)))
        names = ("Base", "Child", "double")
        imports = [f"from toy.keras.code import {name}\n" for name in names]
        (package / "__init__.py").write_text('"""Public."""\n' + "".join(imports))
        (tmp_path / "toy" / "__init__.py").write_text('"""A package."""\nfrom toy import keras\n')
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(api, "_common_names", dict)
        try:
            return [
                str(problem)
                for check in (api.check_docstrings, api.check_examples)
                for problem in check(tmp_path, "toy")
            ]
        finally:
            for name in [name for name in sys.modules if name.startswith("toy")]:
                del sys.modules[name]

    return run


def test_finds_nothing_where_all_is_well(run) -> None:
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
def test_finds_a_defect(run, old, new, problem) -> None:
    (found,) = run(old, new)

    assert found.startswith("toy/keras/code.py:")
    assert re.search(problem, found), found
