"""Shows where the contribution stands: as text, JSON, and blocks of documents."""

import dataclasses
import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

import rich.console
import rich.text

from tfmot_technique_kit import guideline
from tfmot_technique_kit import markdown as markdown_lib
from tfmot_technique_kit.manifest import Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness import rules, status

_COLOURS = {status.DONE: "green", status.OPEN: "red", status.OPTIONAL: "cyan"}
_SHOWN = 8  # findings of a component in the text


def show(
    project: Project,
    entries: Sequence[status.Entry],
    problems: Sequence[Problem],
    console: rich.console.Console,
) -> None:
    """Prints for people what `status.evaluate` returns, or some of it, and what else is wrong."""
    states = [entry.state for entry in entries]
    counts = [f"{states.count(state)} {state}" for state in _COLOURS if state in states]
    console.print(f"{project.technique.title}: {', '.join(counts)}")
    for number, group in itertools.groupby(entries, lambda entry: entry.component.step):
        console.print(f"\n{number}. {guideline.STEPS[number]}", style="bold")
        for entry in group:
            word = (f"   {entry.state:8} ", _COLOURS[entry.state])
            console.print(rich.text.Text.assemble(word, entry.component.title))
            for line in _findings(entry):
                console.print(f"      {line}")
    first = status.next_finding(entries)
    if first:
        console.print(f"\nNext: {first.problem}")
        if first.problem.command:
            console.print(f"      {first.problem.command}")
    for problem in problems:
        console.print(f"\nBeside the components: {problem}.", style="yellow")


def as_json(project: Project, entries: Sequence[status.Entry], problems: Sequence[Problem]) -> str:
    """Returns the same for programs."""
    first = status.next_finding(entries)
    steps = [
        {"number": number, "title": title, "components": _components(entries, number)}
        for number, title in guideline.STEPS.items()
    ]
    content = {
        "technique": project.technique.slug,
        "steps": steps,
        "next": _as_dict(first) if first else None,
        "problems": [dataclasses.asdict(problem) for problem in problems],
    }
    return json.dumps(content, indent=2)


def markdown(entries: Sequence[status.Entry]) -> dict[str, str]:
    """Returns the status as blocks of documents, Markdown by their names.

    `summary` is a sentence, `components` a table. Both change only when a component does.
    """
    required = [entry for entry in entries if not entry.component.optional]
    done = sum(entry.state == status.DONE for entry in required)
    text = f"**Status:** {done} of the {len(required)} required parts of the contribution are done."
    first = next((entry.component for entry in required if entry.state == status.OPEN), None)
    if first:
        text += f" Next: {first.title} (`{_where(first)}`)."
    rows = []
    for entry in entries:
        part, state = entry.component, status.DONE
        if entry.findings:
            state = f"needs {rules.RULES[entry.findings[0].rule].needs}"
        title = part.title + " (optional)" * part.optional
        rows.append((part.step, title, f"`{_where(part)}`", state))
    table = markdown_lib.table(("step", "component", "where", "status"), rows)
    return {"summary": text, "components": table}


def _components(entries: Sequence[status.Entry], step: int) -> list[dict[str, Any]]:
    return [
        {
            **{"name": entry.component.name, "title": entry.component.title},
            **{"state": entry.state, "optional": entry.component.optional},
            "gaps": list(map(_as_dict, entry.findings)),
        }
        for entry in entries
        if entry.component.step == step
    ]


def _findings(entry: status.Entry) -> Iterator[str]:
    """Yields a component's findings, with each command once."""
    commands: set[str | None] = {None}
    for finding in entry.findings[:_SHOWN]:
        yield f"- {finding.problem}"
        if finding.problem.command not in commands:
            commands.add(finding.problem.command)
            yield f"  {finding.problem.command}"
    more = len(entry.findings) - _SHOWN
    if more > 0:
        yield f"- and {more} more; `--json` has all"


def _as_dict(finding: status.Finding) -> dict[str, Any]:
    return {"rule": finding.rule, **dataclasses.asdict(finding.problem)}


def _where(component: Component) -> str:
    """Returns the path of a component, or of the first of its few files."""
    if component.files and (len(component.files) <= 2 or component.folder.here == "."):
        return component.files[0].path
    return f"{component.folder.here}/"
