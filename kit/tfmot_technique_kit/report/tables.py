"""Tables in Markdown, HTML and CSV.

The columns are data, and every row is written by the same rules: a loss looks
as a gain does, but for its sign.
"""

import csv
import io
import statistics
import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from tfmot_technique_kit import markdown, pages
from tfmot_technique_kit.markdown import escape
from tfmot_technique_kit.metrics.catalog import COSTS, METRICS, Metric, write
from tfmot_technique_kit.report import comparison, notes
from tfmot_technique_kit.report.aggregate import Row, Setting, Settings

Column: TypeAlias = tuple[str, Callable[[Row], str]]  # a heading, and what a row has below it
Plots: TypeAlias = Iterable[tuple[str, str]]  # the address of each, and what it shows

NO_RESULTS = (
    "No results yet. `technique sweep --profile smoke` makes some, "
    "and `technique report` shows them here."
)
_TRAINING = (
    "Time of the whole fine-tuning, the median over the seeds. Building the model and tracing its "
    "graph count, too; in short trainings they take most of the time."
)
# The same for every technique, so that nobody chooses the rows that look good.
_SUMMARY_CONVERSIONS = ("float", "int8")
_CSV = (
    *(*Setting._fields, "variant", "training", "conversion", "level_name", "level"),
    *("status", "problems", "metric", "quality_mean", "quality_std", "quality_n"),
    *("difference_mean", "difference_std", "difference_n", "exceeds_spread"),
    *(*(metric.column for metric in METRICS), "measured_run"),
    *(f"{metric.column}_{end}" for metric in COSTS for end in ("min", "max")),
    *(f"{m.column}_ratio_{field}" for m in COSTS for field in comparison.Ratio._fields),
)
_PAGE = string.Template("""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Results</title>
<style>
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #ccc; padding: .3em .8em; white-space: nowrap; }
img { max-width: 100%; }
</style></head>
<body>
$body</body>
</html>
""")


def table(rows: Sequence[Row], plots: Plots = ()) -> str:
    """Returns rows of one setting as Markdown, with what was not measured, plots and notes."""
    columns = [
        ("variant", lambda row: row.name),
        (next((row.metric for row in rows if row.metric), "quality"), _quality),
        ("seeds", lambda row: str(row.quality_n or "-")),
        *_DIFFERENCE,
        *(column for metric in METRICS if metric.heading for column in _columns(metric)),
    ]
    parts = [_table(columns, rows, names=1)]
    if problems := [f"{row.name}: {line}" for row in rows for line in row.problems]:
        parts += ["Not measured:", _bullets(problems)]
    parts += _images(plots)
    if said := notes.notes(rows):
        parts.append(_bullets(said))
    return "\n\n".join(parts) + "\n"


def summary(settings: Settings, plots: Plots = ()) -> str:
    """Returns a short table of the technique at each level, and plots, as Markdown."""
    columns = [
        ("task", lambda row: row.setting.title),
        ("variant", lambda row: row.name),
        ("quality", lambda row: f"{_quality(row)} {row.metric or ''}".strip()),
        *_DIFFERENCE,
        *(column for metric in METRICS if metric.plot for column in _columns(metric)),
    ]
    rows = [
        row
        for rows in settings.values()
        for row in rows
        if row.role == "technique" and row.conversion in _SUMMARY_CONVERSIONS
    ]
    return "\n\n".join([_table(columns, rows, names=2), *_images(plots)]) + "\n"


def overhead(settings: Settings) -> str:
    """Returns a table of how long training took, beside the control, as Markdown."""
    rows = []
    for setting, group in settings.items():
        trained = [(row, _seconds(row)) for row in group if row.conversion == "float"]
        control = next((seconds for row, seconds in trained if row.role == "control"), {})
        for row, seconds in trained:
            seeds = sorted(seconds.keys() & control.keys())
            if seeds and row.role == "technique":
                pairs = [[took[seed] for seed in seeds] for took in (seconds, control)]
                middles = [f"{statistics.median(values):.1f}" for values in pairs]
                compared = ratio(comparison.ratio(*pairs))
                rows.append((escape(setting.title), escape(row.training), *middles, compared))
    header = ("task", "training", "time (s)", "of the control (s)", "of control (%)")
    return f"{markdown.table(header, rows, names=2)}\n\n{_TRAINING}\n"


