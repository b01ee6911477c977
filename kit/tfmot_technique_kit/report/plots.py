"""Plots of quality against size, latency and level.

One panel per conversion, so that every point can be labelled. Colour and shape
say the same, for readers who do not tell colours apart. The same runs give the
same bytes.
"""

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable

from matplotlib import figure, style, ticker

_STYLE = (
    "default",
    {
        "svg.hashsalt": "experiments",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#e5e5e5",
        "axes.axisbelow": True,
    },
)
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
_COSTS = (
    # Name of the plot, section and key in a run file, divisor, axis.
    ("size", "storage", "gzip_bytes", 1000, ".tflite file after gzip (kB)"),
    ("latency", "latency", "median_ms", 1, "latency (ms)"),
)
_MARK = "data sha256:"  # before the fingerprint in a file
_POINTS = 72  # in an inch
_LABEL_SPACE = 13  # points
_ASIDE = 0.01  # of a level


@dataclasses.dataclass(frozen=True)
class Plot:
    """A plot of quality.

    Attributes:
        title: What it shows.
        axis: Title of the horizontal axis.
        points: Pairs of a Row and where it is on that axis. None stands for a
            horizontal line.
        draw: Function of a figure and this Plot.
    """

    title: str
    axis: str
    points: tuple
    draw: Callable

    @property
    def fingerprint(self):
        """A string that changes with what the plot shows."""
        shown = [(row.name, x, dataclasses.astuple(row.quality)) for row, x in self.points]
        text = json.dumps([self.title, self.axis, shown])
        return hashlib.sha256(text.encode()).hexdigest()

    def svg(self):
        """Draws the plot. Returns the content of an SVG file."""
        with style.context(_STYLE):
            picture = figure.Figure(layout="constrained")
            picture.suptitle(
                f"{self.title}\nmean and sample standard deviation over the seeds",
                fontsize=11,
                x=0.02,
                ha="left",
            )
            self.draw(picture, self)
            stream = io.BytesIO()
            picture.savefig(
                stream,
                format="svg",
                metadata={
                    "Date": None,
                    "Creator": None,
                    "Description": f"{_MARK}{self.fingerprint}",
                },
            )
        # Matplotlib ends lines with spaces, which editors and hooks remove.
        lines = stream.getvalue().decode().splitlines()
        return "".join(f"{line.rstrip()}\n" for line in lines)


def plots(rows):
    """Returns the plots of one setting.

    Args:
        rows: The Rows of the setting.

    Returns:
        A dict from the name of a plot to a Plot. Those without points are left out.
    """
    rows = [row for row in rows if row.quality]
    result = {}
    for name, section, key, divisor, axis in _COSTS:
        points = tuple(
            (row, row.value(section, key) / divisor) for row in rows if row.value(section, key)
        )
        if points:
            result[name] = Plot(_title(rows, name), axis, points, _against_cost)
    levels = [row for row in rows if row.role == "technique"]
    if levels:
        axis = levels[0].level_name
        controls = [row for row in rows if row.role == "control"]
        points = tuple((row, row.level) for row in levels + controls)
        result["level"] = Plot(_title(rows, axis), axis, points, _against_level)
    return result


def _title(rows, axis):
    return f"{rows[0].setting.title}: {rows[0].metric} against {axis}"


def fingerprint(content):
    """Returns the fingerprint of what an SVG file of this module shows.

    Files that other versions of Matplotlib drew differ in bytes, and agree in
    this.

    Args:
        content: The file's content.

    Returns:
        A string, or None if the file has none.
    """
    _, found, rest = content.partition(_MARK)
    return rest[:64] if found else None


