"""`technique sweep`."""

import os
from pathlib import Path
from typing import Any

import click

from tfmot_technique_kit.experiments import options


def _parse_shard(_: click.Context, __: click.Parameter, text: str) -> tuple[int, int]:
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal() and int(index) < int(count)):
        raise click.BadParameter(
            f"{text!r} is no shard: write 0/4 to 3/4 for the four parts of a sweep"
        )
    return int(index), int(count)


@click.command("sweep")
@click.option("--tasks", cls=options.Several, help="Such as image bert; by default all.")
@click.option(
    "--trainings",
    cls=options.Several,
    help="Such as control technique; by default those of the configuration.",
)
@click.option("--seeds", cls=options.Several, type=options.SEED, help="Such as 0 1; likewise.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=lambda: os.cpu_count() or 1,
    show_default="one for each core",
    help="Processes at a time.",
)
@click.option(
    "--shard",
    callback=_parse_shard,
    default="0/1",
    metavar="I/N",
    help="The I-th of N parts, I from 0: for arrays of jobs.",
)
@options.choice(
    *("executor", ["local", "slurm", "ray"]),
    help="Where to run: here, as a Slurm job array, or on the Ray cluster of RAY_ADDRESS.",
)
@options.common
def command(
    tasks: tuple[str, ...],
    trainings: tuple[str, ...],
    seeds: tuple[int, ...],
    jobs: int,
    shard: tuple[int, int],
    executor: str,
    data_dir: Path | None,
    latency: bool,
    **chosen: Any,
) -> None:
    r"""Run all that has no result yet, then measure latencies.

    Starts `technique run` for each task and seed. Writes a file for each run into
    experiments/results; started again, it goes on where it was stopped. Then it measures latency
    and memory, each model alternately with its control, for the first seed of each task, of the
    runs whose models this machine trained.

    \b
    technique sweep
    technique sweep --profile full --data-dir ~/data --tasks image --seeds 0 1
    """
    from tfmot_technique_kit.experiments import sweep

    plans, results, artifacts = options.choose(tasks, seeds, **chosen)
    settings = (data_dir, executor, jobs, shard, latency)
    problems = sweep.run(plans, results, artifacts, trainings, chosen["changes"], *settings)
    for problem in problems:
        click.echo(f"Failed: {problem}", err=True)
    if problems:
        raise SystemExit(1)