def _seconds(row: Row) -> dict[int, float]:
    """Returns how long training took by seed."""
    return {run["seed"]: run["train"]["wall_s"] for run in row.runs if run["train"]}


def page(text: str) -> str:
    """Returns Markdown as an HTML page."""
    return _PAGE.substitute(body=pages.MARKDOWN.render(text))


def values(settings: Settings) -> str:
    """Returns all rows as CSV, with all digits."""
    is_named = any(setting.keras for setting in settings)
    columns = [column for column in _CSV if column != "keras" or is_named]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_values(row) for rows in settings.values() for row in rows)
    return stream.getvalue()


def _values(row: Row) -> dict[str, Any]:
    """Returns what the CSV file has of a row, and more, by column."""
    cells = vars(row) | {"variant": row.name, "exceeds_spread": row.verdict}
    cells |= {"problems": "; ".join(row.problems), "measured_run": row.run and row.run["run_id"]}
    for column in (metric.column for metric in COSTS):
        if samples := cells[f"{column}_samples"]:
            cells |= {f"{column}_min": min(samples), f"{column}_max": max(samples)}
        if ratio := cells[f"{column}_ratio"]:
            cells |= {f"{column}_ratio_{field}": value for field, value in ratio._asdict().items()}
    return cells


def _table(columns: Sequence[Column], rows: Iterable[Row], names: int) -> str:
    header = [escape(heading) for heading, _ in columns]
    cells = [[escape(cell(row)) for _, cell in columns] for row in rows]
    return markdown.table(header, cells, names)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"*   {escape(line)}" for line in lines)


def _images(plots: Plots) -> list[str]:
    return [f"![{escape(caption)}]({name})" for name, caption in plots]


def _quality(row: Row) -> str:
    if row.status != "ok":
        return row.status.replace("_", " ")
    return f"{write(row.quality_mean, 'quality')}{_deviation(row.quality_std)}"


def difference(row: Row) -> str:
    """Returns the difference of a row to its control, as a cell shows it."""
    if row.difference_mean is None:
        return "-"
    mean = round(row.difference_mean, 3) + 0.0  # adding 0 makes -0 positive
    return f"{mean:+.3f}{_deviation(row.difference_std)}"


def _deviation(value: float | None) -> str:
    return "" if value is None else f" ± {write(value, 'quality')}"


def _columns(metric: Metric) -> list[Column]:
    """Returns the column of a metric, and that of its ratio to the control if it is a cost."""

    def measured(row: Row) -> str:
        text = write(getattr(row, metric.column), metric.unit)
        values = getattr(row, f"{metric.column}_samples", None)
        if not values:
            return text
        low, high = (write(end(values), metric.unit) for end in (min, max))
        return text if low == high else f"{text} ({low} to {high})"

    def compared(row: Row) -> str:
        return ratio(getattr(row, f"{metric.column}_ratio"))

    columns = [(f"{metric.heading} ({metric.unit})", measured), ("of control (%)", compared)]
    return columns if metric.lower_is_better else columns[:1]


def ratio(compared: comparison.Ratio | None) -> str:
    """Returns a ratio as a cell shows it: a number only where it is more than noise."""
    if compared is None:
        return "-"
    value, low, high = (write(x, "%") for x in (compared.value, compared.low, compared.high))
    return {
        comparison.DIFFERS: f"{value} ({low} to {high})",
        comparison.EQUAL: value,
        comparison.NOISE: f"{comparison.NOISE} ({low} to {high})",
        comparison.RESOLUTION: f"{comparison.NOISE} ({comparison.RESOLUTION})",
        comparison.ONE: f"{value} ({comparison.ONE})",
        comparison.NOT_PAIRED: comparison.NOT_PAIRED,
    }[compared.verdict]


_DIFFERENCE: tuple[Column, ...] = (
    ("difference to control", difference),
    ("exceeds spread", lambda row: row.verdict or "-"),
)