def _against_cost(picture, plot):
    points = plot.points
    conversions = _conversions(points)
    panels = [[(row, x) for row, x in points if row.conversion == name] for name in conversions]
    height = max(2.2, 0.6 + max(map(len, panels)) * _LABEL_SPACE / _POINTS * 1.15)
    picture.set_size_inches(8, height * len(panels) + 0.9)
    grid = picture.subplots(len(panels), sharex=True, sharey=True, squeeze=False)
    grid = grid[:, 0]
    for axes, panel, name in zip(grid, panels, conversions, strict=True):
        axes.set_title(name, loc="left", fontsize=10)
        axes.set_ylabel(points[0][0].metric)
        for row, x in panel:
            _point(axes, x, row.quality, **_LOOKS[row.role])
    _scale(grid[-1], [x for _, x in points])
    grid[-1].set_xlabel(plot.axis)
    picture.draw_without_rendering()  # settles the layout that labels depend on
    for axes, panel in zip(grid, panels, strict=True):
        _label(axes, [(row.training, x, row, _LOOKS[row.role]["color"]) for row, x in panel])


def _against_level(picture, plot):
    picture.set_size_inches(8, 4.2)
    axes = picture.subplots()
    ends = []
    conversions = _conversions(plot.points)
    for i, name in enumerate(conversions):
        look = _CONVERSIONS[name]
        rows = [row for row, _ in plot.points if row.conversion == name]
        # Side by side, or error bars would hide each other.
        line = [(row.level + (i - 1) * _ASIDE, row) for row in rows if row.role != "control"]
        color = look["color"]
        axes.plot([x for x, _ in line], [row.quality.mean for _, row in line], color=color)
        for x, row in line:
            _point(axes, x, row.quality, **look)
        ends += [(name, x, row, color) for x, row in line[-1:]]
        for row in rows:
            if row.role == "control":
                axes.axhline(row.quality.mean, color=color, linestyle=":")
                ends.append((f"{name}, control", 1, row, color))
    axes.set_xlim(0, 1)
    axes.set_xlabel(plot.axis)
    axes.set_ylabel(plot.points[0][0].metric)
    picture.draw_without_rendering()
    _label(axes, ends)


def _conversions(points):
    there = {row.conversion for row, _ in points}
    return [name for name in _CONVERSIONS if name in there]


def _point(axes, x, spread, color, marker):
    axes.errorbar(
        x,
        spread.mean,
        yerr=spread.std,
        color=color,
        marker=marker,
        markersize=6,
        capsize=3,
        elinewidth=1,
    )


def _scale(axes, values):
    # Ratios are what counts for costs, but a logarithmic axis of less than a few
    # fold has hardly a tick.
    if max(values) >= 3 * min(values):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
        axes.xaxis.set_minor_formatter(ticker.NullFormatter())
    axes.margins(x=0.08, y=0.12)


def _label(axes, ends):
    """Labels points in a column beside the axes, where nothing overlaps.

    Args:
        axes: The axes.
        ends: Tuples of a label, its point's x, the Row with its quality, and a
            color.
    """
    ends = sorted(ends, key=lambda end: (end[2].quality.mean, -end[1], end[0]))
    transform = axes.transData + axes.transAxes.inverted()
    box = axes.get_window_extent()
    space = _LABEL_SPACE / _POINTS * axes.figure.dpi / box.height
    wanted = [transform.transform((x, r.quality.mean))[1] for _, x, r, _ in ends]
    for (text, x, row, color), y in zip(ends, _apart(wanted, space), strict=True):
        axes.annotate(
            text,
            (x, row.quality.mean),
            xytext=(1.03, y),
            textcoords="axes fraction",
            va="center",
            fontsize=9,
            color=color,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": "#999999",
                "linewidth": 0.6,
                "relpos": (0, 0.5),  # from the middle of the label's left side
            },
        )


def _apart(wanted, space):
    """Moves sorted positions apart, and as little as that takes.

    Args:
        wanted: Positions in ascending order; 0 and 1 are the ends of the axes.
        space: Smallest distance between two of them.

    Returns:
        The list of positions.
    """
    groups = []  # of positions that touch: [sum of wanted bottoms, number]
    for i, y in enumerate(wanted):
        groups.append([y - i * space, 1])
        while len(groups) > 1 and _mean(groups[-2]) > _mean(groups[-1]):
            total, count = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += count
    highest = max(1 - (len(wanted) - 1) * space, 0)
    bottoms = [min(max(_mean(group), 0), highest) for group in groups for _ in range(group[1])]
    return [bottom + i * space for i, bottom in enumerate(bottoms)]


def _mean(group):
    return group[0] / group[1]
