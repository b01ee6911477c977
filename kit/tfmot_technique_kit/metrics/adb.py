"""Latency on a phone: reads what TFLite's `benchmark_model` prints.

The tool is documented at https://developers.google.com/edge/litert/models/measurement. It counts
whole microseconds.
"""

import re
import statistics
from typing import Any

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.metrics import latency

_FIRST = re.compile(r"Inference timings in us: .*?Init: ([\d.e+]+), .*?First inference: ([\d.e+]+)")
_STEADY = re.compile(r"count=(\d+) .*\bmedian=([\d.e+]+) p95=([\d.e+]+)")
_THREADS = re.compile(r"[Nn]um threads: \[(\d+)\]")
# What is missing if one of these is not found.
_MISSING = {
    _FIRST: 'has no line "Inference timings in us: Init: ..., First inference: ...": did it end '
    "with an error?",
    _STEADY: "has no median: one slow run moves an average, so use a newer build, which prints "
    "median= and p95=.",
    _THREADS: "does not tell the number of threads: pass --num_threads=1.",
}
_SIZE = re.compile(r"input model file size \(MB\): ([\d.e+-]+)")
_DELEGATE = re.compile(r"Created TensorFlow Lite (\w+) delegate")
_MEMORY = re.compile(r"emory footprint .*\(MB\): init=\S+ overall=([\d.e+]+)")


def parse(output: str, tflite_bytes: int) -> dict[str, Any]:
    """Reads what `benchmark_model` printed of one or more processes, one after the other.

    Args:
        output: What it printed.
        tflite_bytes: Size of the model that it must be of.

    Returns:
        The sections 'latency' and 'memory' of a run file.

    Raises:
        UserError: It is of another model, or a line is missing; the message says what to do.
    """
    for size in _SIZE.findall(output):
        # Six digits are printed.
        if abs(float(size) * 1e6 / tflite_bytes - 1) > 1e-5:
            raise UserError(
                f"The output is of a model of {size} MB, and the model of this run has "
                f"{tflite_bytes} bytes: push the one of the run."
            )
    parts = output.split("Log parameter values verbosely")[1:]
    if not parts:
        raise UserError(
            'This is no output of benchmark_model: it holds no line with "Log parameter values '
            'verbosely". Pass all that the tool printed.'
        )
    processes = [_parse_process(part) for part in parts]
    threads = {process["threads"] for process in processes}
    if len(threads) > 1:
        raise UserError(f"The processes have {sorted(threads)} threads: measure all with as many.")
    memory = [float(found[1]) for part in parts if (found := _MEMORY.search(part))]
    section: dict[str, Any] = {"unavailable": "benchmark_model printed no memory footprint."}
    if len(memory) == len(parts):
        section = {
            "peak_bytes": round(statistics.median(memory) * 2**20),
            "floor_bytes": None,
            "method": "benchmark_model: resident memory since its start",
        }
    return {"latency": latency.summarize(processes, "benchmark_model"), "memory": section}


def _parse_process(text: str) -> dict[str, Any]:
    for regex, what in _MISSING.items():
        if not regex.search(text):
            raise UserError(f"The output of benchmark_model {what}")
    init_us, first_us = _FIRST.search(text).groups()
    # The first count is of the warm-up, the last one of the runs that count.
    runs, median_us, p95_us = _STEADY.findall(text)[-1]
    delegate = _DELEGATE.search(text)
    times = {"init_ms": init_us, "first_ms": first_us, "median_ms": median_us, "p95_ms": p95_us}
    return {
        **{name: float(time_us) / 1e3 for name, time_us in times.items()},
        "clock_ms": 0.001,
        "runs": int(runs),
        "threads": int(_THREADS.search(text)[1]),
        "pinned": None,
        "delegate": delegate[1].lower() if delegate else None,
    }
