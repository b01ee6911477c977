"""How long a model takes and how much memory, in processes of its own.

Two things to expect when reading the numbers. Zeros that lie scattered do not make a float
convolution faster on x86: the sparse kernels of XNNPACK are off where the CPU has AVX. Full int8
can be slower than float on a small model.
"""

import functools
import importlib.metadata
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

_PROCESS = Path(__file__).with_name("benchmark_process.py")
_TIMEOUT_S = 900
_MEMORY_METHOD = "VmHWM after load, allocation and first run, minus VmRSS before"
_FLOOR_OPTIONS = {"warmup_s": 0, "min_s": 0, "min_runs": 1}


def measure(path: Path, options: Mapping[str, Any], control: Path | None = None) -> dict[str, Any]:
    """Measures a model in fresh processes, one after the other.

    Each is pinned to a core per thread, where the system can do that. Nothing else should run
    meanwhile: training beside it changes the 95th percentile. What else the machine does changes
    from second to second by more than techniques do. Thus a model is only compared with a control
    that runs in the same processes, in alternating slices of milliseconds.

    Args:
        path: The `.tflite` file, which exists.
        options: 'processes', how many to start; 'warmup_s', 'min_s', 'min_runs' and 'threads', as
            `benchmark_process.benchmark` takes them.
        control: The `.tflite` file to compare with, if there is one. Then each process is two, of
            half as many runs: the model is loaded first in one, the control in the other.

    Returns:
        The sections 'latency' and 'memory' of a run file. Times are in milliseconds: 'median_ms'
        is the median of 'medians', one per process, and the others are medians over the
        processes, too; 'control_medians' are of the control in the same processes; 'clock_ms' is
        what the clock cannot tell from nothing; 'runs' is the sum. 'memory' has 'peak_bytes', the
        median of 'peaks', and beside it 'floor_bytes', the same for a model of one operator. What
        cannot be measured is {'unavailable': reason}.
    """
    try:
        return _measure([path, control] if control else [path], options)
    except _FailedError as error:
        if control:  # That may be what fails.
            return measure(path, options)
        reason = {"unavailable": str(error)}
        return {"latency": reason, "memory": dict(reason)}


def _measure(paths: Sequence[Path], options: Mapping[str, Any]) -> dict[str, Any]:
    threads = options["threads"]
    if hasattr(os, "sched_getaffinity") and (cores := len(os.sched_getaffinity(0))) < threads:
        raise _FailedError(
            f"{threads} threads need as many cores, and this process may use {cores}: lower the "
            "option threads."
        )
    child = {name: options[name] for name in (*_FLOOR_OPTIONS, "threads")}
    # The first one to be loaded is a little slower: each is that as often.
    orders = (1, -1)[: len(paths)]
    child["min_s"] /= len(orders)
    child["min_runs"] = math.ceil(child["min_runs"] / len(orders))
    latencies, memories = [], []
    for order in orders * options["processes"]:
        result = _start(paths[::order], child)
        model, *control = result["models"][::order]
        latencies.append({**model, **result["latency"], "threads": threads})
        if control:
            latencies[-1]["control_median_ms"] = control[0]["median_ms"]
        if order == 1:
            memories.append(result["memory"])
    runtime = f"ai-edge-litert {importlib.metadata.version('ai-edge-litert')}"
    return {"latency": summarize(latencies, runtime), "memory": _memory(memories, threads)}


def summarize(processes: Sequence[dict[str, Any]], runtime: str) -> dict[str, Any]:
    """Returns the section 'latency' of a run file, for what the runtime has run.

    Processes after the first may lack some of the times, whose names end in '_ms'.
    """
    times = {
        key: statistics.median(process[key] for process in processes if key in process)
        for key in processes[0]
        if key.endswith("_ms")
    }
    medians = {"medians": [process["median_ms"] for process in processes]}
    if times.pop("control_median_ms", None) is not None:
        medians["control_medians"] = [process["control_median_ms"] for process in processes]
    return {
        "cpu_median_ms": None,
        **times,
        **medians,
        "runs": sum(process["runs"] for process in processes),
        "processes": len(processes),
        "runtime": runtime,
        **{key: processes[0][key] for key in ("threads", "pinned", "delegate")},
    }


def one_operator_model() -> bytes:
    """Returns the smallest `.tflite` file, the ReLU of four floats."""
    tensors = [schema.TensorT(name=name, shape=[1, 4], buffer=0) for name in ("input", "output")]
    operator = schema.OperatorT(opcodeIndex=0, inputs=[0], outputs=[1])
    graph = schema.SubGraphT(tensors=tensors, inputs=[0], outputs=[1], operators=[operator])
    relu = schema.BuiltinOperator.RELU
    model = schema.ModelT(
        version=3,
        operatorCodes=[schema.OperatorCodeT(builtinCode=relu, deprecatedBuiltinCode=relu)],
        subgraphs=[graph],
        buffers=[schema.BufferT()],  # By convention the first one is empty.
    )
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


class _FailedError(Exception):
    """A measurement that did not happen, and why in one line."""


def _start(paths: Sequence[Path], options: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, _PROCESS, json.dumps(options), *map(os.fspath, paths)]
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
    result["latency"]["delegate"] = "xnnpack" if "XNNPACK delegate" in done.stderr else None
    return result


def _memory(processes: Sequence[dict[str, Any]], threads: int) -> dict[str, Any]:
    for process in processes:
        if "unavailable" in process:
            return process
    peaks = [process["peak_bytes"] for process in processes]
    return {
        "peak_bytes": int(statistics.median(peaks)),
        "peaks": peaks,
        "floor_bytes": _floor_bytes(threads),
        "method": _MEMORY_METHOD,
    }


@functools.cache
def _floor_bytes(threads: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "floor.tflite")
        path.write_bytes(one_operator_model())
        result = _start([path], {**_FLOOR_OPTIONS, "threads": threads})
    return result["memory"]["peak_bytes"]
