"""All rules, by the names that contribution.toml uses."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tfmot_technique_kit.manifest import Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness import algorithm, api, common, documents, results


class Rule(NamedTuple):
    """What a component needs, to follow "needs", and a function that says what is left to do."""

    needs: str
    check: Callable[[Project, Component], Iterable[Problem]]


# Every component follows these, after those of its own.
COMMON = ("files", "licence", "declared", "baseline", "todos")

RULES = {
    "algorithm": Rule("your algorithm", algorithm.check_replaced),
    "answers": Rule("your name and addresses", common.check_answers),
    "baseline": Rule("passages about your algorithm", algorithm.check_passages),
    "combination": Rule("combinations", results.check_combination),
    "control": Rule("a control", results.check_control),
    "declared": Rule("what the code says", documents.check_declared),
    "deployment": Rule("deployment metrics", results.check_deployment),
    "docstrings": Rule("docstrings", api.check_docstrings),
    "executed": Rule("a run from top to bottom", documents.check_executed),
    "exports": Rule("the usual functions", api.check_exports),
    "files": Rule("all its files", common.check_files),
    "licence": Rule("its licence header", common.check_licence),
    "modules": Rule("a list of all its modules", api.check_modules),
    "note": Rule("a note about this version", documents.check_note),
    "numbers": Rule("up-to-date numbers", results.check_numbers),
    "recorded": Rule("recorded runs", results.check_recorded),
    "seeds": Rule("several seeds", results.check_seeds),
    "shown": Rule("results", results.check_shown),
    "sponsor": Rule("a sponsor", documents.check_sponsor),
    "stable": Rule("a released version to install", documents.check_stable),
    "submission": Rule("what reviewers ask for", documents.check_submission),
    "tasks": Rule("three tasks in full", results.check_tasks),
    "tests": Rule("tests of all symbols", api.check_tests),
    "todos": Rule("what its TODOs say", common.check_todos),
}
