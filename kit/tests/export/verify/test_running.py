"""Tests of the checks that start processes, and of what is printed."""

import re

import pytest
from tests.export import miniature as miniature
from tfmot_technique_kit import manifest
from tfmot_technique_kit.export import __main__ as command
from tfmot_technique_kit.export import checkout as checkout_lib
from tfmot_technique_kit.export import plan as plan_lib
from tfmot_technique_kit.export import verify
from tfmot_technique_kit.export.verify import running
from tfmot_technique_kit.export.verify import subject as subject_lib


@pytest.fixture
def exported(tmp_path):
    """A project, and a checkout with the technique in it."""
    miniature.project(tmp_path / "project")
    miniature.checkout(tmp_path / "checkout")
    command.main([str(tmp_path / "checkout")], tmp_path / "project")
    return tmp_path


def subject_of(folder, tests="all"):
    """Returns the Subject."""
    contribution = manifest.load(folder / "project")
    checkout = checkout_lib.Checkout(folder / "checkout")
    plan = plan_lib.make(contribution, folder / "project", checkout.tree)
    return subject_lib.Subject(contribution, plan, checkout, tests)


def test_symbols_are_found_by_attribute(exported) -> None:
    result = running.check_api(subject_of(exported))

    assert result.problems == []
    assert result.summary == "2 symbols of tfmot.some_method.keras"


def test_a_dotted_import_that_works_is_not_enough(exported) -> None:
    path = exported / "checkout" / miniature.T / "__init__.py"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "some_method" not in line))
    subject = subject_of(exported)

    dotted = f"import {miniature.T}.some_method.keras as k; k.apply_some"
    done = running.run_python(subject.checkout.root, "-c", dotted)
    assert done.returncode == 0, done.stderr

    problems = running.check_api(subject).problems
    assert len(problems) == 2
    assert "has no attribute 'some_method'" in problems[0]


def test_a_checkout_that_cannot_be_imported_is_a_problem(exported) -> None:
    path = exported / "checkout" / miniature.AREA / "keras/apply_some.py"
    path.write_text(path.read_text() + "import no_such_module\n")

    (problem,) = running.check_api(subject_of(exported)).problems

    assert problem == "ModuleNotFoundError: No module named 'no_such_module'"


@pytest.mark.parametrize("tests, count", [("none", 0), ("fast", 1), ("all", 2)])
def test_tests_run_as_scripts(exported, capsys, tests, count) -> None:
    result = running.check_tests(subject_of(exported, tests))

    assert result.problems == []
    assert result.summary == f"{count} test files as scripts"
    shown = capsys.readouterr().out
    assert shown.count(": ok, ") == count
    assert ("1/1 schedule_test.py: ok" in shown) == (tests == "fast")


def test_a_test_that_fails_is_a_problem(exported) -> None:
    name = f"{miniature.AREA}/keras/schedule_test.py"
    path = exported / "checkout" / name
    path.write_text(path.read_text().replace("assertTrue", "assertFalse"))

    result = running.check_tests(subject_of(exported))

    assert result.problems == [f"{name}: FAILED (failures=1)"]


def test_a_module_named_as_one_of_the_standard_library_breaks_scripts(exported) -> None:
    folder = exported / "checkout" / miniature.AREA / "keras"
    (folder / "copy.py").write_text("raise RuntimeError('not the real one')\n")
    path = folder / "schedule_test.py"
    path.write_text(path.read_text().replace("import unittest", "import copy"))

    result = running.check_tests(subject_of(exported))

    assert "RuntimeError: not the real one" in " ".join(result.problems)


def test_the_exit_status_says_whether_all_is_well(exported, capsys) -> None:
    checks = [(name, c) for name, c in verify.CHECKS if name in ("names", "code")]
    assert verify.run(subject_of(exported), checks) == 0
    assert capsys.readouterr().out.endswith("All is well.\n")

    path = exported / "checkout" / miniature.AREA / "keras/schedule.py"
    path.write_text(path.read_text() + "# tfmot_some_method\n")

    assert verify.run(subject_of(exported), checks) == 1
    shown = capsys.readouterr().out
    assert "FAILED names: " in shown
    assert re.search(r"schedule.py:\d+: says 'tfmot_some_method'\n", shown)
    assert shown.endswith("1 of 2 checks failed.\n")
