"""The summary of the public API, on a small package."""

import pytest

from tfmot_technique_kit.documents import api
from tfmot_technique_kit.errors import UserError

_INIT = '''"""The API."""
import tfmot_some_method
from tensorflow import keras
from tfmot_some_method.keras.things import Thing
from tfmot_some_method.keras.things import apply
'''
_MODULE = '''"""Things."""


@decorated('x')
class Thing(Base):
  """A thing
  of a size. It is more than that.

  Args:
    size: Int.
  """

  def __init__(self, size: int | None = None):
    """Makes it."""

  def __call__(self, x, /, *more, deep=True, **others):
    """Calls it."""

  def __str__(self):
    """Not shown."""

  @property
  def area(self):
    """Float."""

  @area.setter
  def area(self, value):
    pass

  @classmethod
  def make(cls, size):
    """Makes one."""

  def get_config(self):
    """See base class."""

  def bare(self):
    return 1

  def _hidden(self):
    """Not shown."""


def apply(
  thing,
  times=1,
):
  """Uses a thing, a|b.

  More of it.
  """


class NotPublic:
  """Not imported."""
'''


@pytest.fixture
def package(project):
    folder = project.root / "tfmot_some_method" / "keras"
    (folder / "__init__.py").write_text(_INIT)
    (folder / "things.py").write_text(_MODULE)
    return folder


def test_functions_then_classes_with_their_methods(project, package):
    shown = api.render(project, project.root / "rfcs" / "design.md")

    code = "../tfmot_some_method/keras/things.py"
    assert shown == (
        "| function | what it does |\n| --- | --- |\n"
        rf"| [`apply`]({code})`(thing, times=1)` | Uses a thing, a\|b. |"
        "\n\n| class | what it is for | methods |\n| --- | --- | --- |\n"
        rf"| [`Thing`]({code})`(size: int \| None=None)` | A thing of a size. | "
        "`__call__(x, /, *more, deep=True, **others)`, `area`, `make(size)` |"
    )


def test_a_symbol_that_is_not_there_is_named(project, package):
    (package / "things.py").write_text("")

    with pytest.raises(UserError, match=r"^things.py has no Thing, which __init__.py imports"):
        api.render(project, project.root / "README.md")
