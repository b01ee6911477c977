"""Rules for the results: what upstream decides by."""

import functools

from tfmot_technique_kit.readiness.gap import Gap

# The guidelines ask for results across models and tasks.
_TASKS = 3
_PROFILE = "full"
_SWEEP = "python -m experiments sweep --profile full"


def check_tasks(project, component):
    """Finds fewer than three tasks that ran in full with the code as it is."""
    del component
    tables, outdated = _tables(project)
    full = {s.task for s in tables if s.profile == _PROFILE}
    gaps = []
    if len(full) < _TASKS:
        others = {s.task for s in tables} - full
        message = f"{_TASKS} tasks have to have results; {len(full)} have"
        if others:
            message += f", and of the profile smoke only: {', '.join(sorted(others))}"
        gaps.append(Gap(message, command=_SWEEP))
    if outdated:
        message = f"{outdated} runs are of earlier code of the technique"
        gaps.append(Gap(message, command=_SWEEP))
    return gaps


def _of_each_task(find):
    """Returns a rule: finds the tasks, of those run in full, with a problem.

    Args:
        find: A function of the rows of a task's table that returns what they lack,
            or None.
    """

    @functools.wraps(find)
    def check(project, component):
        del component
        tables, _ = _tables(project)
        full = {s: rows for s, rows in tables.items() if s.profile == _PROFILE}
        found = {setting.title: find(rows) for setting, rows in full.items()}
        return [
            Gap(f"{title}: {problem}", command=_SWEEP)
            for title, problem in found.items()
            if problem
        ]

    return check


@_of_each_task
def check_control(rows) -> str | None:
    """Finds tasks without a control that was trained for as long."""
    if not any(row.role == "control" and row.run for row in rows):
        return "has no control"
    return None


@_of_each_task
def check_deployment(rows) -> str | None:
    """Finds tasks where size, latency or memory was not measured."""
    wanted = {
        "size": ("storage", "gzip_bytes"),
        "latency": ("latency", "median_ms"),
        "memory": ("memory", "peak_bytes"),
    }
    for row in rows:
        if row.role != "technique" or not row.run:
            continue
        missing = [name for name, key in wanted.items() if row.value(*key) is None]
        if missing:
            return f"has no {' and no '.join(missing)} of {row.name}"
    return None


@_of_each_task
def check_combination(rows) -> str | None:
    """Finds tasks without a combination with another technique."""
    for row in rows:
        quantized = row.role == "technique" and row.conversion != "float"
        if row.run and (row.role == "combination" or quantized):
            return None
    return "has no combination with another technique"


@_of_each_task
def check_seeds(rows) -> str | None:
    """Finds tasks with one seed, which says nothing about the spread."""
    one = [row.name for row in rows if row.verdict == "one seed"]
    return f"has one seed only: {', '.join(one)}" if one else None


def check_numbers(project, component):
    """Finds numbers in documents that no run is behind, and stale tables."""
    del component
    from tfmot_technique_kit.report import render

    folder = project.folder_of("results")
    outcome = render.build(folder, project.root, check=True)
    return [Gap(problem, command="python -m experiments report") for problem in outcome.problems]


def check_shown(project, component):
    """Finds documents that do not show the results yet."""
    from tfmot_technique_kit.report import tables

    message = "shows no results yet"
    return [
        Gap(message, file.path, command="python -m experiments report")
        for file in component.files
        if tables.NO_RESULTS.strip() in (project.read(file.path) or "")
    ]


def check_recorded(project, component):
    """Finds tasks without the run that the convergence test repeats."""
    del component
    from tfmot_technique_kit.experiments import config
    from tfmot_technique_kit.experiments import plan as plan_lib

    folder = project.folder_of("results")
    missing = []
    for task in config.list_tasks("smoke"):
        values = config.load(task, "smoke")
        plan = plan_lib.Plan(task, "smoke", values, values["seeds"][0])
        if plan.list_pending([plan.parse("technique")], folder):
            missing.append(task)
    if not missing:
        return []
    message = f"the convergence test has no run of {', '.join(missing)} to repeat"
    return [Gap(message, command="python -m experiments sweep")]


@functools.lru_cache(maxsize=1)
def _tables(project):
    """Returns tables of the code as it is, and the number of earlier runs."""
    from tfmot_technique_kit.experiments import plan, results
    from tfmot_technique_kit.report import aggregate

    runs = results.load_all(project.folder_of("results"))
    source = plan.hash_of_source()
    mine = [r for r in runs if _source(r) in (None, source)]
    tables = aggregate.aggregate(aggregate.current(mine))
    tables = {
        setting: rows
        for setting, rows in tables.items()
        if any(row.role == "technique" and row.run for row in rows)
    }
    return tables, len(runs) - len(mine)


def _source(run):
    return run["variant"]["params"].get("source_sha256")
