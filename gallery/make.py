"""Runs the gallery: what has no result yet is trained, converted and measured.

    python gallery/make.py --work DIR

The projects of all techniques share one folder of run files and one of models. A run is known by
all that its result depends on, so the baseline, the control and TFMOT's own techniques are trained
once for all. Stop it and start it again at any time. `--minutes` stops by itself, after the runs
that have begun. In the end `README.md` and the plots are rendered, as
`python gallery/page.py` does alone.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import page
import techniques

from tfmot_technique_kit.experiments import config
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.variants import CONTROL, Variant
from tfmot_technique_kit.project import Project

# The rest of the conversions would double the table, and show the same.
CONVERSIONS = ("", "+int8")
SHARED = ("baseline", CONTROL, "pruning", "clustering", "qat")


@dataclass(frozen=True)
class Unit:
    """Runs of one task with one seed, which a process works off."""

    plan: Plan
    variants: Sequence[Variant]

    def is_pending(self, folder: Path) -> bool:
        """Returns whether a run has no result yet."""
        return bool(self.plan.list_pending(self.variants, folder))

    def is_unmeasured(self, folder: Path) -> bool:
        """Returns whether a run lacks its latency."""
        runs = [self.plan.load(variant, folder) for variant in self.variants]
        return any(run and run["status"] == "ok" and run["latency"] is None for run in runs)

    def title(self) -> str:
        """What a line about it begins with."""
        trainings = dict.fromkeys(variant.training for variant in self.variants)
        names = [self.plan.project.technique.slug] if self.variants[0].level else trainings
        return f"{self.plan.task}, seed {self.plan.seed}, {', '.join(names)}"


def main() -> None:
    """Runs what is missing and renders the page."""
    arguments = parse()
    problems = run(arguments)
    page.render(arguments.runs)
    if problems:
        raise SystemExit("\n".join(problems))


def parse() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--work", type=Path, required=True, help="folder of projects and models")
    add("--runs", type=Path, default=page.RUNS, help="folder of the run files")
    add("--data-dir", type=Path, help="folder of data sets, by default `data` in that of --work")
    add("--profile", default="small")
    add("--tasks", nargs="*", help="by default all")
    add("--techniques", nargs="*", default=[each.slug for each in techniques.ALL])
    add("--seeds", nargs="*", type=int, help="by default those of the profile")
    add("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    add("--jobs", type=int, default=os.cpu_count(), help="trainings at a time")
    add("--minutes", type=float, default=float("inf"), help="starts no run after these")
    return parser.parse_args()


def run(arguments: argparse.Namespace) -> list[str]:
    """Runs what is missing. Returns a line for each process that failed."""
    end = time.monotonic() + 60 * arguments.minutes
    chosen = [each for each in techniques.ALL if each.slug in arguments.techniques]
    folder = arguments.work.absolute() / "projects"
    projects = [each.generate(folder) for each in chosen]

    def unit(project: Project, task: str, seed: int, trainings: Iterable[str] | None) -> Unit:
        values = config.load(project, task, arguments.profile, arguments.changes)
        plan = Plan(project, task, arguments.profile, values, seed)
        levels = (f"technique@{level:g}" for level in values["technique"]["levels"])
        names = [name + how for name in trainings or levels for how in CONVERSIONS]
        return Unit(plan, list(dict.fromkeys(map(plan.parse, names))))

    tasks = arguments.tasks or config.list_tasks(projects[0], arguments.profile)
    seeds = arguments.seeds
    if seeds is None:
        seeds = config.load(projects[0], tasks[0], arguments.profile)["seeds"]
    problems: list[str] = []

    def work_off(units: list[Unit], jobs: int, *options: str) -> None:
        def start(unit: Unit) -> None:
            if time.monotonic() < end:
                status, output = execute(unit, arguments, *options)
                print(f"{unit.title()}: {'done' if status == 0 else 'failed'}", flush=True)
                if status:
                    problems.append(f"{unit.title()}:\n{output[-2000:]}")

        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(start, units))

    for some in filter(None, (seeds[:1], seeds[1:])):
        pairs = [(seed, task) for seed in some for task in tasks]
        shared = [unit(projects[0], task, seed, SHARED) for seed, task in pairs]
        own = [unit(each, task, seed, None) for seed, task in pairs for each in projects]
        for group in (shared, own):  # The first trains the baselines that the others start from.
            pending = [each for each in group if each.is_pending(arguments.runs)]
            work_off(pending, arguments.jobs, "--no-latency")
        if some == seeds[:1]:  # Latency belongs to the architecture. Nothing may run beside it.
            due = [each for each in (*shared, *own) if each.is_unmeasured(arguments.runs)]
            work_off(due, 1)
    return problems


def execute(unit: Unit, arguments: argparse.Namespace, *options: str) -> tuple[int, str]:
    """Starts `technique run` for the runs of a unit. Returns its exit status and its output."""
    values: dict[str, Any] = {
        "task": unit.plan.task,
        "seed": unit.plan.seed,
        "profile": arguments.profile,
        "results": arguments.runs.absolute(),
        "artifacts": (arguments.work / "artifacts").absolute(),
        "data-dir": (arguments.data_dir or arguments.work / "data").absolute(),
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tfmot_technique_kit", "run", *options),
            *(f"--{name}={value}" for name, value in values.items()),
            *(f"--set={change}" for change in arguments.changes),
            *(f"--variant={variant.name}" for variant in unit.variants),
        ],
        cwd=unit.plan.project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    main()
