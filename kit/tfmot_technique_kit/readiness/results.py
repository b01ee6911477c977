"""Rules for the results: what upstream decides by."""

import functools
from collections.abc import Callable, Iterator, Sequence

from tfmot_technique_kit.experiments import plan, reproduce, results
from tfmot_technique_kit.manifest import Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness.common import texts
from tfmot_technique_kit.report import aggregate, render, tables

_TASKS = 3  # the guidelines ask for results across models and tasks
_PROFILE = "full"
_SWEEP = "technique sweep --profile full"
_REPORT = "technique report"

_Rule = Callable[[Project, Component], Iterator[Problem]]


def check_tasks(project: Project, _: Component) -> Iterator[Problem]:
    """Finds fewer than three tasks that ran in full with the code as it is."""
    found, outdated = _tables(project)
    full = {setting.task for setting in found if setting.profile == _PROFILE}
    if len(full) < _TASKS:
        others = {setting.task for setting in found} - full
        message = f"{_TASKS} tasks have to have results; {len(full)} have"
        if others:
            message += f", and of the profile smoke only: {', '.join(sorted(others))}"
        yield Problem(message, command=_SWEEP)
    if outdated:
        message = f"{outdated} runs are of earlier code of the technique"
        yield Problem(message, command=_SWEEP)


def _of_each_task(find: Callable[[Sequence[aggregate.Row]], str | None]) -> _Rule:
    """Returns a rule, of a function that says what the rows of a task lack: of those in full."""

    @functools.wraps(find)
    def check(project: Project, _: Component) -> Iterator[Problem]:
        for setting, rows in _tables(project)[0].items():
            problem = find(rows) if setting.profile == _PROFILE else None
            if problem:
                yield Problem(f"{setting.title}: {problem}", command=_SWEEP)

    return check


@_of_each_task
def check_control(rows: Sequence[aggregate.Row]) -> str | None:
    """Finds tasks without a control that was trained for as long."""
    is_there = any(row.role == "control" and row.run for row in rows)
    return None if is_there else "has no control"


@_of_each_task
def check_deployment(rows: Sequence[aggregate.Row]) -> str | None:
    """Finds tasks where size, latency or memory was not measured."""
    for row in rows:
        values = {
            "size": row.storage_gzip_bytes,
            "latency": row.latency_median_ms,
            "memory": row.memory_peak_bytes,
        }
        missing = [name for name, value in values.items() if value is None]
        if missing and row.run and row.role == "technique":
            return f"has no {' and no '.join(missing)} of {row.name}"
    return None


@_of_each_task
def check_combination(rows: Sequence[aggregate.Row]) -> str | None:
    """Finds tasks without a combination with another technique."""
    done = [row for row in rows if row.run]
    quantized = any(row.role == "technique" and row.conversion != "float" for row in done)
    is_there = quantized or any(row.role == "combination" for row in done)
    return None if is_there else "has no combination with another technique"


@_of_each_task
def check_seeds(rows: Sequence[aggregate.Row]) -> str | None:
    """Finds tasks with one seed, which says nothing about the spread."""
    one = [row.name for row in rows if row.verdict == "one seed"]
    return f"has one seed only: {', '.join(one)}" if one else None


def check_numbers(project: Project, _: Component) -> Iterator[Problem]:
    """Finds numbers in documents that no run is behind, and stale tables."""
    for problem in render.build(project, check=True).problems:
        yield Problem(str(problem), command=_REPORT)


def check_shown(project: Project, component: Component) -> Iterator[Problem]:
    """Finds documents that do not show the results yet."""
    for path, text in texts(project, component.files):
        if tables.NO_RESULTS in text:
            yield Problem("shows no results yet", path, command=_REPORT)


def check_recorded(project: Project, _: Component) -> Iterator[Problem]:
    """Finds tasks without the run that `technique reproduce` repeats."""
    chosen = reproduce.choose(project, "smoke", project.folder("results"))
    if missing := [task for task, path in chosen.items() if not path]:
        message = f"there is no run of {', '.join(missing)} for `technique reproduce` to repeat"
        yield Problem(message, command="technique sweep")


@functools.lru_cache(maxsize=1)
def _tables(project: Project) -> tuple[aggregate.Settings, int]:
    """Returns tables of the code as it is, and the number of earlier runs."""
    runs = results.load_all(project.folder("results"))
    source = plan.hash_of_source(project)
    mine = [r for r in runs if r["variant"]["params"].get("source_sha256") in (None, source)]
    found = {
        setting: rows
        for setting, rows in aggregate.aggregate(aggregate.current(mine)).items()
        if any(row.role == "technique" and row.run for row in rows)
    }
    return found, len(runs) - len(mine)
