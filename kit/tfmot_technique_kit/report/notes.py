"""What a reader has to know about a table, all of it from the run files."""

import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tfmot_technique_kit.metrics.catalog import write
from tfmot_technique_kit.report.aggregate import Row, Run

_SMOKE = (
    "The smoke profile shows that the experiments run. Its models and data are too small to be "
    "evidence for a technique."
)
_DATA = (
    "{dataset[name]}, version {dataset[version]:None}, {dataset[source]}, "
    "{dataset[splits][train]} training and {dataset[splits][test]} test examples"
)
_DIFFERENCE = (
    "Difference: to the control with the same conversion, seed by seed. The control is the "
    "baseline, trained further for as long as the others. It exceeds the spread if its mean, be "
    "it a gain or a loss, is larger than its standard deviation; that is a rule of thumb, no test "
    "of significance."
)
_LATENCY = (
    "{latency[processes]} processes, threads: {latency[threads]}, {latency[runtime]}, delegate "
    "{latency[delegate]:none}"
)
_DETERMINISM = (
    "op determinism {determinism[op_determinism]}, threads {determinism[intra_threads]} and "
    "{determinism[inter_threads]}, oneDNN {determinism[onednn]}"
)


class _Formatter(string.Formatter):
    """Writes what a run says; after a colon stands what is written for None."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return format_spec if value is None else str(value)


def notes(rows: Sequence[Row]) -> list[str]:
    """Returns the data set and measurement note of a table.

    Args:
        rows: The rows of one setting.

    Returns:
        Lines; none if no variant has a result.
    """
    runs = [run for row in rows for run in row.runs if run["status"] == "ok"]
    if not runs:
        return []
    seeds = ", ".join(map(str, sorted({run["seed"] for run in runs})))
    one_seed = any(row.verdict == "one seed" for row in rows)
    return [
        *([_SMOKE] if rows[0].profile == "smoke" else []),
        f"Data: {_distinct(_DATA, runs)}.",
        f"Quality: {_distinct('{quality[metric]}', runs)} of the converted model on "
        f"{_distinct('{quality[n]}', runs)} test examples, mean ± sample standard deviation over "
        f"the seeds ({seeds}). Higher is better.",
        _DIFFERENCE + " One seed says nothing about the spread." * one_seed,
        "Size: of the .tflite file and of the same after gzip; 1 kB is 1,000 bytes. Zeros: among "
        "the weights in the file. Size, latency and memory are of seed "
        f"{_distinct('{seed}', [row.run for row in rows if row.run])}.",
        _latency([row.run for row in rows if row.latency_median_ms]),
        _memory([row.run for row in rows if row.memory_peak_bytes is not None]),
        f"Machine: {_distinct('{hardware[cpu]:unknown}, {hardware[cores]} cores', runs)}. "
        f"Training: {_distinct(_DETERMINISM, runs)}.",
        f"Software: {_distinct(_versions, runs)}. Commit: {_distinct(_commit, runs)}. "
        f"Configuration: {_distinct(lambda run: run['config']['sha256'][:8], runs)}.",
    ]


def _distinct(what: str | Callable[[Run], str], runs: Iterable[Run]) -> str:
    """Joins what the runs say; more than one value is worth knowing."""
    say = what if callable(what) else lambda run: _Formatter().format(what, **run)
    return "; ".join(dict.fromkeys(map(say, runs)))


def _latency(runs: list[Run]) -> str:
    if not runs:
        return "Latency: not measured."
    load = max(run["hardware"]["load_average"][0] for run in runs)
    return (
        f"Latency: of one example, median of the medians of {_distinct(_LATENCY, runs)}; the load "
        f"of the machine was up to {load}."
    )


def _memory(runs: list[Run]) -> str:
    if not runs:
        return "Memory: not measured."
    text = f"Peak memory: {_distinct('{memory[method]}', runs).rstrip('.')}."
    floors = [run["memory"]["floor_bytes"] for run in runs]
    floors = [floor for floor in floors if floor is not None]
    if floors:
        floor = write(max(floors), "KiB")
        text += f" A model of one operation takes up to {floor} KiB, which is included."
    return text


def _versions(run: Run) -> str:
    return ", ".join(f"{name} {version}" for name, version in run["software"].items() if version)


def _commit(run: Run) -> str:
    if not run["git"]:
        return "none"
    return run["git"]["commit"][:8] + " with changes" * run["git"]["dirty"]
