"""Tests for api."""

import ast
import re

import pytest
import tfmot_technique_kit as tools
from tfmot_technique_kit.documents import api

_INIT = '''"""The API."""
from package.things import Thing
from package.things import use
'''
_MODULE = '''"""Things."""


@decorated('x')
class Thing(Base):
  """A thing.

  Args:
    size: Int.
  """

  def __init__(self, size):
    self.size = size

  @property
  def area(self):
    """Float."""
    return self.size**2

  def get_config(self):
    """See base class."""
    return {}

  def _hidden(self):
    """Not shown."""


def use(
  thing,
  times=1,
):
  """Uses a thing."""
  return [thing] * times


class NotPublic:
  """Not imported."""
'''


@pytest.fixture
def package(tmp_path):
    (tmp_path / "__init__.py").write_text(_INIT)
    (tmp_path / "things.py").write_text(_MODULE)
    return tmp_path


def test_functions_then_classes_with_their_methods(package) -> None:
    assert (
        api.render(package)
        == '''#### `use`

```python
def use(
  thing,
  times=1,
):
  """Uses a thing."""
```

#### `Thing`

```python
class Thing(Base):
  """A thing.

  Args:
    size: Int.
  """

  def __init__(self, size):
    ...

  @property
  def area(self):
    """Float."""
```'''
    )


def test_a_symbol_that_is_not_there_is_named(package) -> None:
    (package / "things.py").write_text("")

    with pytest.raises(ValueError, match="^things.py has no Thing, which"):
        api.render(package)


def test_shows_every_symbol_of_this_project_with_its_docstring() -> None:
    package = tools.ROOT / "tfmot_connection_pruning" / "keras"
    imports = ast.parse((package / "__init__.py").read_text()).body[1:]
    names = [alias.name for node in imports for alias in node.names]

    shown = api.render(package)

    assert names
    for name in names:
        assert f"#### `{name}`" in shown
    blocks = re.findall("```python\n(.*?)```", shown, re.DOTALL)
    assert len(blocks) == len(names)
    for block in blocks:
        assert ast.get_docstring(ast.parse(block).body[0])
