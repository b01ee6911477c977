"""Each hazard of an export is put into a checkout, and has to be found.

Most of them do not show in Python as long as one works in the checkout: the module is missing from
the wheel only, or breaks under Bazel only.
"""

import re
import shutil

import pytest

from tests.export import miniature
from tfmot_technique_kit.export import plan as plan_lib
from tfmot_technique_kit.export.checkout import Checkout
from tfmot_technique_kit.export.verify import CHECKS, Subject, run_python
from tfmot_technique_kit.project import Project

T, CORE, SLUG = miniature.T, miniature.CORE, "some_method"
KERAS = f"{miniature.AREA}/keras"
BUILD = f"{KERAS}/BUILD"
MODULE, TEST = f"{KERAS}/schedule.py", f"{KERAS}/schedule_test.py"
INDEX, NOTEBOOK = f"{miniature.GUIDE}/index.md", f"{miniature.GUIDE}/{SLUG}_example.ipynb"
PROPOSAL = "rfcs/proposals/20260304-some-method-proposal.md"
IMPORT = f"from {T}.python.core"
END = r"\Z"

# The hazard, the check that finds it, and how it comes about: what a pattern becomes in a file,
# which is made for the end of one that is not there, and removed for None.
HAZARDS = {
    "toolkit lacks the API line": ("api modules", f"{T}/__init__.py", f".*api import {SLUG}\n", ""),
    "API lacks the line": ("api modules", f"{CORE}/api/__init__.py", f".*import {SLUG}\n", ""),
    "BUILD of the core lacks the line": ("wheel", f"{CORE}/BUILD", f'.*core/{SLUG}".*\n', ""),
    "BUILD of the API lacks the sources": ("wheel", f"{CORE}/api/BUILD", f'.*"{SLUG}/.*\n', ""),
    "BUILD of the API lacks a dependency": ("BUILD", f"{CORE}/api/BUILD", ".*keras:sch.*\n", ""),
    "BUILD lacks a module": ("BUILD", BUILD, r'\["schedule.py"\]', "[]"),
    "BUILD lacks a dependency": ("BUILD", BUILD, '        ":schedule",\n', ""),
    "BUILD has a dependency that is not there": ("BUILD", BUILD, '":schedule",\n', '":other",\n'),
    "tests are in the wheel": ("wheel", BUILD, '":schedule",', '":schedule", ":test_models",'),
    "area is no package": ("packages", f"{miniature.AREA}/__init__.py", END, None),
    "API is no package": ("packages", f"{miniature.API}/__init__.py", END, None),
    "module imports what imports it": ("imports", MODULE, END, f"import {T} as tfmot\n"),
    "test uses what no wheel has": ("imports", TEST, END, f"{IMPORT}.keras import test_utils\n"),
    "module uses tests": ("imports", MODULE, END, f"{IMPORT}.{SLUG}.keras import test_models\n"),
    "module imports what is not there": ("imports", MODULE, END, f"{IMPORT}.nowhere import a\n"),
    "fixtures in conftest.py": ("tests", f"{KERAS}/conftest.py", END, ""),
    "test for pytest alone": ("tests", TEST, END, "\n\ndef test_it(path):\n  del path\n"),
    "test imports pytest": ("tests", TEST, END, "import pytest\n"),
    "test does not run as a script": ("tests", TEST, r"if __name__(.|\n)*", ""),
    "module hides one of the standard library": ("code", f"{KERAS}/copy.py", END, ""),
    "module hides NumPy": ("code", f"{KERAS}/numpy.py", END, ""),
    "indented by four": ("code", f"{KERAS}/apply_some.py", r"\n  (?=\S)", "\n    "),
    "no licence": ("code", MODULE, ".*The TensorFlow Authors.*\n", ""),
    "no Python": ("code", MODULE, END, "def\n"),
    "caches of a test run": ("other files", f"{KERAS}/__pycache__/a.cpython-311.pyc", END, ""),
    "other file is changed": ("other files", "setup.py", END, "# More.\n"),
    "RFC links one that is not there": ("links", PROPOSAL, END, None),
    "title in title case": ("titles", INDEX, "# Some method", "# Some Method"),
    "navigation is no YAML": ("yaml", f"{T}/g3doc/_book.yaml", END, "  - : [\n"),
    "navigation lacks the pages": ("yaml", f"{T}/g3doc/_book.yaml", f".*guide/{SLUG}.*\n", ""),
    "labels lack the technique": ("yaml", ".github/labeler.yml", f"technique:{SLUG}.*\n", ""),
    "file is missing": ("export", MODULE, END, None),
    "file is not current": ("export", MODULE, END, "# A.\n"),
    "file of nobody": ("export", f"{KERAS}/other.py", END, ""),
    "notebook is not formatted": ("notebooks", NOTEBOOK, '"kernelspec": ', ' "kernelspec": '),
    'notebook says "we"': ("notebooks", NOTEBOOK, r"See the \[overview", "We see the [overview"),
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder with a project, and a checkout with the technique in it."""
    folder = tmp_path_factory.mktemp("exported")
    project = miniature.project(folder / "project")
    checkout = Checkout(miniature.checkout(folder / "checkout"))
    plan_lib.make(project, checkout.tree, miniature.DATE).write(checkout)
    return folder


@pytest.fixture
def folder(exported, tmp_path):
    """A copy of both to change."""
    return shutil.copytree(exported, tmp_path / "copy")


def subject_of(folder, tests="all", tell=str):
    """Returns the Subject for a copy."""
    checkout = Checkout(folder / "checkout")
    plan = plan_lib.make(Project(folder / "project"), checkout.tree, miniature.DATE)
    return Subject(plan, checkout, tests, tell)


def mutate(folder, path, pattern, replacement):
    """Changes a file of the checkout, as in HAZARDS."""
    file = folder / "checkout" / path
    if replacement is None:
        file.unlink()
    else:
        file.parent.mkdir(exist_ok=True)
        text = file.read_text() if file.exists() else ""
        text, count = re.subn(pattern, replacement.replace("\\", r"\\"), text)
        assert count
        file.write_text(text)


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_is_found(folder, hazard) -> None:
    check, *mutation = HAZARDS[hazard]

    mutate(folder, *mutation)

    assert CHECKS[check](subject_of(folder)).problems


@pytest.mark.parametrize("is_committed", [False, True])
def test_what_was_there_before_does_not_count(folder, is_committed) -> None:
    if is_committed:
        miniature.commit(folder / "checkout")
    subject = subject_of(folder)
    before = len(subject.pristine.closure())

    assert CHECKS["other files"](subject).problems == []
    assert CHECKS["wheel"](subject) == (f"{before} -> {before + 6} files", [])
    assert "0 problems beside the 1 of TFMOT" in CHECKS["BUILD"](subject).summary


def test_a_dotted_import_that_works_is_not_enough(folder) -> None:
    mutate(folder, f"{T}/__init__.py", f".*api import {SLUG}\n", "")

    dotted = f"import {T}.some_method.keras as k; k.apply_some"
    done = run_python(folder / "checkout", "-c", dotted)
    assert done.returncode == 0, done.stderr

    problems = CHECKS["api"](subject_of(folder)).problems
    assert len(problems) == 2
    assert "has no attribute 'some_method'" in problems[0]


def test_a_checkout_that_cannot_be_imported_is_a_problem(folder) -> None:
    mutate(folder, f"{KERAS}/apply_some.py", END, "import no_such_module\n")

    (problem,) = CHECKS["api"](subject_of(folder)).problems

    assert problem == "ModuleNotFoundError: No module named 'no_such_module'"


@pytest.mark.parametrize("tests, count", [("none", 0), ("fast", 1), ("all", 2)])
def test_tests_run_as_scripts(exported, tests, count) -> None:
    told = []
    result = CHECKS["run tests"](subject_of(exported, tests, told.append))

    assert result == (f"{count} test files as scripts", [])
    assert sum(": ok, " in line for line in told) == count
    assert any("1/1 schedule_test.py: ok" in line for line in told) == (tests == "fast")


@pytest.mark.parametrize(
    "path, pattern, replacement, problem",
    [
        (TEST, "assertTrue", "assertFalse", "FAILED (failures=1)"),
        # A script has its folder first on the path.
        (f"{KERAS}/enum.py", END, "raise RuntimeError('not the real')\n", "not the real"),
    ],
)
def test_a_test_that_fails_is_a_problem(folder, path, pattern, replacement, problem) -> None:
    mutate(folder, path, pattern, replacement)

    problems = CHECKS["run tests"](subject_of(folder)).problems

    assert problem in " ".join(problems)
