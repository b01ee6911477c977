"""Runs the whole matrix: a process for each task and seed, then latencies."""

import collections
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfmot_technique_kit.experiments import executors, latencies, results
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.progress import progress
from tfmot_technique_kit.experiments.variants import KERAS_2_ALONE, Variant

_POLL_S = 0.5


@dataclass(frozen=True)
class Sweep:
    """What to run, and how."""

    plans: Sequence[Plan]  # all of the sweep, those of a task beside each other
    results: Path  # folder of run files
    artifacts: Path  # folder of models
    trainings: Sequence[str] | None = None  # None stands for those of the configuration
    changes: Sequence[str] = ()  # hyper-parameters other than the files', as in `config.load`
    data_dir: Path | None = None  # folder of data sets
    executor: str = "local"  # a key of `executors.EXECUTORS`
    jobs: int = 1  # how many processes run at a time
    shard: tuple[int, int] = (0, 1)  # which of so many parts this process runs
    latency: bool = True  # whether to measure after the trainings, the first seed of each task

    def run(self, show: Callable[[str], None] = print) -> list[str]:
        """Trains, converts and measures what has no result yet, and shows lines of that.

        Returns:
            One line for each process that failed.

        Raises:
            UserError: If a run file is broken.
        """
        left_out = {name: None for plan in self.plans for name in plan.left_out(self.trainings)}
        if left_out:
            names = ", ".join(left_out)
            show(f"Left out: {names}. {KERAS_2_ALONE}: sweep with --keras 2, too.")
        index, count = self.shard
        plans = self.plans[index::count]
        paths = [plan.path(v, self.results) for plan in plans for v in plan.expand(self.trainings)]
        pending = [(p, p.list_pending(p.expand(self.trainings), self.results)) for p in plans]
        # The longest first, so that none is left for the end.
        todo = sorted((pair for pair in pending if pair[1]), key=lambda pair: -_length(pair[0]))
        left = sum(len(variants) for _, variants in todo)
        show(f"{len(paths)} runs, {len(paths) - left} of them are finished.")
        problems = self._train(todo) if todo else []
        if self.latency:
            first = {plan.task: plan for plan in reversed(self.plans)}
            measured = [(p, p.expand(self.trainings)) for p in plans if p is first[p.task]]
            for line in latencies.measure(measured, self.results, self.artifacts):
                show(line)
        show(_summary(paths))
        return problems

    def _train(self, todo: Sequence[tuple[Plan, list[Variant]]]) -> list[str]:
        root = todo[0][0].project.root
        commands = [self._command(plan, variants) for plan, variants in todo]
        futures = executors.EXECUTORS[self.executor](root, commands, self.jobs)
        paths = [plan.path(v, self.results) for plan, variants in todo for v in variants]
        with progress("runs", len(paths)) as show_done:
            while True:
                is_over = all(future.done() for future in futures)
                # A run that is repeated has a file already: that is no matter here.
                show_done(sum(path.exists() for path in paths))
                if is_over:
                    break
                time.sleep(_POLL_S)
        ends = [future.result() for future in futures]
        return [
            f"{plan.task}, seed {plan.seed}: {line}"
            for (plan, _), (status, line) in zip(todo, ends, strict=True)
            if status
        ]

    def _command(self, plan: Plan, variants: Sequence[Variant]) -> list[str]:
        """Returns the arguments that run variants of a plan."""
        values = {
            "task": plan.task,
            "profile": plan.profile,
            "seed": plan.seed,
            "strategy": plan.strategy,
            **plan.switch._asdict(),
            "results": self.results.absolute(),
            "artifacts": self.artifacts.absolute(),
            "data-dir": self.data_dir and self.data_dir.absolute(),
        }
        return [
            "run",
            "--no-latency",
            *(f"--{key}={value}" for key, value in values.items() if value is not None),
            *(f"--set={change}" for change in self.changes),
            *(f"--variant={variant.name}" for variant in variants),
        ]


def _summary(paths: Sequence[Path]) -> str:
    """Returns how many of the runs have which status, in a line."""
    runs = [results.load(path) for path in paths if path.is_file()]
    counts = collections.Counter(run["status"].replace("_", " ") for run in runs)
    counts["missing"] = len(paths) - len(runs)
    shown = (f"{count} {status}" for status, count in counts.items() if count)
    return f"{', '.join(shown)}. Show them: `technique report`."


def _length(plan: Plan) -> float:
    """Tells which trainings take long, in all that is known before the data."""
    training = plan.config["training"]
    return training["epochs"] / training["batch_size"]
