"""Runs models alternately in this process and prints what that took, as JSON.

`latency` starts this file by its path, in a process of its own: what another
model left in caches, in memory or in a thread pool must not count, and neither
must TensorFlow. Thus it imports nothing of this project.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import interpreter as litert

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
# A turn of a model is shorter than what slows a machine down: that slows all of them down.
_TURN_S = 0.005
_TURN_RUNS = 100


def benchmark(
    paths: Sequence[str], warmup_s: float, min_s: float, min_runs: int, threads: int
) -> dict[str, Any]:
    """Loads and runs `.tflite` files.

    Args:
        paths: Their paths.
        warmup_s: Seconds of runs before any that counts, of each.
        min_s: Seconds of runs that count, at least, of each.
        min_runs: Number of runs that count, at least.
        threads: Number of threads of the runtime, and of cores to use.

    Returns:
        'models', the times of each in milliseconds; 'latency', what else there is to say;
        'memory' of the first. It alone has times of loading and of the first run.
    """
    pinned = _pin(threads)
    # Loads what NumPy only loads when it is used, which no model needs.
    generator = np.random.default_rng(0)
    read_peak = _watch_memory()
    start = time.perf_counter()
    model = _load(paths[0], threads)
    init_ms = (time.perf_counter() - start) * 1e3
    _fill_inputs(model, generator)
    first_ms, _ = _time(model.invoke)
    peak = read_peak()
    others = [_load(path, threads) for path in paths[1:]]
    for other in others:
        _fill_inputs(other, generator)
    calls = [each.invoke for each in (model, *others)]
    empty, *runs = _by_turns(calls, warmup_s, min_s, min_runs)
    times = [
        {
            "median_ms": float(np.median(wall_ms)),
            "p95_ms": float(np.percentile(wall_ms, 95)),
            # On a busy machine, wall time is far above it.
            "cpu_median_ms": float(np.median(cpu_ms)),
            "runs": len(wall_ms),
        }
        for wall_ms, cpu_ms in runs
    ]
    times[0] |= {"init_ms": init_ms, "first_ms": first_ms}
    resolution_ms = time.get_clock_info("perf_counter").resolution * 1e3
    clock_ms = max(resolution_ms, float(np.percentile(empty[0], 95)))
    return {"models": times, "latency": {"clock_ms": clock_ms, "pinned": pinned}, "memory": peak}


def _pin(threads: int) -> bool:
    """Stays on as many cores as there are threads, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    # The last ones: most systems serve interrupts on the first.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    return True


def _watch_memory() -> Callable[[], dict[str, Any]]:
    """Returns a function that returns the most memory that was resident at once, from now on.

    Not `ru_maxrss` of `resource.getrusage`, which a new process inherits from the one that
    started it, with TensorFlow. VmHWM belongs to the process, and can be reset.
    """
    try:
        _CLEAR_REFS.write_text("5")  # Sets VmHWM to what is resident now.
        before = _status("VmRSS")
    except OSError as error:
        place = f"{error.filename or _CLEAR_REFS}: {error.strerror}"
        reason = f"Peak memory needs the files of Linux under /proc: {place}."
        return lambda: {"unavailable": reason}
    return lambda: {"peak_bytes": max(_status("VmHWM") - before, 0)}


def _status(key: str) -> int:
    for line in _STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return int(value.split()[0]) * 1024  # The unit is kB.
    raise OSError(0, f"there is no {key}", str(_STATUS))


def _load(path: str, threads: int) -> litert.Interpreter:
    model = litert.Interpreter(model_path=path, num_threads=threads)
    model.allocate_tensors()
    return model


def _fill_inputs(model: litert.Interpreter, generator: np.random.Generator) -> None:
    for detail in model.get_input_details():
        shape, dtype = detail["shape"], detail["dtype"]
        if np.issubdtype(dtype, np.integer) and detail["quantization"][0]:
            limits = np.iinfo(dtype)
            values = generator.integers(limits.min, limits.max, shape)
        elif np.issubdtype(dtype, np.floating):
            values = generator.random(shape)
        else:
            values = generator.integers(0, 2, shape)  # Ids that any vocabulary has.
        model.set_tensor(detail["index"], values.astype(dtype))


def _by_turns(
    calls: Sequence[Callable[[], Any]], warmup_s: float, min_s: float, min_runs: int
) -> list[np.ndarray]:
    """Returns wall and CPU times in milliseconds, of a call that does nothing and of each call."""
    for call in calls:
        end = time.perf_counter() + warmup_s
        while time.perf_counter() < end:
            call()
    turns = [(call, []) for call in (lambda: None, *calls)]
    end = time.perf_counter() + min_s * len(calls)
    while min(len(times) for _, times in turns) < min_runs or time.perf_counter() < end:
        for call, times in turns:
            call()  # Takes the caches back from the one before.
            enough = len(times) + _TURN_RUNS
            over = time.perf_counter() + _TURN_S
            times.append(_time(call))
            while len(times) < enough and time.perf_counter() < over:
                times.append(_time(call))
    return [np.transpose(times) for _, times in turns]


def _time(call: Callable[[], Any]) -> tuple[float, float]:
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    call()
    wall = time.perf_counter_ns() - wall
    return wall / 1e6, (time.process_time_ns() - cpu) / 1e6


def main(options: str, *paths: str) -> None:
    """Prints what `benchmark` returns; an error of the runtime is one line."""
    try:
        print(json.dumps(benchmark(paths, **json.loads(options))))
    except (RuntimeError, ValueError) as error:
        sys.exit(" ".join(str(error).split()))


if __name__ == "__main__":
    main(*sys.argv[1:])
