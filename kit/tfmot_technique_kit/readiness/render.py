"""Shows where the contribution stands: as text, JSON, and a table."""

import itertools
import json

from tfmot_technique_kit.readiness import rules, status

_COLOURS = {status.DONE: 32, status.OPEN: 31, status.OPTIONAL: 36}
_SHOWN = 8  # gaps of a component in the text


def text(contribution, entries, colour):
    """Returns the status for people.

    Args:
        contribution: The `manifest.Manifest`.
        entries: What `status.evaluate` returns, or some of it.
        colour: Whether to use escape sequences of terminals.
    """
    titles = {step.number: step.title for step in contribution.steps}
    states = [entry.state for entry in entries]
    counts = [
        f"{states.count(state)} {state}"
        for state in (status.DONE, status.OPEN, status.OPTIONAL)
        if state in states
    ]
    lines = [f"{contribution.technique.title}: {', '.join(counts)}"]
    for number, group in itertools.groupby(entries, _step):
        lines += ["", f"{number}. {titles[number]}"]
        for entry in group:
            word = f"{entry.state:8}"
            if colour:
                word = f"\033[{_COLOURS[entry.state]}m{word}\033[0m"
            lines.append(f"   {word} {entry.component.title}")
            lines += [f"      {line}" for line in _gaps(entry)]
    first = next_finding(entries)
    if first:
        lines += ["", f"Next: {first.gap}"]
        if first.gap.command:
            lines.append(f"      {first.gap.command}")
    return "\n".join(lines)


def as_json(contribution, entries):
    """Returns the status for programs, as JSON."""
    first = next_finding(entries)
    content = {
        "technique": contribution.technique.slug,
        "steps": [
            {
                "number": step.number,
                "title": step.title,
                "components": [
                    {
                        "name": entry.component.name,
                        "title": entry.component.title,
                        "state": entry.state,
                        "optional": entry.component.optional,
                        "gaps": [_as_dict(finding) for finding in entry.findings],
                    }
                    for entry in entries
                    if entry.component.step == step.number
                ],
            }
            for step in contribution.steps
        ],
        "next": _as_dict(first) if first else None,
    }
    return json.dumps(content, indent=2)


def markdown(entries):
    """Returns the status as a table for README.md.

    It has no numbers and no lines, so that it changes only when a component does.
    """
    rows = ["| step | component | where | status |", "| --- | --- | --- | --- |"]
    for entry in entries:
        part = entry.component
        title = f"{part.title} (optional)" if part.optional else part.title
        state = status.DONE
        if entry.findings:
            state = f"needs {rules.RULES[entry.findings[0].rule].needs}"
        rows.append(f"| {part.step} | {title} | `{_where(part)}` | {state} |")
    return "\n".join(rows)


def next_finding(entries):
    """Returns the first thing to do, or None."""
    return next((f for e in entries if e.state == status.OPEN for f in e.findings), None)


def _step(entry):
    return entry.component.step


def _gaps(entry):
    """Yields a component's gaps, with each command once."""
    commands = {None}
    for finding in entry.findings[:_SHOWN]:
        yield f"- {finding.gap}"
        if finding.gap.command not in commands:
            commands.add(finding.gap.command)
            yield f"  {finding.gap.command}"
    more = len(entry.findings) - _SHOWN
    if more > 0:
        yield f"- and {more} more; `--json` has all"


def _as_dict(finding):
    return {
        "rule": finding.rule,
        "message": finding.gap.message,
        "path": finding.gap.path,
        "line": finding.gap.line,
        "command": finding.gap.command,
    }


def _where(component):
    """Returns the path of a component, or of the first of its few files."""
    if component.files and (len(component.files) <= 2 or component.folder.here == "."):
        return component.files[0].path
    return f"{component.folder.here}/"
