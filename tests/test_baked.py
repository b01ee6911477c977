"""A generated project as its user has it: set up, tested, trained, measured, documented.

These tests install TensorFlow and take minutes; `make test-baked` runs them. The commands are
those of the project's README, in the environment that its set-up line makes.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
import support
from conftest import FIRST, OF_EACH_KIND, bake
from set_up import check_passed, columns, run, run_documented

from tfmot_template_rules import names

pytestmark = pytest.mark.baked


def kinds_in_full() -> list[str]:
    """Returns the first kind and, in turn by commit, another one; with KINDS=all, all of them.

    The wrapper is the same for each. The others run what their algorithm decides.
    """
    _, *others = names.LEVELS
    if os.environ.get("KINDS") == "all":
        return [FIRST, *others]
    commit = run(support.ROOT, "git rev-parse HEAD 2>/dev/null || echo 0").strip()
    return [FIRST, others[int(commit, 16) % len(others)]]


IN_FULL = kinds_in_full()
in_full = pytest.mark.parametrize("kind_project", IN_FULL, indirect=True)
OTHERS = [kind for kind in names.LEVELS if kind not in IN_FULL]


@pytest.fixture(scope="module", params=names.LEVELS)
def kind_project(request, environment, set_up_project, cookies_session):
    """Projects of each kind, set up, one after the other."""
    kind = request.param
    if kind == FIRST:
        return set_up_project
    answers = {"technique_name": OF_EACH_KIND[kind], "technique_kind": kind}
    return environment.add(bake(cookies_session, answers))


@pytest.fixture
def project(set_up_project):
    """The project that the environment was made in."""
    return set_up_project


def kind_of(project: Path) -> str:
    """Returns the kind of a project's technique."""
    return support.toml_of(project / "contribution.toml")["technique"]["kind"]


# What the example's model, stripped, may take of its compressed size before.
LARGEST_RATIOS = {
    "weight_mask": 0.5,
    "weight_projection": 0.5,
    "activation": 1.05,  # leaves the weights as they are
    "layer_replacement": 0.5,
}


def test_dependencies_agree(environment, project):
    environment.python(project, "-m", "pip", "check")


def test_doctor_finds_nothing_that_will_break(environment, project):
    shown = run(project, ".venv/bin/technique doctor")
    assert "0 broken" in shown, shown
    assert "path of this machine" in shown  # this template is a clone, and so is the kit
    assert "Keras 3" in shown


def test_its_own_tests_pass(kind_project):
    """For all kinds but one on what their algorithm decides, for those not in full the least."""
    is_first = kind_of(kind_project) == FIRST
    more = "" if is_first else shlex.join(contract(kind_project))
    check_passed(run_documented(kind_project, "python -m pytest -n auto", more, is_first))


def contract(project: Path) -> list[str]:
    """Returns what chooses the tests that hold for any algorithm, and those of the algorithm.

    The others bring small algorithms of their own, and are the same code for each kind.
    """
    entry = support.toml_of(project / "contribution.toml")["technique"]["entry"]
    keras = project / f"tfmot_{project.name}" / "keras"
    files = [keras / "algorithm_test.py", *sorted(keras.glob(f"{entry}*_test.py"))]
    if kind_of(project) not in IN_FULL:
        files = [keras / "algorithm_test.py", keras / f"{entry}_strip_test.py"]
    return [*(str(path.relative_to(project)) for path in files), "-k", "not NothingTest"]


def test_it_lints_clean_with_its_own_tools(kind_project):
    before = support.files_of(kind_project / f"tfmot_{kind_project.name}")
    run_documented(kind_project, "ruff check && ruff format", is_activated=False)
    assert support.files_of(kind_project / f"tfmot_{kind_project.name}") == before


def test_train_strip_convert(kind_project):
    is_first = kind_of(kind_project) == FIRST
    shown = run_documented(kind_project, "python examples/digits_cnn.py", "", is_first)
    table = columns(shown)
    _, _, stripped, quantized = table["ratio"]
    kind = kind_of(kind_project)
    assert min(table["accuracy"]) > 0.9, shown
    assert quantized < stripped < LARGEST_RATIOS[kind], shown
    fewer = table["parameters"][2] < table["parameters"][0]
    assert fewer == (kind == "layer_replacement"), shown


@pytest.mark.parametrize("kind_project", OTHERS, indirect=True)
def test_its_documents_say_what_its_code_does(kind_project):
    """`technique check` compares those of the kinds in full."""
    run_documented(kind_project, "technique docs", "--check")


@in_full
def test_experiments_fill_the_documents(kind_project):
    small = ["training.epochs=1", "technique.levels=[0.8]"]
    small += ["measure.processes=1", "measure.min_s=0"]
    arguments = ["--tasks", "image", "--seeds", "0", "1", "--trainings", "control", "technique"]
    changes = [f"--set={change}" for change in small]
    is_first = kind_of(kind_project) == FIRST
    more = shlex.join([*arguments, *changes])
    run_documented(kind_project, "technique sweep && technique report", more, is_first)
    for name in ("README.md", "rfcs/design.md", f"g3doc/guide/{kind_project.name}/index.md"):
        assert re.search(r"\| technique@0\.8 \| .*0\.\d+", (kind_project / name).read_text()), name
    run(kind_project, ".venv/bin/technique report --check")


@in_full
def test_its_documents_pass_the_checks_and_its_notebooks_run(kind_project):
    run_documented(kind_project, "technique status", "--write")  # there are results now
    shown = run_documented(kind_project, "technique check", "--execute")
    assert "Problems: 0." in shown


def test_the_libraries_for_data_sets_fit(project):
    run_documented(project, "pip install 'tfmot-technique-kit[datasets]'", "--dry-run")
