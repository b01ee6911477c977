"""Runs the whole matrix: a process for each task and seed, then latencies."""

import collections
import pathlib
import time

import tqdm

from tfmot_technique_kit.experiments import executors, results
from tfmot_technique_kit.metrics import latency

_POLL_S = 0.5


def run(plans, options):
    """Trains, converts and measures what has no result yet.

    Args:
        plans: List of `plan.Plan`.
        options: `argparse.Namespace` with `trainings`, `results`, `artifacts`,
            `data_dir`, `changes`, `executor`, `jobs` and `latency`.

    Returns:
        A list of strings, one line for each process that failed.
    """
    pending = {
        index: plan.list_pending(plan.expand(options.trainings), options.results)
        for index, plan in enumerate(plans)
    }
    total = sum(map(len, pending.values()))
    planned = _paths(plans, options)
    print(f"{len(planned)} runs, {len(planned) - total} of them are finished.")
    todo = [index for index in pending if pending[index]]
    # The longest first, so that none is left for the end.
    todo.sort(key=lambda index: -_steps_per_example(plans[index]))
    futures = executors.EXECUTORS[options.executor](
        [_command(plans[index], pending[index], options) for index in todo], options.jobs
    )
    paths = [
        results.path_of(options.results, plans[index].describe(variant))
        for index in todo
        for variant in pending[index]
    ]
    with tqdm.tqdm(total=total, unit="run") as progress:
        while True:
            is_over = all(future.done() for future in futures)
            # A run that is repeated has a file already: that is no matter here.
            done = sum(path.exists() for path in paths)
            progress.update(done - progress.n)
            if is_over:
                break
            time.sleep(_POLL_S)
    ends = [future.result() for future in futures]
    if options.latency:
        measure_latencies(plans, options)
    print(_summary(planned))
    return [
        f"{plans[index].task}, seed {plans[index].seed}: {line}"
        for index, (status, line) in zip(todo, ends, strict=True)
        if status
    ]


def _paths(plans, options):
    """Returns the files of all runs, those that are finished too."""
    return [
        results.path_of(options.results, plan.describe(variant))
        for plan in plans
        for variant in plan.expand(options.trainings)
    ]


def _summary(paths):
    """Returns how many of the runs have which status, in a line."""
    runs = [results.load(path) for path in paths if path.exists()]
    counts = collections.Counter(run["status"].replace("_", " ") for run in runs)
    counts["missing"] = len(paths) - len(runs)
    shown = (f"{count} {status}" for status, count in counts.items() if count)
    return f"{', '.join(shown)}. Show them: `python -m experiments report`."


def measure_latencies(plans, options) -> None:
    """Measures what is not measured yet, one model at a time.

    Latency and memory belong to the architecture, so one seed is enough.

    Args:
        plans: List of `plan.Plan`.
        options: See `run`.
    """
    todo = []
    for plan in plans:
        if plan.seed != plan.config["seeds"][0]:
            continue
        for variant in plan.expand(options.trainings):
            path = results.path_of(options.results, plan.describe(variant))
            run = results.load(path) if path.exists() else {"status": None}
            if run["status"] == "ok" and run["latency"] is None:
                todo.append((plan, run))
    for plan, run in tqdm.tqdm(todo, unit="latency"):
        model = f"model_{run['variant']['conversion']}.tflite"
        path = options.artifacts / run["artifacts"]["path"] / model
        if path.exists():
            run |= latency.measure(path, plan.config["measure"])
            results.write(options.results, run)


def _steps_per_example(plan):
    """Tells which trainings take long, in all that is known before the data."""
    training = plan.config["training"]
    return training["epochs"] / training["batch_size"]


def _command(plan, variants, options):
    """Returns the arguments that run variants of a plan."""
    values = {
        "task": plan.task,
        "profile": plan.profile,
        "seed": plan.seed,
        "strategy": plan.strategy,
        "results": options.results.absolute(),
        "artifacts": options.artifacts.absolute(),
        "data-dir": options.data_dir and pathlib.Path(options.data_dir).absolute(),
    }
    return [
        "run",
        "--no-latency",
        *(f"--{key}={value}" for key, value in values.items() if value is not None),
        *(f"--set={change}" for change in options.changes),
        *(f"--variant={variant.name}" for variant in variants),
    ]
