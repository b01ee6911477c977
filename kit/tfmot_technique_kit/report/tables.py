"""Tables in Markdown, HTML and CSV.

The columns are data, and every row is written by the same rules: a loss looks
as a gain does, but for its sign.
"""

import csv
import dataclasses
import io
import pathlib

import jinja2

from tfmot_technique_kit.report import formats, notes

NO_RESULTS = (
    "No results yet. `python -m experiments sweep --profile smoke` makes some, "
    "and `python -m experiments report` shows them here."
)

_MEASURES = (
    # Heading, section and key in a run file, how the number is written.
    (".tflite (kB)", "storage", "tflite_bytes", formats.kilobytes),
    ("gzip (kB)", "storage", "gzip_bytes", formats.kilobytes),
    ("zeros (%)", "static", "zero_fraction", formats.points),
    ("latency (ms)", "latency", "median_ms", formats.milliseconds),
    ("peak memory (KiB)", "memory", "peak_bytes", formats.kibibytes),
)

_SUMMARY_HEADER = (
    "task",
    "variant",
    "quality",
    "difference to control",
    "exceeds spread",
    "gzip (kB)",
    "of control (%)",
    "latency (ms)",
    "of control (%)",
)
# The same for every technique, so that nobody chooses the rows that look good.
_SUMMARY_CONVERSIONS = ("float", "int8")

_CSV_SECTIONS = {
    "model": ("parameters", "trainable_parameters"),
    "storage": ("tflite_bytes", "gzip_bytes"),
    "static": (
        "weight_bytes",
        "weight_values",
        "zero_fraction",
        "unique_values",
        "sparse_tensors",
        "peak_live_activation_bytes",
    ),
    "latency": ("median_ms", "p95_ms", "cpu_median_ms", "init_ms", "first_ms"),
    "memory": ("peak_bytes", "floor_bytes"),
}

_PAGE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
    autoescape=True,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of plain text.

    Attributes:
        title: What is in it.
        header: Headings of the columns.
        rows: Tuples of cells.
        problems: Pairs of a variant and the reason why it was not measured.
        notes: Lines for under the table.
        plots: Pairs of a file name and what it shows.
        names: Number of columns at the left that hold names, not numbers.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    plots: tuple[tuple[str, str], ...] = ()
    names: int = 1


def table(rows, plots=()):
    """Returns the table of one setting.

    Args:
        rows: The Rows of the setting.
        plots: Pairs of a file name and what it shows.

    Returns:
        A Table.
    """
    metric = next((row.metric for row in rows if row.metric), "quality")
    header = ("variant", metric, "seeds", "difference to control")
    header += ("exceeds spread", *(heading for heading, *_ in _MEASURES))
    return Table(
        title=rows[0].setting.title,
        header=header,
        rows=tuple(_cells(row) for row in rows),
        problems=tuple((row.name, line) for row in rows for line in row.problems),
        notes=tuple(notes.notes(rows)),
        plots=tuple(plots),
    )


def summary(settings):
    """Returns a short table of the technique at each level, for all settings.

    Args:
        settings: What aggregate.aggregate returns.

    Returns:
        A Table.
    """
    rows = [
        row
        for rows in settings.values()
        for row in rows
        if row.role == "technique" and row.conversion in _SUMMARY_CONVERSIONS
    ]
    return Table(
        title="Summary",
        header=_SUMMARY_HEADER,
        rows=tuple(_summary_cells(row) for row in rows),
        names=2,
    )


def markdown(content):
    """Returns a Table as Markdown: the table, problems, plots and notes."""
    header = [formats.escape(cell) for cell in content.header]
    ruler = ["---" if i < content.names else "---:" for i in range(len(header))]
    lines = [_line(header), _line(ruler)]
    lines += [_line([formats.escape(cell) for cell in row]) for row in content.rows]
    if content.problems:
        lines += ["", "Not measured:", ""]
        lines += [f"*   {formats.escape(v)}: {formats.escape(why)}" for v, why in content.problems]
    for name, caption in content.plots:
        lines += ["", f"![{formats.escape(caption)}]({name})"]
    if content.notes:
        lines += ["", *(f"*   {formats.escape(note)}" for note in content.notes)]
    return "\n".join(lines) + "\n"


def page(contents):
    """Returns all Tables as one HTML page."""
    template = _PAGE.get_template("tables.html.jinja")
    return template.render(tables=contents, no_results=NO_RESULTS)


def values(settings):
    """Returns all rows as CSV, with all digits.

    Args:
        settings: What aggregate.aggregate returns.

    Returns:
        A string.
    """
    records = [_record(row) for rows in settings.values() for row in rows]
    stream = io.StringIO()
    if records:
        writer = csv.DictWriter(stream, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    return stream.getvalue()


def _cells(row):
    return (
        row.name,
        _quality(row),
        str(row.quality.n) if row.quality else formats.NOTHING,
        formats.spread(formats.difference, row.difference),
        row.verdict or formats.NOTHING,
        *(
            formats.optional(number, row.value(section, key))
            for _, section, key, number in _MEASURES
        ),
    )


def _summary_cells(row):
    return (
        row.setting.title,
        row.name,
        f"{_quality(row)} {row.metric or ''}".strip(),
        formats.spread(formats.difference, row.difference),
        row.verdict or formats.NOTHING,
        formats.optional(formats.kilobytes, row.value("storage", "gzip_bytes")),
        formats.optional(formats.points, row.ratio("storage", "gzip_bytes")),
        formats.optional(formats.milliseconds, row.value("latency", "median_ms")),
        formats.optional(formats.points, row.ratio("latency", "median_ms")),
    )


def _quality(row):
    if row.status != "ok":
        return row.status.replace("_", " ")
    return formats.spread(formats.quality, row.quality)


def _record(row):
    record = {
        **dataclasses.asdict(row.setting),
        "variant": row.name,
        "training": row.training,
        "conversion": row.conversion,
        "level_name": row.level_name,
        "level": row.level,
        "status": row.status,
        "problems": "; ".join(row.problems),
        "metric": row.metric,
    }
    for name, value in (("quality", row.quality), ("difference", row.difference)):
        record[f"{name}_mean"] = value.mean if value else None
        record[f"{name}_std"] = value.std if value else None
        record[f"{name}_n"] = value.n if value else 0
    record["exceeds_spread"] = row.verdict
    for section, keys in _CSV_SECTIONS.items():
        record |= {f"{section}_{key}": row.value(section, key) for key in keys}
    record["measured_run"] = row.run["run_id"] if row.run else None
    return record


def _line(cells):
    return f"| {' | '.join(cells)} |"
