"""Where the commands of a sweep run: here, on a Slurm cluster, on a Ray one."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
_LOGS = ROOT / "experiments" / "logs"


def call(arguments):
    """Runs `python -m experiments` with arguments, in a process of its own.

    Args:
        arguments: List of strings.

    Returns:
        The exit status, and the last line of what it wrote.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments", *arguments],
        cwd=ROOT,
        env={**os.environ, "EXPERIMENTS_EXIT_WITH_PARENT": "1"},
        stdin=subprocess.PIPE,  # Open for as long as this process lives.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    # Not `communicate`, which would close the standard input.
    output = process.stdout.read()
    status = process.wait()
    process.stdin.close()
    return status, (output.strip().splitlines() or [""])[-1]


def run_locally(commands, jobs):
    """Runs commands side by side on this machine.

    Args:
        commands: List of lists of arguments, see `call`.
        jobs: How many run at a time.

    Returns:
        A list of `concurrent.futures.Future`, of what `call` returns.
    """
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    futures = [pool.submit(call, command) for command in commands]
    pool.shutdown(wait=False)
    return futures


def run_on_slurm(commands, jobs, cluster=None):
    """Runs commands as a Slurm job array, through submitit.

    Args:
        commands: List of lists of arguments, see `call`.
        jobs: How many run at a time.
        cluster: For tests, `local` runs the same on this machine.

    Returns:
        A list of jobs with the methods `done` and `result`, as futures have them.
    """
    submitit = _import("submitit", "slurm")
    executor = submitit.AutoExecutor(_LOGS, cluster=cluster)
    options = {"timeout_min": 24 * 60}
    if executor.cluster == "slurm":
        options["slurm_array_parallelism"] = jobs
    executor.update_parameters(**options)
    return executor.map_array(call, commands)


def run_on_ray(commands, jobs):
    """Runs commands as Ray tasks, on the cluster of `RAY_ADDRESS` or here.

    Args:
        commands: List of lists of arguments, see `call`.
        jobs: How many run at a time.

    Returns:
        A list of `concurrent.futures.Future`, of what `call` returns.
    """
    ray = _import("ray", "ray")
    ray.init(
        num_cpus=None if "RAY_ADDRESS" in os.environ else jobs,
        include_dashboard=False,
        log_to_driver=False,
    )
    # A function of its own, so that workers need not have this package.
    remote = ray.remote(num_cpus=1)(call)
    return [remote.remote(command).future() for command in commands]


def _import(name, extra):
    try:
        return __import__(name)
    except ImportError as error:
        raise ValueError(f"{name} is not installed: run pip install -e '.[{extra}]'.") from error


EXECUTORS = {"local": run_locally, "slurm": run_on_slurm, "ray": run_on_ray}
