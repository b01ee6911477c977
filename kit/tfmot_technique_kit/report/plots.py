"""Plots of quality against size, latency and level.

One panel per conversion, so that every point can be labelled. Colour and shape say the same, for
readers who do not tell colours apart. The same runs give the same bytes.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from matplotlib import style, ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.isotonic import isotonic_regression

from tfmot_technique_kit.metrics.catalog import METRICS, UNITS, Metric
from tfmot_technique_kit.report import comparison
from tfmot_technique_kit.report.aggregate import Row

Points: TypeAlias = Sequence[tuple[Row, Any]]  # rows, and where they are on the horizontal axis

_STYLE = {
    **{"svg.hashsalt": "experiments", "font.size": 13},
    **{"axes.spines.top": False, "axes.spines.right": False},
    **{"axes.grid": True, "grid.color": "#e5e5e5", "axes.axisbelow": True},
}
# Colours that are told apart with any sort of colour vision (Okabe and Ito).
_LOOKS = {
    "baseline": {"color": "#595959", "marker": "s"},
    "control": {"color": "#000000", "marker": "D"},
    "technique": {"color": "#0072b2", "marker": "o"},
    "combination": {"color": "#d55e00", "marker": "^"},
}
_CONVERSIONS = {
    "float": {"color": "#0072b2", "marker": "o"},
    "dynamic": {"color": "#d55e00", "marker": "^"},
    "int8": {"color": "#009e73", "marker": "s"},
}
_MARK = "data sha256:"  # before the fingerprint in a file
_LABEL_SPACE = 17 / 72  # inches
_ASIDE = 0.01  # of a level


@dataclass(frozen=True)
class Plot:
    """A plot of quality."""

    title: str
    axis: str  # title of the horizontal axis
    points: Points
    draw: Callable[[Figure, "Plot"], None]
    # Two ends of the place of each variant, where it has them, and what these are.
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    across: str = ""

    @property
    def fingerprint(self) -> str:
        """A string that changes with what the plot shows."""
        shown = [(r.name, x, (r.quality_mean, r.quality_std, r.quality_n)) for r, x in self.points]
        text = json.dumps([self.title, self.axis, shown, self.ranges])
        return hashlib.sha256(text.encode()).hexdigest()

    def svg(self) -> str:
        """Draws the plot. Returns the content of an SVG file."""
        title = f"{self.title}\nmean and sample standard deviation over the seeds"
        if self.across:
            title += f"; {self.across}"
        metadata = {"Date": None, "Creator": None, "Description": f"{_MARK}{self.fingerprint}"}
        with style.context(("default", _STYLE)):
            picture = Figure(layout="constrained")
            picture.suptitle(title, fontsize=13, x=0.02, ha="left")
            self.draw(picture, self)
            stream = io.BytesIO()
            picture.savefig(stream, format="svg", metadata=metadata)
        # Matplotlib ends lines with spaces, which editors and hooks remove.
        lines = stream.getvalue().decode().splitlines()
        return "".join(f"{line.rstrip()}\n" for line in lines)


def plots(rows: Iterable[Row]) -> dict[str, Plot]:
    """Returns the plots of one setting, by their names. Those without points are left out."""
    rows = [row for row in rows if row.run]
    if not rows:
        return {}
    title = f"{rows[0].setting.title}: {rows[0].metric} against"
    made = {
        metric.plot: _of_cost(metric, rows, f"{title} {metric.plot}")
        for metric in METRICS
        if metric.plot
    }
    levels = [(row, row.level) for row in rows if row.role == "technique"]
    if levels:
        axis = levels[0][0].level_name
        points = levels + [(row, row.level) for row in rows if row.role == "control"]
        made["level"] = Plot(f"{title} {axis}", axis, points, _against_level)
    return {name: plot for name, plot in made.items() if plot.points}


def _of_cost(metric: Metric, rows: Sequence[Row], title: str) -> Plot:
    """Returns the plot of a cost; of latencies beside the control's if any alternated with it.

    Beside each other, latencies of different times would show what the machine did meanwhile.
    """
    ratios = [(row.name, getattr(row, f"{metric.column}_ratio")) for row in rows]
    # What is below the resolution is where the control is.
    places = {
        name: (ratio.value or 1, ratio.low, ratio.high)
        for name, ratio in ratios
        if metric.section == "latency" and ratio and ratio.verdict != comparison.NOT_PAIRED
    }
    if places:
        places |= {row.name: (1.0, None, None) for row in rows if row.role == "control"}
        unit, text, across = "%", "% of control", f"95 % interval of the {metric.name}"
    else:
        unit, text, across = metric.unit, metric.unit, "smallest and largest cost"
        for row in rows:
            if value := getattr(row, metric.column):
                samples = getattr(row, f"{metric.column}_samples")
                places[row.name] = (value, min(samples), max(samples))
    convert, _ = UNITS[unit]
    points = [(row, convert(places[row.name][0])) for row in rows if row.name in places]
    ranges = {name: (convert(low), convert(high)) for name, (_, low, high) in places.items() if low}
    return Plot(title, f"{metric.name} ({text})", points, _against_cost, ranges, across)


def fingerprint(content: str) -> str | None:
    """Returns the fingerprint in the content of an SVG file of this module, if it has one.

    Files that other versions of Matplotlib drew differ in bytes, and agree in this.
    """
    _, found, rest = content.partition(_MARK)
    return rest[:64] if found else None


def _against_cost(picture: Figure, plot: Plot) -> None:
    panels = _by_conversion(plot)
    height = max(2.1, 0.6 + max(map(len, panels.values())) * _LABEL_SPACE * 1.15)
    picture.set_size_inches(8, height * len(panels) + 0.9)
    grid = picture.subplots(len(panels), sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, (name, panel) in zip(grid, panels.items(), strict=True):
        axes.set_title(name, loc="left", fontsize=13)
        axes.set_ylabel(panel[0][0].metric)
        for row, x in panel:
            low, high = plot.ranges.get(row.name, (x, x))
            across = None if low == high else [[x - low], [high - x]]
            _point(axes, x, row, across, **_LOOKS[row.role])
    _scale(grid[-1], [x for _, x in plot.points])
    grid[-1].set_xlabel(plot.axis)
    picture.draw_without_rendering()  # settles the layout that labels depend on
    for axes, panel in zip(grid, panels.values(), strict=True):
        _label(axes, [(row.training, x, row, _LOOKS[row.role]["color"]) for row, x in panel])


def _against_level(picture: Figure, plot: Plot) -> None:
    picture.set_size_inches(8, 4.2)
    axes = picture.subplots()
    ends = []
    for i, (name, panel) in enumerate(_by_conversion(plot).items()):
        look = _CONVERSIONS[name]
        color = look["color"]
        # Side by side, or error bars would hide each other.
        line = [(x + (i - 1) * _ASIDE, row) for row, x in panel if row.role != "control"]
        axes.plot([x for x, _ in line], [row.quality_mean for _, row in line], color=color)
        for x, row in line:
            _point(axes, x, row, **look)
        ends += [(name, x, row, color) for x, row in line[-1:]]
        for row, _ in panel:
            if row.role == "control":
                axes.axhline(row.quality_mean, color=color, linestyle=":")
                ends.append((f"{name}, control", 1, row, color))
    axes.set_xlim(0, 1)
    axes.set_xlabel(plot.axis)
    axes.set_ylabel(plot.points[0][0].metric)
    picture.draw_without_rendering()
    _label(axes, ends)


def _by_conversion(plot: Plot) -> dict[str, Points]:
    panels = {c: [point for point in plot.points if point[0].conversion == c] for c in _CONVERSIONS}
    return {conversion: points for conversion, points in panels.items() if points}


def _point(axes: Axes, x: float, row: Row, xerr: Any = None, **look: str) -> None:
    lines = {"markersize": 6, "capsize": 3, "elinewidth": 1}
    axes.errorbar(x, row.quality_mean, row.quality_std, xerr, **look, **lines)


def _scale(axes: Axes, values: list[float]) -> None:
    # Ratios are what counts for costs, but a logarithmic axis of less than a few
    # fold has hardly a tick.
    if max(values) >= 3 * min(values):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
        axes.xaxis.set_minor_formatter(ticker.NullFormatter())
    axes.margins(x=0.08, y=0.12)


def _label(axes: Axes, ends: list[tuple[str, float, Row, str]]) -> None:
    """Labels points in a column beside the axes, where nothing overlaps.

    The ends are a label, its point's x, the row with its quality, and a color each.
    """
    ends = sorted(ends, key=lambda end: (end[2].quality_mean, -end[1], end[0]))
    transform = axes.transData + axes.transAxes.inverted()
    wanted = [transform.transform((x, row.quality_mean))[1] for _, x, row, _ in ends]
    space = _LABEL_SPACE * axes.figure.dpi / axes.get_window_extent().height
    # A line from the middle of the label's left side to the point.
    arrow = {"arrowstyle": "-", "color": "#999999", "linewidth": 0.6, "relpos": (0, 0.5)}
    beside = {"textcoords": "axes fraction", "va": "center", "annotation_clip": False}
    for (text, x, row, color), y in zip(ends, _apart(wanted, space), strict=True):
        place = {"xy": (x, row.quality_mean), "xytext": (1.03, y), **beside}
        axes.annotate(text, **place, fontsize=12, color=color, arrowprops=arrow)


def _apart(wanted: list[float], space: float) -> np.ndarray:
    """Moves ascending positions apart by a space, and as little as that takes.

    The axes reach from 0 to 1.
    """
    steps = np.arange(len(wanted)) * space
    # Positions are apart if what is left of them without the steps does not descend.
    highest = max(1 - steps[-1], 0)
    return isotonic_regression(np.array(wanted) - steps, y_min=0, y_max=highest) + steps
