"""How long a model takes and how much memory, in processes of its own.

Two things to expect when reading the numbers:
- Zeros that lie scattered do not make a float convolution faster on x86: the
  sparse kernels of XNNPACK are off where the CPU has AVX. On ARM they are used.
- Full int8 can be slower than float on a small model, where what surrounds the
  multiplications takes most of the time.
"""

import functools
import importlib.metadata
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile

from tfmot_technique_kit.metrics import floor

_PROCESS = pathlib.Path(__file__).with_name("benchmark_process.py")
_TIMEOUT_S = 900
_MEMORY_METHOD = "VmHWM after load, allocation and first run, minus VmRSS before"
_FLOOR_OPTIONS = {"warmup_s": 0, "min_s": 0, "min_runs": 1}
# The least that each option can be.
_OPTIONS = {"processes": 1, "warmup_s": 0, "min_s": 0, "min_runs": 1, "threads": 1}


def measure(path, options):
    """Measures a model in fresh processes, one after the other.

    Each is pinned to a core per thread, where the system can do that. Nothing
    else should run meanwhile: training beside it changes the 95th percentile.

    Args:
        path: Path of the `.tflite` file.
        options: Mapping with 'processes', how many to start; 'warmup_s', seconds
            of runs that do not count; 'min_s' and 'min_runs', how long and how often
            the model runs in each process at least; 'threads'.

    Returns:
        A dict with the sections 'latency' and 'memory' of a run file. Times are
        in milliseconds: 'median_ms' is the median of 'medians', one per process,
        and the others are medians over the processes, too; 'runs' is their sum.
        'memory' has 'peak_bytes' and beside it 'floor_bytes', the same for a model
        of one operator. What cannot be measured is {'unavailable': reason}.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: An option is missing or too small.
    """
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(f"There is no model {path} to measure.")
    for name, least in _OPTIONS.items():
        if not isinstance(options.get(name), int | float) or options[name] < least:
            raise ValueError(
                f"The option {name} is {options.get(name)!r}: measuring latency needs "
                f"a number of at least {least}."
            )
    threads = options["threads"]
    child = {name: options[name] for name in (*_FLOOR_OPTIONS, "threads")}
    try:
        _check_cores(threads)
        results = [_start(path, child) for _ in range(options["processes"])]
        return {
            "latency": _summarize([r["latency"] for r in results], threads),
            "memory": _memory([r["memory"] for r in results], threads),
        }
    except _FailedError as error:
        reason = {"unavailable": str(error)}
        return {"latency": reason, "memory": dict(reason)}


class _FailedError(Exception):
    """A measurement that did not happen, and why in one line."""


def _check_cores(threads):
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
        if cores < threads:
            raise _FailedError(
                f"{threads} threads need as many cores, and this process may use "
                f"{cores}: lower the option threads."
            )


def _start(path, options):
    command = [sys.executable, _PROCESS, os.fspath(path), json.dumps(options)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise _FailedError(f"The benchmark did not end within {_TIMEOUT_S} s.") from None
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        raise _FailedError(f"The benchmark was ended by the signal {name}.")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise _FailedError(f"The benchmark failed: {lines[-1]}")
    result = json.loads(done.stdout.splitlines()[-1])
    uses_xnnpack = "XNNPACK delegate" in done.stderr
    result["latency"]["delegate"] = "xnnpack" if uses_xnnpack else None
    return result


def _summarize(processes, threads):
    def median(key):
        return statistics.median(process[key] for process in processes)

    times = ("median_ms", "p95_ms", "cpu_median_ms", "init_ms", "first_ms")
    return {
        **{key: median(key) for key in times},
        "medians": [process["median_ms"] for process in processes],
        "runs": sum(process["runs"] for process in processes),
        "processes": len(processes),
        "threads": threads,
        "pinned": all(process["pinned"] for process in processes),
        "runtime": f"ai-edge-litert {importlib.metadata.version('ai-edge-litert')}",
        "delegate": processes[0]["delegate"],
    }


def _memory(processes, threads):
    for process in processes:
        if "unavailable" in process:
            return process
    peak = statistics.median(process["peak_bytes"] for process in processes)
    return {"peak_bytes": int(peak), "floor_bytes": _floor_bytes(threads), "method": _MEMORY_METHOD}


@functools.lru_cache
def _floor_bytes(threads):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "floor.tflite")
        path.write_bytes(floor.one_operator_model())
        result = _start(path, {**_FLOOR_OPTIONS, "threads": threads})
    return result["memory"]["peak_bytes"]
