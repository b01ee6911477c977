"""Puts together where the contribution stands."""

import dataclasses

from tfmot_technique_kit import manifest
from tfmot_technique_kit.readiness import gap as gap_lib
from tfmot_technique_kit.readiness import rules

DONE, OPEN, OPTIONAL = "done", "open", "optional"


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a rule found.

    Attributes:
        rule: The rule's name.
        gap: The `gap.Gap`.
    """

    rule: str
    gap: gap_lib.Gap


@dataclasses.dataclass(frozen=True)
class Entry:
    """Where a component stands.

    Attributes:
        component: The `manifest.Component`.
        findings: Tuple of `Finding`: what is left to do.
    """

    component: manifest.Component
    findings: tuple[Finding, ...]

    @property
    def state(self):
        """'done', 'open', or 'optional' if it is not done and need not be."""
        if not self.findings:
            return DONE
        return OPTIONAL if self.component.optional else OPEN


def evaluate(project):
    """Applies the rules to the components that belong to a step.

    Args:
        project: A `project.Project`.

    Returns:
        A list of `Entry`, by step, and within a step in the manifest's order.

    Raises:
        manifest.ManifestError: If the manifest has a rule that there is not.
    """
    components = [c for c in project.manifest.components if c.step is not None]
    components.sort(key=lambda component: component.step)
    return [Entry(part, _apply(project, part)) for part in components]


def _apply(project, component):
    findings = []
    for name in (*component.rules, *rules.COMMON):
        if name not in rules.RULES:
            raise manifest.ManifestError(
                f"{manifest.NAME}: {component.name} has the rule {name!r}; there are "
                f"{', '.join(rules.RULES)}."
            )
        gaps = _check(rules.RULES[name], project, component)
        findings += [Finding(name, gap) for gap in gaps]
    return tuple(findings)


def _check(rule, project, component):
    """Returns the gaps a rule finds; what it cannot check is one, too."""
    try:
        return list(rule.check(project, component))
    except ModuleNotFoundError as error:
        message = f"cannot be checked: {error.name} is missing"
        return [gap_lib.Gap(message, command="pip install -e '.[dev,docs]'")]
    except SyntaxError as error:
        return [gap_lib.Gap(f"cannot be checked: {error}")]
    except (OSError, ValueError) as error:
        return [gap_lib.Gap(f"cannot be checked: {' '.join(str(error).split())}")]
