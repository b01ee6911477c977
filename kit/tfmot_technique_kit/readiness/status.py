"""Puts together where the contribution stands."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tfmot_technique_kit import manifest, versions
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness import rules

DONE, OPEN, OPTIONAL = "done", "open", "optional"


class Finding(NamedTuple):
    """What is left to do, and the name of the rule that says so."""

    rule: str
    problem: Problem


class Entry(NamedTuple):
    """Where a component stands: what is left to do of it."""

    component: manifest.Component
    findings: tuple[Finding, ...]

    @property
    def state(self) -> str:
        """'done', 'open', or 'optional' if it is not done and need not be."""
        if not self.findings:
            return DONE
        return OPTIONAL if self.component.optional else OPEN


def evaluate(project: Project) -> list[Entry]:
    """Applies the rules to the components of each step, in the manifest's order.

    Raises:
        UserError: If the manifest has a rule that there is not.
    """
    components = [part for part in project.manifest.components if part.step is not None]
    components.sort(key=lambda component: component.step or 0)
    return [Entry(part, tuple(_apply(project, part))) for part in components]


def next_finding(entries: Sequence[Entry]) -> Finding | None:
    """Returns the first thing to do, or None."""
    return next((f for entry in entries if entry.state == OPEN for f in entry.findings), None)


def _apply(project: Project, component: manifest.Component) -> Iterator[Finding]:
    for name in (*component.rules, *rules.COMMON):
        if name not in rules.RULES:
            known = ", ".join(rules.RULES)
            problem = f"{component.name} has the rule {name!r}; there are {known}"
            raise UserError(f"{manifest.NAME}: {problem}.")
        try:  # What cannot be checked is a problem, too.
            for problem in rules.RULES[name].check(project, component):
                yield Finding(name, problem)
        except ModuleNotFoundError as error:
            message = f"cannot be checked: {error.name} is missing"
            yield Finding(name, Problem(message, command=versions.INSTALL))
        except (SyntaxError, OSError, ValueError) as error:
            yield Finding(name, Problem(f"cannot be checked: {' '.join(str(error).split())}"))
