"""A generated project as its user has it: installed, tested, trained, converted.

These tests install TensorFlow and take minutes; `make test-baked` runs them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import support
import test_readiness
from conftest import bake
from test_upgrade import VERSIONS, upgraded

from tfmot_template_rules import names

pytestmark = pytest.mark.baked


class Environment:
    """A virtual environment with a generated project in it."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        self._bin = folder / "bin"

    def python(self, project: Path, *arguments: str) -> str:
        """Runs Python in the project's folder and returns what it printed."""
        run = subprocess.run(
            [str(self._bin / "python"), *arguments],
            cwd=project,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TF_"))},
                "PATH": f"{self._bin}:{os.environ['PATH']}",
                "TF_CPP_MIN_LOG_LEVEL": "2",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert run.returncode == 0, run.stdout[-8000:]
        return run.stdout


@pytest.fixture(scope="module")
def environment(project, tmp_path_factory):
    """A new environment, set up as the project's README says, with the docs extra."""
    made = Environment(tmp_path_factory.mktemp("environment") / "venv")
    made.python(
        project, "-m", "pip", "install", "--quiet", "-e", ".[dev,docs,preview,datasets,slurm]"
    )
    return made


# A technique of each kind, with names of its own.
OF_EACH_KIND = {kind: name for name, kind in reversed(support.TECHNIQUES.items())}


@pytest.fixture(scope="module", params=names.LEVELS)
def kind_project(request, environment, cookies_session):
    """Projects of each kind, installed, one after the other."""
    kind = request.param
    made = bake(cookies_session, {"technique_name": OF_EACH_KIND[kind], "technique_kind": kind})
    environment.python(made, "-m", "pip", "install", "--quiet", "--no-deps", "-e", ".")
    return made


@pytest.fixture(scope="module")
def odd_project(environment, cookies_session):
    """A project with the longest names and with text that may break files."""
    texts = {"author_name": support.CANARIES[0], "organization": support.CANARIES[3]}
    project = bake(cookies_session, {**support.EXTREMES["longest"], **texts})
    environment.python(project, "-m", "pip", "install", "--quiet", "--no-deps", "-e", ".")
    return project


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
    shown = environment.python(project, "-m", "tools.doctor")
    assert "\n0 broken, 1 warnings." in shown, shown
    assert "tf.keras is Keras 3" in shown
    code = "import tensorflow as tf; print(tf.keras.__version__)"
    assert last_line(environment.python(project, "-c", code)).startswith("3.")


def test_a_contribution_that_is_complete(environment, project, tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*_cache", "results")
    mine = Path(shutil.copytree(project, tmp_path / project.name, ignore=ignored))
    test_readiness.replace_the_algorithm(mine)
    test_readiness.fill(mine)
    environment.python(mine, "-c", test_readiness.RUNS, "full")
    environment.python(mine, "-m", "experiments", "report")
    # That notebooks run, and are recorded when they do, is tested elsewhere.
    environment.python(mine, "-c", RECORD)
    environment.python(mine, "-m", "tools.readiness", "--write", "--strict")
    environment.python(mine, "-m", "tools.readiness", "--check", "--strict")


RECORD = """
import tools
from tools.readiness import executions

for path in (tools.ROOT / "g3doc").rglob("*.ipynb"):
    executions.record(tools.ROOT, path)
"""


@pytest.fixture(scope="module")
def dist(environment, project, tmp_path_factory):
    """A folder with the wheel and the sdist of a project."""
    environment.python(project, "-m", "pip", "install", "--quiet", "build", "twine")
    folder = tmp_path_factory.mktemp("dist")
    environment.python(project, "-m", "build", "--outdir", str(folder))
    return folder


def test_its_distributions_are_valid(environment, project, dist):
    paths = sorted(map(str, dist.iterdir()))
    shown = environment.python(project, "-m", "twine", "check", "--strict", *paths)
    assert shown.count("PASSED") == 2


def test_its_wheel_passes_its_tests_without_the_project(environment, project, dist, tmp_path):
    (wheel,) = dist.glob("*.whl")
    site = tmp_path / "site"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    environment.python(tmp_path, *install, str(wheel))
    package = "tfmot_connection_pruning"
    installed = {p.relative_to(site) for p in site.rglob("*.py")}
    assert installed == {p.relative_to(project) for p in project.joinpath(package).rglob("*.py")}
    # The current folder comes first, so this is what is tested.
    code = f"import {package}; print({package}.__file__)"
    assert last_line(environment.python(site, "-c", code)).startswith(str(site))
    tests = [f"{package}.keras.{name}_test" for name in TESTS_OF_THE_WHEEL]
    shown = environment.python(site, "-m", "pytest", "-q", "-n", "auto", "--pyargs", *tests)
    assert re.search(r"\b\d+ passed", shown)
    assert "failed" not in shown


# Not all, which have passed in the project: these load what the package is made of.
TESTS_OF_THE_WHEEL = ("schedule", "policy", "prune_connections", "prune_connections_strip")


# Tests of what the kind decides on. The others are run for one kind alone.
OF_ALL_KINDS = ("{package}", "tools/documents", "g3doc")


def test_its_own_tests_pass(environment, kind_project):
    is_first = kind_project.name == names.slug_of(OF_EACH_KIND[next(iter(names.LEVELS))])
    package = f"tfmot_{kind_project.name}"
    chosen = [] if is_first else [name.format(package=package) for name in OF_ALL_KINDS]
    shown = environment.python(kind_project, "-m", "pytest", "-n", "auto", *chosen)
    assert re.search(r"\b\d+ passed", shown)
    assert "failed" not in shown


def test_a_test_file_runs_as_a_script(environment, project):
    script = "tfmot_connection_pruning/keras/schedule_test.py"
    assert "OK" in environment.python(project, script)


def test_it_lints_clean_with_its_own_tools(environment, kind_project):
    environment.python(kind_project, "-m", "ruff", "check")
    environment.python(kind_project, "-m", "ruff", "format", "--check")


def test_its_api_is_that_of_pruning(environment, project):
    """The differences that have a reason are in maintenance/drift/symmetry.toml."""
    answers = {"technique_name": "Connection Pruning", "technique_kind": "weight_mask"}
    for key in ("technique_slug", "verb", "verb_object"):
        answers[key] = names.suggest(answers, key)
    derived = ("entry", "to", "camel", "able_camel", "getter", "level", "level_camel")
    known = {**answers, **{key: names.derive(answers, key) for key in derived}}
    script = support.ROOT / "maintenance" / "drift" / "symmetry.py"
    package = names.derive(answers, "package")
    environment.python(project, str(script), package, json.dumps(known))


def test_an_updated_project_passes_its_tests(environment, tmp_path):
    """Generated by the oldest version that can be updated; without the tests that take long."""
    project = upgraded(min(VERSIONS), tmp_path).project
    files = sorted(project.glob("tfmot_connection_pruning/keras/*_test.py"))
    slow = re.compile("_(combination|distributed|integration|saving|strip)_test")
    fast = [str(path.relative_to(project)) for path in files if not slow.search(path.name)]
    shown = environment.python(project, "-m", "pytest", "-n", "auto", *fast)
    assert re.search(r"\b\d+ passed", shown)


def test_train_strip_convert(environment, kind_project):
    shown = environment.python(kind_project, "examples/digits_cnn.py")
    table = columns(shown)
    _, _, stripped, quantized = table["ratio"]
    kind = next(k for k, name in OF_EACH_KIND.items() if names.slug_of(name) == kind_project.name)
    assert min(table["accuracy"]) > 0.9, shown
    assert quantized < stripped < LARGEST_RATIOS[kind], shown
    fewer = table["parameters"][2] < table["parameters"][0]
    assert fewer == (kind == "layer_replacement"), shown


def test_its_documents_say_what_its_code_does(environment, kind_project):
    environment.python(kind_project, "-m", "tools.documents", "--check")


def test_experiments_fill_the_documents(environment, kind_project):
    run = ["-m", "experiments"]
    small = ["training.epochs=1", "measure.processes=1", "measure.min_s=0"]
    arguments = ["--tasks", "image", "--seeds", "0", "1", "--trainings", "control", "technique"]
    environment.python(
        kind_project, *run, "sweep", *arguments, *(f"--set={change}" for change in small)
    )
    environment.python(kind_project, *run, "report")
    for name in ("README.md", "rfcs/design.md", f"g3doc/guide/{kind_project.name}/index.md"):
        assert re.search(r"\| technique@0\.8 \| .*0\.\d+", (kind_project / name).read_text()), name
    environment.python(kind_project, *run, "report", "--check")


def test_its_documents_pass_the_checks(environment, kind_project):
    environment.python(kind_project, "-m", "tools.readiness", "--write")  # there are results now
    shown = environment.python(kind_project, "-m", "tools.checks")
    assert "Problems: 0." in shown


def test_its_documents_become_a_site(environment, project):
    environment.python(project, "-m", "tools.api_docs")
    environment.python(project, "-m", "tools.preview", "--build")
    site = project / "build" / "preview" / "html"
    for page in ("index", "rfcs/design", "api_docs/tfmot_connection_pruning/keras/AllOf"):
        assert (site / f"{page}.html").exists(), page


def test_its_notebooks_run(environment, kind_project):
    run = ["-m", "pytest", "-n", "2", "-m", "notebook", "g3doc"]
    shown = environment.python(kind_project, *run)
    assert re.search(r"\b[1-9]\d* passed", shown)


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
