"""The one list of what is measured: where it is in a run file, and how it is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Of each unit: how a value of a run file becomes one in it, and digits after the point.
UNITS: dict[str, tuple[Callable[[float], float], int]] = {
    "kB": (lambda value: value / 1000, 1),  # of bytes
    "KiB": (lambda value: value / 1024, 0),  # of bytes
    "ms": (float, 3),
    "%": (lambda value: 100 * value, 1),  # of a fraction, or of a ratio
    "times": (float, 1),
    "quality": (float, 3),  # from 0 to 1
}


@dataclass(frozen=True)
class Metric:
    """Something that is measured of a converted model."""

    section: str  # of a run file
    key: str  # in that section
    unit: str = ""  # of `UNITS`; empty if only the CSV file has the metric
    name: str = ""  # as on the axis of a plot and in model cards
    heading: str = ""  # of its column in the tables; empty if they have none
    lower_is_better: bool = False  # whether it is a cost, which is compared with the control's
    plot: str = ""  # of quality against it, which puts it into the short table, too
    samples: str = ""  # the key of its values in each process; empty if there is one for each seed

    @property
    def column(self) -> str:
        """Its name among the columns of the CSV file."""
        return f"{self.section}_{self.key}"

    def of(self, run: dict[str, Any]) -> Any:
        """Returns the value in a run, or None."""
        return (run[self.section] or {}).get(self.key)


METRICS = (
    Metric("model", "parameters"),
    Metric("model", "trainable_parameters"),
    Metric("storage", "tflite_bytes", "kB", ".tflite file", ".tflite", True),
    Metric("storage", "gzip_bytes", "kB", ".tflite file after gzip", "gzip", True, "size"),
    Metric("static", "weight_bytes"),
    Metric("static", "weight_values"),
    Metric("static", "zero_fraction", "%", "zeros among the weights", "zeros"),
    Metric("static", "unique_values"),
    Metric("static", "sparse_tensors"),
    Metric("static", "peak_live_activation_bytes"),
    Metric("latency", "median_ms", "ms", "latency", "latency", True, "latency", "medians"),
    Metric("latency", "p95_ms", "ms", "latency, 95th percentile"),
    Metric("latency", "cpu_median_ms"),
    Metric("latency", "init_ms"),
    Metric("latency", "first_ms"),
    Metric("memory", "peak_bytes", "KiB", "peak memory", "peak memory", True, samples="peaks"),
    Metric("memory", "floor_bytes"),
)
COSTS = tuple(metric for metric in METRICS if metric.lower_is_better)


def write(value: float | None, unit: str) -> str:
    """Returns a value of a run file in a unit, without its name; a dash for None."""
    if value is None:
        return "-"
    convert, digits = UNITS[unit]
    return f"{convert(value):.{digits}f}"
