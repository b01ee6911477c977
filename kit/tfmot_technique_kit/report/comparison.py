"""Tells whether a cost differs from the control's, or whether that is noise.

The ratio is the geometric mean, with a 95 % interval by Student's t on logarithms: costs are
positive, their noise is relative, and a gain counts as much as the loss that takes it back. There
are a handful of seeds or processes; of so few, a bootstrap gives intervals that are too narrow.
"""

import math
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from tfmot_technique_kit.metrics.catalog import Metric

CONFIDENCE = 0.95
# Linux adds up the resident memory of a thread every 64 pages only; see `VmRSS` in proc(5).
_MEMORY_BYTES = 64 * 4096
_ROUNDING = 1e-12

DIFFERS = "differs"  # the interval is without 1
NOISE = "not distinguishable"  # it has 1 in it
EQUAL = "equal in each"  # pair: a difference without spread, or none
RESOLUTION = "below resolution"  # smaller than what can be told from nothing
ONE = "n = 1"  # nothing is known of its spread
NOT_PAIRED = "not paired"  # measured at different times, and not comparable


class Ratio(NamedTuple):
    """A cost as a multiple of the control's; without a value where there is none."""

    verdict: str
    n: int = 0  # pairs
    value: float | None = None
    low: float | None = None  # the ends of the interval
    high: float | None = None


def samples(metric: Metric, row: Any) -> dict[int, float]:
    """Returns the values of a row's cost that show its spread: by process, or by seed."""
    if not metric.samples:
        runs = {run["seed"]: metric.of(run) for run in row.runs}
        return {seed: value for seed, value in runs.items() if value is not None}
    value = row.run and metric.of(row.run)
    if value is None:
        return {}
    return dict(enumerate(row.run[metric.section].get(metric.samples, [value])))


def compare(metric: Metric, row: Any, control: Any) -> Ratio | None:
    """Returns the ratio of a row's cost to that of its control, None if one has no cost.

    Both are rows as aggregate.aggregate describes them, of the same conversion. There may be no
    control.
    """
    if control is None or row.role == "control":
        return None
    mine, other = samples(metric, row), samples(metric, control)
    if not mine or not other:
        return None
    if not metric.samples:
        seeds = sorted(mine.keys() & other.keys())
        return ratio([mine[s] for s in seeds], [other[s] for s in seeds]) if seeds else None
    if metric.section == "latency":
        beside = row.run["latency"].get("control_medians")
        clock = row.run["latency"].get("clock_ms", 0)
        return ratio(list(mine.values()), beside, clock) if beside else Ratio(NOT_PAIRED)
    return ratio(list(mine.values()), list(other.values()), _MEMORY_BYTES, is_paired=False)


def ratio(
    values: Sequence[float], controls: Sequence[float], noise: float = 0, is_paired: bool = True
) -> Ratio:
    """Returns the ratio of values to those of the control.

    Args:
        values: The values.
        controls: Those of the control; as many if they are paired.
        noise: What cannot be told from nothing.
        is_paired: Whether each has been measured with the one in the same place.
    """
    n = min(len(values), len(controls))
    middles = np.median(values), np.median(controls)
    gap = np.median(np.subtract(values, controls)) if is_paired else np.subtract(*middles)
    smallest = min(*middles, abs(gap))
    if min(*values, *controls) <= 0 or (noise and smallest <= noise):
        return Ratio(RESOLUTION, n)
    one, other = np.log(values), np.log(controls)
    value = math.exp(one.mean() - other.mean())
    if n == 1:
        return Ratio(ONE, n, value)
    spreads = [one - other] if is_paired else [one, other]
    if max(map(np.ptp, spreads)) < _ROUNDING:
        return Ratio(EQUAL, n, value, value, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # one of the two may have no spread
        if is_paired:
            test = stats.ttest_rel(one, other)
        else:
            test = stats.ttest_ind(one, other, equal_var=False)
    low, high = map(math.exp, test.confidence_interval(CONFIDENCE))
    return Ratio(NOISE if low <= 1 <= high else DIFFERS, n, value, low, high)


def of_chance(n: int) -> tuple[float, float]:
    """Tells what so many differences can show.

    Returns:
        How often their mean exceeds their sample standard deviation if there is nothing but
        chance; how many standard deviations it has to exceed to do so in 5 of 100 cases.
    """
    return (
        float(2 * stats.t.sf(math.sqrt(n), n - 1)),
        float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) / math.sqrt(n)),
    )
