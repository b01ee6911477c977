"""What the code and the manifest declare gets into documents, without running it."""

import pytest

from tfmot_technique_kit.documents import declared, render
from tfmot_technique_kit.errors import UserError

_INIT = '''"""The API."""
import tfmot_some_method
from tensorflow import keras
from tfmot_some_method.keras.algorithm import SomeMethodAlgorithm
from tfmot_some_method.keras.algorithm import apply
'''
_ALGORITHM = '''
@decorated('x')
class SomeMethodAlgorithm(base.Algorithm):
  """Keeps what is
  large. More of it.

  Source: Byron, "Notes, first part", https://arxiv.org/abs/1.2 (rules),
  and https://example.org/a_b.

  Args:
    size: Int.
  """

  target = target_lib.Output()

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

  def create_state(self, tensor):
    """Keeps a number. And more."""

  def update_state(self, tensor, state, level):
    """Sets the number to the `level`."""

  def apply(self, tensor, state):
    """See base class."""

  def bare(self):
    return 1

  def _help(self):
    """Helps."""


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
_SOURCE = (
    '**Source:** Byron, "Notes, first part", [arxiv.org/abs/1.2](https://arxiv.org/abs/1.2) '
    "(rules), and [example.org/a_b](https://example.org/a_b)."
)


@pytest.fixture
def algorithm(project):
    """The file of the algorithm in the small project."""
    folder = project.root / "tfmot_some_method" / "keras"
    (folder / "__init__.py").write_text(_INIT)
    path = folder / "algorithm.py"
    path.write_text(_ALGORITHM)
    return path


def _render(project, name):
    return declared.render(project, project.root / "README.md", [name, "layers"])[name]


def test_functions_then_classes_with_their_methods(project, algorithm):
    document = project.root / "rfcs" / "design.md"
    code = "../tfmot_some_method/keras/algorithm.py"
    assert declared.render(project, document, ["api", "summary"]) == {
        "api": "| function | what it does |\n| --- | --- |\n"
        rf"| [`apply`]({code})`(thing, times=1)` | Uses a thing, a\|b. |"
        "\n\n| class | what it is for | methods |\n| --- | --- | --- |\n"
        rf"| [`SomeMethodAlgorithm`]({code})`(size: int \| None=None)` | Keeps what is large. | "
        "`__call__(x, /, *more, deep=True, **others)`, `area`, `make(size)`, "
        "`create_state(tensor)`, `update_state(tensor, state, level)` |",
        "summary": "Some method does something.",
    }


def test_the_table_of_settings_is_that_of_the_tests(project):
    path = project.root / "tfmot_some_method" / "keras" / "test_settings.py"
    path.write_text("A = {}\nNEEDS = {'x': ('X', 'tf_keras'), 'y': ('Y', 'tf_keras jax torch')}\n")
    rows = ["| X | Keras 2 |", "| Y | Keras 2, and Keras 3 on JAX and PyTorch |"]
    assert _render(project, "settings").splitlines()[2:] == rows


def test_the_first_sentence_and_the_paper(project, algorithm):
    assert _render(project, "method") == f"**Algorithm:** Keeps what is large.\n\n{_SOURCE}"


def test_methods_with_something_of_their_own_and_the_target(project, algorithm):
    lines = _render(project, "algorithm").splitlines()
    assert [line.removeprefix("*   ") for line in lines] == [
        "**Algorithm:** Keeps what is large.",
        "**State:** Keeps a number.",
        "**Update:** Sets the number to the `level`.",
        "**Target:** `Output`; the result replaces the output of the layer, in training and in "
        "inference.",
        _SOURCE,
    ]


@pytest.mark.parametrize(
    "line, shown",
    [
        ("target = target_lib.WeightOnUpdate()", "`WeightOnUpdate`; the result replaces"),
        ("target = Output()", "`Output`; the"),
        ("target = mine.Gradient(axis=1)", "`Gradient`."),
        ("", "`Weight`; the result replaces the weight in each training step"),
    ],
)
def test_a_target_is_that_of_the_class_or_of_its_base(project, algorithm, line, shown):
    algorithm.write_text(_ALGORITHM.replace("target = target_lib.Output()", line))
    assert f"**Target:** {shown}" in _render(project, "algorithm")


def test_without_a_paper_there_is_none(project, algorithm):
    algorithm.write_text(_ALGORITHM.replace("Source: Byron", "By Byron"))
    assert "Source" not in _render(project, "method")


@pytest.mark.parametrize(
    "text, message",
    [
        ("class SomeMethodAlgorithm:\n  x = 1\n", "algorithm.py: the class .* has no docstring"),
        ("", "^algorithm.py has no SomeMethodAlgorithm, which __init__.py imports"),
    ],
)
def test_an_algorithm_that_says_nothing_is_an_error(project, algorithm, text, message):
    algorithm.write_text(text)
    with pytest.raises(UserError, match=message) as error:
        _render(project, "method")
    assert "\n" not in str(error.value)


def test_a_page_is_outdated_when_the_class_says_something_else(project, algorithm):
    path = project.root / "README.md"
    shown = _render(project, "method")
    measured = "<!-- code: begin size -->\n\nold\n\n<!-- code: end -->\n"
    text = f"# A\n\n<!-- code: begin method -->\n\n{shown}\n\n<!-- code: end -->\n\n{measured}"
    assert render.declare(project, path, text) == text
    algorithm.write_text(_ALGORITHM.replace("large", "small"))
    assert render.declare(project, path, text) != text
    assert render.declare(project, path, "# Without blocks\n") == "# Without blocks\n"
