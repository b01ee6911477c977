"""A generated project that is set up: its wheel, its site, other names, other ways to install it.

Like those of `test_baked.py`, these tests take minutes; `make test-baked` runs them beside those.
"""

import json
import re
import shutil

import pytest
import support
from conftest import FIRST, OF_EACH_KIND, bake
from set_up import check_passed, columns, run

from tfmot_template_rules import names

pytestmark = pytest.mark.baked


@pytest.fixture
def project(environment, set_up_project):
    """The project that the environment was made in."""
    return set_up_project


@pytest.fixture(scope="module")
def odd_project(environment, cookies_session):
    """A project with the longest names and with text that may break files."""
    texts = {"author_name": support.CANARIES[0], "organization": support.CANARIES[3]}
    return environment.add(bake(cookies_session, {**support.EXTREMES["longest"], **texts}))


def test_a_test_file_runs_as_a_script(environment, project):
    assert "OK" in environment.python(project, f"tfmot_{project.name}/keras/schedule_test.py")


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
    # TensorFlow may print messages above.
    assert run(tmp_path, f'.venv/bin/python -c "{code}"').splitlines()[-1] == "None"
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
