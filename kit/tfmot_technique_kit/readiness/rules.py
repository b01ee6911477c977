"""All rules, by the names that contribution.toml uses."""

import dataclasses
from collections.abc import Callable

from tfmot_technique_kit.readiness import algorithm, api, common, executions, release, results, rfcs


@dataclasses.dataclass(frozen=True)
class Rule:
    """Says whether something about a component is done.

    Attributes:
        needs: What the component needs, to follow "needs".
        check: Function of a `project.Project` and a `manifest.Component` that
            returns a list of `gap.Gap`, or yields them.
    """

    needs: str
    check: Callable


# Every component follows these, after those of its own.
COMMON = ("files", "licence", "todos")

RULES = {
    "algorithm": Rule("your algorithm", algorithm.check_replaced),
    "answers": Rule("your name and addresses", common.check_answers),
    "combination": Rule("combinations", results.check_combination),
    "control": Rule("a control", results.check_control),
    "deployment": Rule("deployment metrics", results.check_deployment),
    "docstrings": Rule("docstrings", api.check_docstrings),
    "executed": Rule("a run from top to bottom", executions.check_executed),
    "exports": Rule("the usual functions", api.check_exports),
    "files": Rule("all its files", common.check_files),
    "licence": Rule("its licence header", common.check_licence),
    "modules": Rule("a list of all its modules", api.check_modules),
    "note": Rule("a note about this version", release.check_note),
    "numbers": Rule("up-to-date numbers", results.check_numbers),
    "recorded": Rule("recorded runs", results.check_recorded),
    "seeds": Rule("several seeds", results.check_seeds),
    "shown": Rule("results", results.check_shown),
    "sponsor": Rule("a sponsor", common.check_sponsor),
    "submission": Rule("what reviewers ask for", rfcs.check_submission),
    "stable": Rule("a released version to install", release.check_stable),
    "tasks": Rule("three tasks in full", results.check_tasks),
    "tests": Rule("tests of all symbols", api.check_tests),
    "todos": Rule("what its TODOs say", common.check_todos),
}
