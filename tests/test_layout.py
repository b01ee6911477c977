"""Statements are laid out as ruff would, whatever the length of the names in them."""

import subprocess
import sys

import pytest

from tfmot_template_rules import layout

# Formatted for `name` of some 20 characters; other lengths need other breaks.
CODE = '''\
from package.name.keras import algorithm as algorithm_lib
from package.name.keras import registry, wrapper


@keras.utils.register_keras_serializable('package_name')
class NameSummaries(keras.callbacks.TensorBoard, metaclass=abc.ABCMeta):
  """Writes summaries of a name.

  This line of prose is never broken, however long the name gets, name, name.
  """

  def ensure_model_supports_name(self, model) -> None:
    if not registry.supports_name(model.layer, model.policy) and model.built:
      # A comment of its own.
      policy.ensure_model_supports_name(model)
    elif isinstance(model, NameWrapper):
      return model.ok and model.can_name(model.layers[0])
    self.name_weights = registry.NameRegistry.weights_of(self.layer, name)
    name = self.name(model)[0]
    self.kwargs['name'] = f'name_{model.layer.name}'
    return (
      policy is None
      or policy.allow_name(layer)
      or policy.allow_all(layer, by_name=True)
    )

  def apply_name(self, weights, *, mask=None, threshold=0.5, **kwargs):
    """Applies."""
    x = some_function(
      weights, name_of(mask, threshold), (1, 2, 3), [name for name in kwargs]
    )
    y = some_function(
      weights,
      name,
    )
    for name_index, value in enumerate(zip(weights, kwargs.values())):
      z = x + y + self.name  # a comment
    text = (
      'strings that stand side by side '
      'stay side by side'
    )
    return x, y, z, text, {name_key: value for name_key, value in kwargs.items()}
'''


def ruff(code: str) -> str:
    """Returns the code as ruff formats it in generated projects."""
    options = ["line-length = 80", "indent-width = 2", "format.quote-style = 'single'"]
    return subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "format", "--isolated", "--stdin-filename=a.py", "-"),
            *(word for option in options for word in ("--config", option)),
        ],
        input=code,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def with_name(code: str, length: int) -> str:
    """Returns the code with a name of that length for each "name"."""
    name = ("slice" * 10)[:length]
    return code.replace("Name", name.capitalize()).replace("name", name)


# The template holds the names' placeholders, laid out for names of usual length.
USUAL = ruff(with_name(CODE, 20)).replace(with_name("Name", 20), "Name")
USUAL = USUAL.replace(with_name("name", 20), "name")


@pytest.mark.parametrize("length", [2, 5, 9, 12, 14, 16, 18, 20, 22, 26, 30, 34, 38, 42])
def test_as_ruff_does(length):
    code = with_name(USUAL, length)
    found = layout.python(code)
    assert found == ruff(code)
    assert layout.python(found) == found
    assert layout.python(code, template=USUAL) == found


def test_code_in_markdown():
    code = f"if x:\n  return {'f' * 30}(a, {'b' * 40})\n"
    text = f"# Title\n\n```python\n{code}```\n\n```bash\n{code}```\n"
    found = layout.markdown(text)
    assert found == text.replace(code, layout.python(code), 1)
    assert found != text


@pytest.mark.parametrize("code", ["", "x = (\n", "x = )\n", "  x\n y\n", "x = 'a\n", "...\n# c"])
def test_what_cannot_be_read_is_left(code):
    assert layout.python(code) == code
