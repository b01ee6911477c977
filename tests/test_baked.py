"""A generated project as its user has it: set up, tested, trained, measured, documented.

These tests install TensorFlow and take minutes; `make test-baked` runs them. The commands are
those of the project's README, in the environment that its set-up line makes.
"""

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
import support
from conftest import FIRST, OF_EACH_KIND, bake
from set_up import check_passed, run, run_documented

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


@pytest.fixture(scope="module")
def odd_project(environment, cookies_session):
    """A project with the longest names and with text that may break files."""
    texts = {"author_name": support.CANARIES[0], "organization": support.CANARIES[3]}
    return environment.add(bake(cookies_session, {**support.EXTREMES["longest"], **texts}))


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


def last_line(shown: str) -> str:
    """Returns what a script printed below TensorFlow's messages."""
    return shown.splitlines()[-1]


def columns(shown: str) -> dict[str, list[float]]:
    """Returns the columns of the table of models that the example printed, by their titles."""
    _, header, body = re.split(r"^(model .*)$", shown, flags=re.M)
    rows = [line.split()[-len(header.split()) + 1 :] for line in body.splitlines() if line]
    numbers = [[float(number) for number in row] for row in rows]
    return dict(zip(header.split()[1:], zip(*numbers, strict=True), strict=True))


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


def test_a_test_file_runs_as_a_script(environment, project):
    assert "OK" in environment.python(project, f"tfmot_{project.name}/keras/schedule_test.py")


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


def test_the_task_of_the_page_on_experiments(project):
    page = (project / "experiments" / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall("```python\n(.*?)```", page, re.DOTALL)
    (command,) = re.findall(r"`(technique run --task wine [^`]*)`", page)
    task = project / "experiments" / "tasks" / "wine.py"
    task.write_text(code)
    try:
        run(project, f".venv/bin/{command} --no-latency --results=build/r --artifacts=build/a")
    finally:
        task.unlink()


def test_the_libraries_for_data_sets_fit(project):
    run_documented(project, "pip install 'tfmot-technique-kit[datasets]'", "--dry-run")


def test_uv_would_set_it_up_likewise(environment, project):
    environment.python(project, "-m", "pip", "install", "--quiet", "uv")
    environment.python(project, "-m", "uv", "sync", "--dry-run")


def test_its_documents_become_a_site(project):
    run(project, ".venv/bin/technique docs --api-pages && .venv/bin/technique preview --build")
    site = project / "build" / "preview" / "html"
    for page in ("index", "rfcs/design", f"api_docs/tfmot_{project.name}/keras/AllOf"):
        assert (site / f"{page}.html").exists() or (site / page / "index.html").exists(), page


def test_other_names_run_too(environment, odd_project):
    shown = environment.python(odd_project, "examples/digits_cnn.py", "--epochs", "2")
    assert len(columns(shown)["accuracy"]) == 4, shown
    environment.python(odd_project, "-m", "pytest", "-k", "schedule or policy or registry")


def test_metadata_keeps_the_author(environment, odd_project):
    code = (
        "from importlib import metadata; import email.utils; "
        "author = metadata.metadata('tfmot-extraordinarily-long-winded-ternarizatio'); "
        "print(ascii(email.utils.parseaddr(author['Author-email'])[0]))"
    )
    shown = environment.python(odd_project, "-c", code)
    assert shown.strip() == ascii(support.CANARIES[0])


def test_its_api_is_that_of_pruning(environment, project):
    """The differences that have a reason are in maintenance/drift/symmetry.toml."""
    answers = {"technique_name": OF_EACH_KIND[FIRST], "technique_kind": FIRST}
    for key in ("technique_slug", "verb", "verb_object", "level"):
        answers[key] = names.suggest(answers, key)
    derived = ("entry", "to", "camel", "able_camel", "getter", "level_camel")
    known = {**answers, **{key: names.derive(answers, key) for key in derived}}
    script = support.ROOT / "maintenance" / "drift" / "symmetry.py"
    package = names.derive(answers, "package")
    environment.python(project, str(script), package, json.dumps(known))


# Not all, which have passed in the project: these load what the package is made of.
TESTS_OF_THE_WHEEL = ("schedule", "policy", "{entry}", "{entry}_strip")


def test_the_package_needs_no_kit(environment, project, tmp_path):
    """Built, and installed where nothing is but what it requires and what its tests import."""
    environment.python(project, "-m", "pip", "install", "--quiet", "build", "twine")
    environment.python(project, "-m", "build", "--outdir", str(tmp_path / "dist"))
    paths = sorted(map(str, (tmp_path / "dist").iterdir()))
    shown = environment.python(project, "-m", "twine", "check", "--strict", *paths)
    assert shown.count("PASSED") == 2
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    tools = "pytest pytest-xdist scikit-learn tensorboard"
    run(tmp_path, f"python3 -m venv .venv && .venv/bin/pip install --quiet {wheel}[tfmot] {tools}")
    code = "import importlib.util as u; print(u.find_spec('tfmot_technique_kit'))"
    assert last_line(run(tmp_path, f'.venv/bin/python -c "{code}"')) == "None"
    package = f"tfmot_{project.name}"
    (site,) = tmp_path.glob(f".venv/lib/*/site-packages/{package}")
    installed = {p.relative_to(site.parent) for p in site.rglob("*.py")}
    assert installed == {p.relative_to(project) for p in project.joinpath(package).rglob("*.py")}
    entry = support.toml_of(project / "contribution.toml")["technique"]["entry"]
    tests = [f"{package}.keras.{name.format(entry=entry)}_test" for name in TESTS_OF_THE_WHEEL]
    command = f".venv/bin/python -m pytest -n auto --pyargs {' '.join(tests)}"
    check_passed(run(tmp_path, f"TF_USE_LEGACY_KERAS=1 {command}"))
    example = shutil.copy(project / "examples" / "digits_cnn.py", tmp_path)
    assert columns(run(tmp_path, f".venv/bin/python {example} --epochs 2"))["accuracy"]
