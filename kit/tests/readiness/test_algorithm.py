"""Tests for the rules about the algorithm."""

import shutil

import pytest

from tests.conftest import KINDS, LONGEST, USUAL
from tests.readiness.conftest import component
from tfmot_technique_kit.readiness import algorithm

_PATH = "keras/algorithm.py"
_BASELINE = '''
class Algorithm:
  """Masks."""

  def apply(self, weight, state):
    """Returns a product."""
    return weight * state['mask']  # as it is

  def get_config(self):
    return {}
'''
_OTHER = _BASELINE.replace("weight *", "2 * weight *")


@pytest.fixture
def baselines(tmp_path, monkeypatch):
    """A list of known baselines with one."""
    path = tmp_path / "baselines.txt"
    path.write_text(f"a algorithm.py {' '.join(algorithm.fingerprints(_BASELINE))}\n")
    monkeypatch.setattr(algorithm, "_BASELINES", path)
    return path


@pytest.mark.parametrize(
    "old, new, is_baseline",
    [
        ("", "", True),
        ("Masks.", "Masks weights.", True),
        ("Returns a product.", "Multiplies.", True),
        ("  # as it is", "", True),
        ("weight * state['mask']", '(\n      weight\n      * state["mask"]\n    )', True),
        ("class Algorithm", "_ONE = 1\n\n\nclass MyAlgorithm", True),
        ("  def get_config", "  def more(self):\n    return 1\n\n  def get_config", True),
        ("weight * state['mask']", "weight", False),
        ("return {}", "return {'a': 1}", False),
        ("weight, state", "weight, state, scale", False),
        ("apply", "replace", False),
    ],
)
def test_the_baseline_is_found(find, baselines, old, new, is_baseline):
    problems = find(algorithm.check_replaced, {_PATH: _BASELINE.replace(old, new, 1)})
    assert [str(problem).split(";")[0] for problem in problems] == [
        f"{_PATH}: is still the baseline"
    ] * is_baseline


def test_passages_about_the_baseline_are_reported_once_it_is_gone(make, baselines):
    page = "# A\n\n<!-- baseline: begin limits -->\n\nOne.\n\n<!-- baseline: end -->\n\nMore.\n"
    parts = [component(_PATH, name="algorithm"), component("a.md", "a.py", name="page")]

    def passages(code, text):
        made = make({_PATH: code, "a.md": text, "a.py": text}, *parts)
        return [str(problem) for problem in algorithm.check_passages(made, parts[1])]

    assert not passages(_BASELINE, page)
    assert not passages(_OTHER, "# A\n\nOne.\n\nMore.\n")
    assert passages(_OTHER, page) == [
        "a.md:4: the passage 'limits' is about the baseline; rewrite it for your algorithm, or "
        "delete it, and remove the two markers"
    ]


def test_baselines_are_added_once(make, baselines):
    part = component(_PATH, name="algorithm")
    project = make({_PATH: "def apply():\n  return 1\n"}, part)
    known = baselines.read_text()
    algorithm.add([project, project])

    lines = baselines.read_text().splitlines()
    assert len(lines) == 2
    assert known.strip() in lines
    assert list(algorithm.check_replaced(project, part))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "answers", [USUAL, LONGEST, {"level": "clipping_range"}], ids=["usual", "longest", "level"]
)
def test_fresh_projects_have_a_baseline(bake, tmp_path, kind, answers):
    project = bake(technique_kind=kind, **answers)
    component = project.manifest.component("algorithm")
    found = [problem.path for problem in algorithm.check_replaced(project, component)]
    assert found == [file.path for file in component.files], (
        "the algorithms of the template are not in baselines.txt: generate a project of each kind "
        "and add them by `python -m tfmot_technique_kit.readiness.algorithm PROJECT...`"
    )

    changed = type(project)(shutil.copytree(project.root, tmp_path / "changed"))
    for file in component.files:
        path = changed.root / file.path
        path.write_text(path.read_text().replace("return", "return None or", 1))
    assert not list(algorithm.check_replaced(changed, component))
