"""Runs the whole matrix: a process for each task and seed, then latencies."""

import collections
import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tfmot_technique_kit.experiments import executors, latencies, results
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.progress import progress
from tfmot_technique_kit.experiments.variants import KERAS_2_ALONE, Variant

_POLL_S = 0.5


def run(
    plans: Sequence[Plan],
    folder: Path,
    artifacts: Path,
    trainings: Sequence[str] = (),
    changes: Sequence[str] = (),
    data_dir: Path | None = None,
    executor: str = "local",
    jobs: int = 1,
    shard: tuple[int, int] = (0, 1),
    latency: bool = True,
) -> list[str]:
    """Trains, converts and measures what has no result yet, and prints lines of that.

    Args:
        plans: All of the sweep, those of a task beside each other.
        folder: Folder of run files.
        artifacts: Folder of models.
        trainings: Which to run; none stands for those of the configuration.
        changes: Hyper-parameters other than the files', as in `config.load`.
        data_dir: Folder of data sets.
        executor: A key of `executors.EXECUTORS`.
        jobs: How many processes run at a time.
        shard: Which of so many parts this process runs.
        latency: Whether to measure after the trainings, the first seed of each task.

    Returns:
        One line for each process that failed.
    """
    if left_out := {name: None for plan in plans for name in plan.left_out(trainings)}:
        print(f"Left out: {', '.join(left_out)}. {KERAS_2_ALONE}: sweep with --keras 2, too.")
    first = {plan.task: plan for plan in reversed(plans)}
    index, count = shard
    todo = [(plan, plan.expand(trainings)) for plan in plans[index::count]]
    paths = [plan.path(variant, folder) for plan, variants in todo for variant in variants]
    pending = [(plan, plan.list_pending(variants, folder)) for plan, variants in todo]
    # The longest first, so that none is left for the end.
    pending = sorted((pair for pair in pending if pair[1]), key=lambda pair: -_length(pair[0]))
    awaited = [plan.path(variant, folder) for plan, variants in pending for variant in variants]
    print(f"{len(paths)} runs, {len(paths) - len(awaited)} of them are finished.")
    folders = {"results": folder, "artifacts": artifacts, "data-dir": data_dir}
    options = [f"--{name}={path.absolute()}" for name, path in folders.items() if path]
    options += ["--no-latency", *(f"--set={change}" for change in changes)]
    start = functools.partial(executors.EXECUTORS[executor], plans[0].project.root, jobs=jobs)
    problems = _train(pending, awaited, options, start) if pending else []
    if latency:
        measured = [pair for pair in todo if pair[0] is first[pair[0].task]]
        for line in latencies.measure(measured, folder, artifacts):
            print(line)
    runs = [results.load(path) for path in paths if path.is_file()]
    counts = collections.Counter(run["status"].replace("_", " ") for run in runs)
    counts["missing"] = len(paths) - len(runs)
    shown = (f"{count} {status}" for status, count in counts.items() if count)
    print(f"{', '.join(shown)}. Show them: `technique report`.")
    return problems


def _train(
    todo: Sequence[tuple[Plan, list[Variant]]],
    paths: Sequence[Path],
    options: Sequence[str],
    start: Callable[..., list[Any]],
) -> list[str]:
    """Starts a process for each plan and waits for them, and for files in these paths."""
    futures = start(
        [
            [
                *("run", f"--task={plan.task}", f"--profile={plan.profile}", f"--seed={plan.seed}"),
                *(f"--strategy={plan.strategy}", *options),
                *(f"--{name}={value}" for name, value in plan.switch._asdict().items()),
                *(f"--variant={variant.name}" for variant in variants),
            ]
            for plan, variants in todo
        ]
    )
    with progress("runs", len(paths)) as show_done:
        is_over = False
        while not is_over:
            is_over = all(future.done() for future in futures)
            # A run that is repeated has a file already: that is no matter here.
            show_done(sum(path.exists() for path in paths))
            time.sleep(0 if is_over else _POLL_S)
    ends = [future.result() for future in futures]
    return [
        f"{plan.task}, seed {plan.seed}: {line}"
        for (plan, _), (status, line) in zip(todo, ends, strict=True)
        if status
    ]


def _length(plan: Plan) -> float:
    """Tells which trainings take long, in all that is known before the data."""
    training = plan.config["training"]
    return training["epochs"] / training["batch_size"]
