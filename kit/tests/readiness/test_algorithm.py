"""Tests for the rule about the algorithm."""

import shutil

import pytest

from tests.conftest import LONGEST, USUAL
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


@pytest.fixture
def baselines(tmp_path, monkeypatch):
    """A list of known baselines with one."""
    path = tmp_path / "baselines.txt"
    path.write_text(f"a algorithm.py {' '.join(algorithm.fingerprints(_BASELINE))}\n")
    monkeypatch.setattr(algorithm, "_BASELINES", path)
    return path


@pytest.mark.parametrize(
    "old, new",
    [
        ("", ""),
        ("Masks.", "Masks weights."),
        ("Returns a product.", "Multiplies."),
        ("  # as it is", ""),
        ("weight * state['mask']", '(\n      weight\n      * state["mask"]\n    )'),
        ("class Algorithm", "_ONE = 1\n\n\nclass MyAlgorithm"),
        ("  def get_config", "  def more(self):\n    return 1\n\n  def get_config"),
    ],
)
def test_the_baseline_is_found(find, baselines, old, new):
    (problem,) = find(algorithm.check_replaced, {_PATH: _BASELINE.replace(old, new, 1)})
    assert str(problem).startswith(f"{_PATH}: is still the baseline")


@pytest.mark.parametrize(
    "old, new",
    [
        ("weight * state['mask']", "weight"),
        ("return {}", "return {'a': 1}"),
        ("weight, state", "weight, state, scale"),
        ("apply", "replace"),
    ],
)
def test_another_algorithm(find, baselines, old, new):
    assert not find(algorithm.check_replaced, {_PATH: _BASELINE.replace(old, new)})


_PAGE = "# A\n\n<!-- baseline: begin limits -->\n\nOne mask.\n\n<!-- baseline: end -->\n\nMore.\n"


@pytest.fixture
def passages(make, baselines):
    """A function of the algorithm and of a page that returns what the rule says of the page."""

    def find(code, page):
        parts = [component(_PATH, name="algorithm"), component("a.md", "a.py", name="page")]
        made = make({_PATH: code, "a.md": page, "a.py": page}, *parts)
        return [str(problem) for problem in algorithm.check_passages(made, parts[1])]

    return find


def test_passages_about_the_baseline_are_reported_once_it_is_gone(passages):
    assert not passages(_BASELINE, _PAGE)
    (problem,) = passages(_BASELINE.replace("weight *", "2 * weight *"), _PAGE)
    assert problem == (
        "a.md:4: the passage 'limits' is about the baseline; rewrite it for your algorithm, or "
        "delete it, and remove the two markers"
    )


def test_a_page_without_markers_is_the_contributor_s(passages):
    code = _BASELINE.replace("weight *", "2 * weight *")
    assert not passages(
        code,
        _PAGE.replace("<!-- baseline: begin limits -->\n", "").replace(
            "<!-- baseline: end -->\n", ""
        ),
    )


def test_baselines_are_added_once(make, baselines):
    project = make({_PATH: "def apply():\n  return 1\n"})
    project.manifest.components[0].__dict__["name"] = "algorithm"
    known = baselines.read_text()
    algorithm.add([project, project])

    lines = baselines.read_text().splitlines()
    assert len(lines) == 2
    assert known.strip() in lines
    assert list(algorithm.check_replaced(project, project.manifest.components[0]))


@pytest.mark.parametrize(
    "kind", ["weight_mask", "weight_projection", "activation", "layer_replacement"]
)
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
