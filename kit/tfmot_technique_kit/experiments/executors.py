"""Where the commands of a sweep run: here, on a Slurm cluster, on a Ray one."""

import concurrent.futures
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfmot_technique_kit.experiments.process import EXIT_WITH_PARENT
from tfmot_technique_kit.tasks import extras

Commands = Sequence[Sequence[str]]


def call(root: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Runs `technique` with arguments in a project's folder, in a process of its own.

    Returns:
        The exit status, and the last line of what it wrote.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "tfmot_technique_kit", *arguments],
        cwd=root,
        env={**os.environ, EXIT_WITH_PARENT: "1"},
        stdin=subprocess.PIPE,  # Open for as long as this process lives.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        # Not `communicate`, which would close the standard input.
        output = process.stdout.read()
        status = process.wait()
    return status, (output.strip().splitlines() or [""])[-1]


def run_locally(root: Path, commands: Commands, jobs: int) -> list[Any]:
    """Runs commands side by side on this machine, so many jobs at a time.

    Returns:
        A future of what `call` returns for each.
    """
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    futures = [pool.submit(call, root, command) for command in commands]
    pool.shutdown(wait=False)
    return futures


def run_on_slurm(root: Path, commands: Commands, jobs: int) -> list[Any]:
    """Runs commands as a Slurm job array; see `run_locally`. Logs go to experiments/logs."""
    extras.require("submitit", "Slurm needs submitit", "slurm")
    import submitit

    executor = submitit.AutoExecutor(root / "experiments" / "logs")
    executor.update_parameters(timeout_min=24 * 60, slurm_array_parallelism=jobs)
    return executor.map_array(call, [root] * len(commands), commands)


def run_on_ray(root: Path, commands: Commands, jobs: int) -> list[Any]:
    """Runs commands as Ray tasks, on the cluster of `RAY_ADDRESS` or here; see `run_locally`."""
    extras.require("ray", "Ray needs its library", "ray")
    import ray

    cpus = None if "RAY_ADDRESS" in os.environ else jobs
    ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False)
    remote = ray.remote(num_cpus=1)(call)
    return [remote.remote(root, command).future() for command in commands]


EXECUTORS = {"local": run_locally, "slurm": run_on_slurm, "ray": run_on_ray}
