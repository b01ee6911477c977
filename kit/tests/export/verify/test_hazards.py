"""Each hazard of an export is put into a checkout, and has to be found.

Most of them do not show in Python as long as one works in the checkout: the
module is missing from the wheel only, or breaks under Bazel only.
"""

import json
import pathlib
import shutil

import pytest
from tests.export import miniature as miniature
from tfmot_technique_kit import manifest
from tfmot_technique_kit.export import __main__ as command
from tfmot_technique_kit.export import checkout as checkout_lib
from tfmot_technique_kit.export import plan as plan_lib
from tfmot_technique_kit.export import verify
from tfmot_technique_kit.export.verify import subject as subject_lib

_CHECKS = dict(verify.CHECKS)
_STATIC = [name for name in _CHECKS if name not in ("api", "run tests")]
_KERAS = f"{miniature.AREA}/keras"
_SLUG = "some_method"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A project, and a checkout with the technique in it."""
    folder = tmp_path_factory.mktemp("exported")
    miniature.project(folder / "project")
    miniature.checkout(folder / "checkout")
    command.main([str(folder / "checkout")], folder / "project")
    return folder


@pytest.fixture
def folder(exported, tmp_path):
    """A copy of both to change."""
    return shutil.copytree(exported, tmp_path / "copy")


def subject_of(folder, tests="all"):
    """Returns the Subject for a copy."""
    contribution = manifest.load(folder / "project")
    checkout = checkout_lib.Checkout(folder / "checkout")
    plan = plan_lib.make(contribution, folder / "project", checkout.tree)
    return subject_lib.Subject(contribution, plan, checkout, tests)


def replace(path, old, new):
    """Returns a mutation that changes a text in a file of the checkout."""

    def mutate(checkout):
        file = pathlib.Path(checkout, path)
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return mutate


def drop(path, text):
    """Returns a mutation that takes the lines with a text out of a file."""

    def mutate(checkout):
        file = pathlib.Path(checkout, path)
        lines = file.read_text().splitlines(keepends=True)
        kept = [line for line in lines if text not in line]
        assert len(kept) < len(lines)
        file.write_text("".join(kept))

    return mutate


def remove(path):
    """Returns a mutation that takes a file away."""
    return lambda checkout: pathlib.Path(checkout, path).unlink()


def add(path, text):
    """Returns a mutation that adds a file."""
    return lambda checkout: miniature.write(checkout, {path: text})


def append(path, text):
    """Returns a mutation that adds lines to a file."""

    def mutate(checkout):
        with pathlib.Path(checkout, path).open("a") as file:
            file.write(text)

    return mutate


def change_notebook(change):
    """Returns a mutation of the notebook's content."""

    def mutate(checkout):
        file = pathlib.Path(checkout, miniature.GUIDE, f"{_SLUG}_example.ipynb")
        content = json.loads(file.read_text())
        change(content)
        text = json.dumps(content, indent=2, sort_keys=True)
        file.write_text(f"{text}\n")

    return mutate


def _name_language(content):
    content["metadata"]["language_info"] = {"name": "python"}


_TEST = f"{_KERAS}/schedule_test.py"
_IMPORT = f"from {miniature.T}.python.core"

