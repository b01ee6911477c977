"""Ratios to the dense model, in rounds that all contenders take part in.

Machines are noisy; pairs within a round are not: each round gives one ratio per contender.
"""

from __future__ import annotations

import collections
import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

SAMPLE_SECONDS = 0.2  # Of one contender in one round, if its step is not longer.
FEWEST_ROUNDS, MOST_ROUNDS = 5, 21

Run = Callable[[int], None]


def timed(function: Callable[..., Any], *args: Any) -> tuple[float, Any]:
    """Calls a function. Returns seconds, and what it returns."""
    started = time.perf_counter()
    result = function(*args)
    return time.perf_counter() - started, result


class Results:
    """What was measured of each contender, and what failed."""

    def __init__(self) -> None:
        self._ratios = collections.defaultdict(lambda: collections.defaultdict(list))
        self._failures: dict[str, dict[str, str]] = collections.defaultdict(dict)

    def add(self, quantity: str, values: dict[str, float]) -> None:
        """Adds one round: a value for each contender, whose unit is that of "dense"."""
        for name, value in values.items():
            self._ratios[quantity][name].append(value / values["dense"])

    def set(self, quantity: str, values: dict[str, float]) -> None:
        """Sets what does not vary: a size or a number for each contender."""
        self._ratios.pop(quantity, None)
        self.add(quantity, values)

    @contextlib.contextmanager
    def attempt(self, name: str, operation: str) -> Iterator[None]:
        """Notes the reason why an operation fails, and goes on without its result."""
        try:
            yield
        except Exception as error:
            if name == "dense":
                raise
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            self._failures[name][operation] = reason[:300]

    def summarize(self) -> dict[str, dict]:
        """Returns medians, with half the interquartile range of what varies."""
        ratios = {q: {n: _summarize(v) for n, v in c.items()} for q, c in self._ratios.items()}
        return {"ratios": ratios, "failures": self._failures}


def _summarize(values: list[float]) -> dict[str, float]:
    summary = {"median": statistics.median(values)}
    if len(values) > 1:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        summary |= {"spread": (high - low) / 2, "rounds": len(values)}
    return summary


def interleave(
    quantity: str,
    runs: dict[str, Run],
    seconds: float,
    results: Results,
    sample_seconds: float = SAMPLE_SECONDS,
) -> None:
    """Runs each contender once a round, until the time is up.

    Args:
        quantity: What is measured.
        runs: What each contender runs, given a number of steps.
        seconds: Time for it. The fewest rounds may take longer.
        results: Gets the seconds per step of each round.
        sample_seconds: Of one contender in one round, if its step is not longer.
    """
    steps = {}
    for name, run in runs.items():
        run(1)
        shortest = min(timed(run, 1)[0] for _ in range(2))
        steps[name] = max(1, round(sample_seconds / shortest))
    names = list(runs)
    end = time.perf_counter() + seconds
    for index in range(MOST_ROUNDS):
        if index >= FEWEST_ROUNDS and time.perf_counter() > end:
            break
        turn = index % len(names)
        taken = {n: timed(runs[n], steps[n])[0] / steps[n] for n in names[turn:] + names[:turn]}
        results.add(quantity, taken)
