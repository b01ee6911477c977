"""Tests for the rules about the algorithm."""

import pytest
from tests.readiness import projects as test_projects
from tfmot_technique_kit.readiness import algorithm

_BASELINE = '''
class Algorithm:
  """Masks."""

  def apply(self, weight, state):
    """Returns a product."""
    return weight * state['mask']  # as it is

  def get_config(self):
    return {}
'''


@pytest.fixture
def find(tmp_path, monkeypatch):
    """Checks an algorithm that began as the baseline."""
    (tmp_path / "algorithm.txt").write_text(_BASELINE)
    monkeypatch.setattr(algorithm, "_BASELINE", tmp_path)

    def run(text):
        made = test_projects.make(tmp_path / "a", {"keras/algorithm.py": text})
        return test_projects.check(algorithm.check_replaced, made)

    return run


@pytest.mark.parametrize(
    "old, new",
    [
        ("", ""),
        ("Masks.", "Masks weights."),
        ("Returns a product.", "Multiplies."),
        ("  # as it is", ""),
        ("weight * state['mask']", "(\n      weight\n      * state['mask']\n    )"),
        ("class Algorithm", "_ONE = 1\n\n\nclass MyAlgorithm"),
        ("  def get_config", "  def more(self):\n    return 1\n\n  def get_config"),
    ],
)
def test_the_baseline_is_found(find, old, new) -> None:
    (gap,) = find(_BASELINE.replace(old, new, 1))

    assert str(gap).startswith("keras/algorithm.py: is still the baseline")


@pytest.mark.parametrize(
    "old, new",
    [
        ("weight * state['mask']", "weight"),
        ("return {}", "return {'a': 1}"),
        ("weight, state", "weight, state, scale"),
        ("apply", "replace"),
    ],
)
def test_another_algorithm(find, old, new) -> None:
    assert not find(_BASELINE.replace(old, new))


def test_the_baseline_of_this_project_has_its_interface() -> None:
    for name in ("algorithm", "algorithm_test"):
        text = (algorithm._BASELINE / f"{name}.txt").read_text(encoding="utf-8")

        assert algorithm._functions(text)