# The hazard, the check that finds it, and how it comes about.
HAZARDS = {
    "toolkit lacks the API line": (
        "api modules",
        drop(f"{miniature.T}/__init__.py", f"api import {_SLUG}"),
    ),
    "API lacks the line": (
        "api modules",
        drop(f"{miniature.CORE}/api/__init__.py", f"import {_SLUG}"),
    ),
    "BUILD of the core lacks the line": (
        "wheel",
        drop(f"{miniature.CORE}/BUILD", f'core/{_SLUG}"'),
    ),
    "BUILD of the API lacks the sources": (
        "wheel",
        drop(f"{miniature.CORE}/api/BUILD", f'"{_SLUG}/'),
    ),
    "BUILD of the API lacks a dependency": (
        "BUILD",
        drop(f"{miniature.CORE}/api/BUILD", "keras:schedule"),
    ),
    "BUILD lacks a module": ("BUILD", replace(f"{_KERAS}/BUILD", '["schedule.py"]', "[]")),
    "BUILD lacks a dependency": ("BUILD", drop(f"{_KERAS}/BUILD", '        ":schedule",\n')),
    "BUILD has a dependency that is not there": (
        "BUILD",
        replace(f"{_KERAS}/BUILD", '":schedule",\n', '":schedules",\n'),
    ),
    "tests are in the wheel": (
        "wheel",
        replace(
            f"{_KERAS}/BUILD",
            '":schedule",  # buildcleaner: keep',
            '":schedule",\n        ":test_models",',
        ),
    ),
    "area is no package": ("packages", remove(f"{miniature.AREA}/__init__.py")),
    "API is no package": ("packages", remove(f"{miniature.API}/__init__.py")),
    "module imports the toolkit that imports it": (
        "imports",
        append(f"{_KERAS}/schedule.py", f"import {miniature.T} as tfmot\n"),
    ),
    "test uses what is not in the wheel": (
        "imports",
        append(_TEST, f"{_IMPORT}.keras import test_utils\n"),
    ),
    "module uses what is for tests": (
        "imports",
        append(f"{_KERAS}/schedule.py", f"{_IMPORT}.{_SLUG}.keras import test_models\n"),
    ),
    "module imports what is not there": (
        "imports",
        append(f"{_KERAS}/schedule.py", f"{_IMPORT}.nowhere import a\n"),
    ),
    "fixtures in conftest.py": ("tests", add(f"{_KERAS}/conftest.py", "")),
    "test for pytest alone": (
        "tests",
        append(_TEST, "\n\ndef test_it(tmp_path):\n  del tmp_path\n"),
    ),
    "test imports pytest": ("tests", append(_TEST, "import pytest\n")),
    "test does not run as a script": (
        "tests",
        replace(_TEST, "if __name__ == '__main__':\n  unittest.main()\n", ""),
    ),
    "module hides one of the standard library": ("code", add(f"{_KERAS}/copy.py", "")),
    "module hides NumPy": ("code", add(f"{_KERAS}/numpy.py", "")),
    "indented by four": ("code", replace(f"{_KERAS}/apply_some.py", "\n  ", "\n    ")),
    "no licence": ("code", drop(f"{_KERAS}/schedule.py", "The TensorFlow Authors")),
    "no Python": ("code", append(f"{_KERAS}/schedule.py", "def\n")),
    "caches of a test run": (
        "other files",
        add(f"{_KERAS}/__pycache__/schedule.cpython-311.pyc", ""),
    ),
    "other file is changed": ("other files", append("setup.py", "# More.\n")),
    "RFC links another day": (
        "links",
        lambda checkout: next((checkout / "rfcs/proposals").iterdir()).rename(
            checkout / "rfcs/proposals/20200101-some-method-proposal.md"
        ),
    ),
    "standalone name": ("names", append(f"{_KERAS}/schedule.py", "# As in tfmot_some_method.\n")),
    "name of the distribution": (
        "names",
        append(f"{miniature.GUIDE}/index.md", "\n    pip install tfmot-some-method\n"),
    ),
    "title in title case": (
        "titles",
        replace(f"{miniature.GUIDE}/index.md", "# Some method", "# Some Method"),
    ),
    "navigation is no YAML": ("yaml", append(f"{miniature.T}/g3doc/_book.yaml", "  - : [\n")),
    "navigation lacks the pages": (
        "yaml",
        drop(f"{miniature.T}/g3doc/_book.yaml", f"guide/{_SLUG}"),
    ),
    "labels lack the technique": ("yaml", drop(".github/labeler.yml", f"technique:{_SLUG}")),
    "file is missing": ("export", remove(f"{_KERAS}/schedule.py")),
    "file is not current": ("export", append(f"{_KERAS}/schedule.py", "# A.\n")),
    "file of nobody": ("export", add(f"{_KERAS}/other.py", "")),
    "notebook is not formatted": ("notebooks", change_notebook(_name_language)),
    'notebook says "we"': (
        "notebooks",
        replace(
            f"{miniature.GUIDE}/{_SLUG}_example.ipynb",
            "See the [overview]",
            "Here we see the [overview]",
        ),
    ),
}


def _needs(check):
    if check == "notebooks":
        pytest.importorskip("tensorflow_docs")
    if check == "yaml":
        pytest.importorskip("yaml")


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_is_found(folder, hazard) -> None:
    check, mutate = HAZARDS[hazard]
    _needs(check)

    mutate(folder / "checkout")

    assert _CHECKS[check](subject_of(folder)).problems


@pytest.mark.parametrize("check", _STATIC)
def test_an_export_as_it_comes_has_no_hazard(exported, check) -> None:
    _needs(check)

    assert _CHECKS[check](subject_of(exported)).problems == []


def test_faults_of_the_checkout_itself_do_not_count(exported) -> None:
    result = _CHECKS["BUILD"](subject_of(exported))

    assert "0 problems beside the 1 of the checkout itself" in result.summary


def test_the_wheel_grows_by_the_technique(exported) -> None:
    subject = subject_of(exported)
    before = len(subject.pristine.closure())

    assert _CHECKS["wheel"](subject).summary == f"{before} -> {before + 6} files"


def test_committed_or_not_is_the_same(folder) -> None:
    miniature.commit(folder / "checkout")

    assert _CHECKS["other files"](subject_of(folder)).problems == []
    assert _CHECKS["wheel"](subject_of(folder)).problems == []
