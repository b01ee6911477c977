"""What a reader has to know about a table, all of it from the run files."""

import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tfmot_technique_kit.metrics.catalog import COSTS, write
from tfmot_technique_kit.report import comparison
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
_CHANCE = (
    "With {n} seeds, chance alone exceeds the spread in {chance:.0f} % of all cases, and "
    "{width:.1f} times the spread in 5 %: {n} seeds can only show differences larger than that."
)
_OF_CONTROL = (
    "Of control: the cost as a part of the control's with the same conversion, the geometric mean "
    "with its 95 % confidence interval, by Student's t on logarithms. Sizes are compared seed by "
    "seed, latencies in each process, where the model and the control alternate every few "
    "milliseconds, and memory between processes (Welch). Rows are measured one after the other, "
    "while the machine changes: compare their latencies by this column alone. Brackets behind a "
    "cost itself hold its smallest and its largest value, over seeds or processes."
)
_NOISE = (
    f"{comparison.NOISE.capitalize()}: the interval has 100 in it, or the cost or the difference "
    f"is {comparison.RESOLUTION}, that is below what the clock shows for an empty call{{clock}} or "
    "the 256 KiB that Linux may miscount memory by. One interval in 20 is wrong by chance."
)
_ONE = f"{comparison.ONE}: nothing is known of the spread."
_NOT_PAIRED = (
    f"{comparison.NOT_PAIRED.capitalize()}: measured at another time than the control, as by "
    "earlier versions and on phones, and thus not comparable."
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
    """Returns the notes on the rows of one setting, lines; none if no variant has a result."""
    runs = [run for row in rows for run in row.runs if run["status"] == "ok"]
    if not runs:
        return []
    seeds = ", ".join(map(str, sorted({run["seed"] for run in runs})))
    return [
        *([_SMOKE] if rows[0].profile == "smoke" else []),
        f"Data: {_distinct(_DATA, runs)}.",
        f"Quality: {_distinct('{quality[metric]}', runs)} of the converted model on "
        f"{_distinct('{quality[n]}', runs)} test examples, mean ± sample standard deviation over "
        f"the seeds ({seeds}). Higher is better.",
        " ".join([_DIFFERENCE, *_chance(rows)]),
        "Size: of the .tflite file and of the same after gzip; 1 kB is 1,000 bytes. Zeros: among "
        "the weights in the file. Size, latency and memory are of seed "
        f"{_distinct('{seed}', [row.run for row in rows if row.run])}.",
        *_costs(rows),
        *_measurements(rows),
        f"Machine: {_distinct('{hardware[cpu]:unknown}, {hardware[cores]} cores', runs)}. "
        f"Training: {_distinct(_DETERMINISM, runs)}.",
        f"Software: {_distinct(_versions, runs)}. Commit: {_distinct(_commit, runs)}. "
        f"Configuration: {_distinct(lambda run: run['config']['sha256'][:8], runs)}.",
    ]


def _distinct(what: str | Callable[[Run], str], runs: Iterable[Run]) -> str:
    """Joins what the runs say; more than one value is worth knowing."""
    say = what if callable(what) else lambda run: _Formatter().format(what, **run)
    return "; ".join(dict.fromkeys(map(say, runs)))


def _chance(rows: Sequence[Row]) -> list[str]:
    """Returns what so few seeds can show."""
    counts = {row.difference_n for row in rows if row.difference_n}
    said = ["One seed says nothing about the spread."] if 1 in counts else []
    for n in sorted(counts - {1}):
        chance, width = comparison.of_chance(n)
        said.append(_CHANCE.format(n=n, chance=100 * chance, width=width))
    return said


def _costs(rows: Sequence[Row]) -> list[str]:
    """Returns how costs were compared, and what the verdicts of this table mean."""
    ratios = [getattr(row, f"{metric.column}_ratio") for row in rows for metric in COSTS]
    verdicts = {ratio.verdict for ratio in ratios if ratio}
    if not verdicts:
        return []
    clocks = [(row.run["latency"] or {}).get("clock_ms", 0) for row in rows if row.run]
    clock = f" (up to {1000 * max(clocks):.2f} µs)" if any(clocks) else ""
    said = [_OF_CONTROL]
    if verdicts & {comparison.NOISE, comparison.RESOLUTION}:
        said.append(_NOISE.format(clock=clock))
    said += [_ONE] if comparison.ONE in verdicts else []
    said += [_NOT_PAIRED] if comparison.NOT_PAIRED in verdicts else []
    return [" ".join(said)]


def _measurements(rows: Sequence[Row]) -> list[str]:
    latency, memory = "Latency: not measured.", "Memory: not measured."
    if runs := [row.run for row in rows if row.latency_median_ms]:
        latency = f"Latency: of one example, median of the medians of {_distinct(_LATENCY, runs)}."
    if runs := [row.run for row in rows if row.memory_peak_bytes is not None]:
        memory = f"Peak memory: {_distinct('{memory[method]}', runs).rstrip('.')}."
    if floors := [row.memory_floor_bytes for row in rows if row.memory_floor_bytes is not None]:
        floor = write(max(floors), "KiB")
        memory += f" A model of one operation takes up to {floor} KiB, which is included."
    return [latency, memory]


def _versions(run: Run) -> str:
    return ", ".join(f"{name} {version}" for name, version in run["software"].items() if version)


def _commit(run: Run) -> str:
    if not run["git"]:
        return "none"
    return run["git"]["commit"][:8] + " with changes" * run["git"]["dirty"]
