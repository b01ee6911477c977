"""Latency on a phone: reads what TFLite's `benchmark_model` prints.

The tool is documented at
https://developers.google.com/edge/litert/models/measurement. It counts whole
microseconds.
"""

import copy
import re
import statistics

from tfmot_technique_kit.experiments import results

_KEYS = {"init": r"Init: ([\d.e+]+)", "first": r"First inference: ([\d.e+]+)"}
_STEADY = re.compile(r"count=(\d+) .*\bmedian=([\d.e+]+) p95=([\d.e+]+)")
_THREADS = re.compile(r"[Nn]um threads: \[(\d+)\]")
_SIZE = re.compile(r"input model file size \(MB\): ([\d.e+-]+)")
_DELEGATE = re.compile(r"Created TensorFlow Lite (\w+) delegate")
_MEMORY = re.compile(r"emory footprint .*\(MB\): init=\S+ overall=([\d.e+]+)")
_METHOD = "benchmark_model: resident memory since its start"


def on_device(run, device, output):
    """Returns a run as measured on a phone.

    Args:
        run: The run, on the host, as in `run_schema.json`. It stays as it is.
        device: 'adb:' and the model of the phone.
        output: Text that `benchmark_model` printed for the run's model. Of several
            outputs, one after the other, each is a process.

    Returns:
        A copy with the latency and memory of the phone and a `run_id` of its own.

    Raises:
        ValueError: The run has no model, the device's name does not begin with
            'adb:', or the output is incomplete or of another model.
    """
    if run["status"] != "ok" or run["device"] != "host":
        raise ValueError(
            f"This run is {run['status']} on {run['device']}: a phone can only "
            "measure the model of a run that is ok on the host."
        )
    if not re.fullmatch("adb:.+", device):
        raise ValueError(f"The device is {device!r}: write adb: and the model of the phone.")
    for size in _SIZE.findall(output):
        # Six digits are printed.
        if abs(float(size) * 1e6 / run["storage"]["tflite_bytes"] - 1) > 1e-5:
            raise ValueError(
                f"The output is of a model of {size} MB, and the model of this run has "
                f"{run['storage']['tflite_bytes']} bytes: push the one of the run."
            )
    measured = copy.deepcopy(run)
    measured.update(parse(output), device=device)
    measured["run_id"] = results.run_id(run["config"]["resolved"], run=run["run_id"], device=device)
    return measured


def parse(output):
    """Reads the output of `benchmark_model`.

    Args:
        output: What it printed, of one or more processes one after the other.

    Returns:
        A dict with the sections 'latency' and 'memory' of a run file.

    Raises:
        ValueError: A line is missing; the message says which, and what to do.
    """
    processes = [
        _parse_process(part) for part in output.split("Log parameter values verbosely")[1:]
    ]
    if not processes:
        raise ValueError(
            'This is no output of benchmark_model: it holds no line with "Log '
            'parameter values verbosely". Pass all that the tool printed.'
        )
    threads = {process["threads"] for process in processes}
    if len(threads) > 1:
        raise ValueError(f"The processes have {sorted(threads)} threads: measure all with as many.")

    def median(key):
        return statistics.median(process[key] for process in processes)

    return {
        "latency": {
            "median_ms": median("median_ms"),
            "medians": [process["median_ms"] for process in processes],
            "p95_ms": median("p95_ms"),
            "cpu_median_ms": None,
            "init_ms": median("init_ms"),
            "first_ms": median("first_ms"),
            "runs": sum(process["runs"] for process in processes),
            "processes": len(processes),
            "threads": threads.pop(),
            "pinned": None,
            "runtime": "benchmark_model",
            "delegate": processes[0]["delegate"],
        },
        "memory": _memory([process["memory_mib"] for process in processes]),
    }


def _parse_process(text):
    timings = text.partition("Inference timings in us:")[2].partition("\n")[0]
    found = {key: re.search(regex, timings) for key, regex in _KEYS.items()}
    if not all(found.values()):
        raise ValueError(
            'The output of benchmark_model has no line "Inference timings in us: '
            'Init: ..., First inference: ...": did it end with an error?'
        )
    # The first count is of the warm-up, the last one of the runs that count.
    steady = _STEADY.findall(text)
    if not steady:
        raise ValueError(
            "The output of benchmark_model has no median: one slow run moves an "
            "average, so use a newer build, which prints median= and p95=."
        )
    threads = _THREADS.search(text)
    if not threads:
        raise ValueError(
            "The output of benchmark_model does not tell the number of threads: "
            "pass --num_threads=1."
        )
    runs, median_us, p95_us = steady[-1]
    delegate, memory = _DELEGATE.search(text), _MEMORY.search(text)
    return {
        "init_ms": float(found["init"][1]) / 1e3,
        "first_ms": float(found["first"][1]) / 1e3,
        "median_ms": float(median_us) / 1e3,
        "p95_ms": float(p95_us) / 1e3,
        "runs": int(runs),
        "threads": int(threads[1]),
        "delegate": delegate[1].lower() if delegate else None,
        "memory_mib": float(memory[1]) if memory else None,
    }


def _memory(mebibytes):
    if None in mebibytes:
        return {"unavailable": "benchmark_model printed no memory footprint."}
    return {
        "peak_bytes": round(statistics.median(mebibytes) * 2**20),
        "floor_bytes": None,
        "method": _METHOD,
    }
