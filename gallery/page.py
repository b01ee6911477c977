"""Renders the gallery's page from its run files: who wins where, tables and plots."""

import argparse
import copy
import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import techniques

from tfmot_technique_kit import blocks, files, markdown
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.metrics.catalog import write
from tfmot_technique_kit.report import aggregate, comparison, plots, tables
from tfmot_technique_kit.report.aggregate import Row, Run, Setting

RUNS = Path(__file__).with_name("runs")
_GZIP, _LATENCY = "storage_gzip_bytes_ratio", "latency_median_ms_ratio"
_PLOTS = ("size", "latency")
_SMALL_LOSS = 0.01
_EMPTY = "No results yet."


def render(folder: Path = RUNS, check: bool = False) -> list[str]:
    """Renders the run files of a folder into the page and the plots beside it.

    Args:
        folder: Folder of the run files.
        check: Whether to find what is not up to date, and to write nothing.

    Returns:
        The names of the files that were not up to date.
    """
    page = folder.with_name("README.md")
    settings = collect(results.load_all(folder))
    drawn = {}
    for setting, rows in settings.items():
        made = plots.plots(rows)
        for name in filter(made.__contains__, _PLOTS):
            drawn[folder.with_name("plots") / f"{setting.task}_{name}.svg"] = (setting, made[name])
    makers = {
        "effort": _effort,
        "data": _data,
        "winners": _winners,
        "float": functools.partial(_matrix, conversion="float"),
        "int8": functools.partial(_matrix, conversion="int8"),
        "tables": functools.partial(_tables, page=page, drawn=drawn),
    }
    filled = {name: make(settings) if settings else _EMPTY for name, make in makers.items()}
    text = blocks.render(page.name, blocks.read(page, page.name), "results", filled)
    stale = [] if page.read_text(encoding="utf-8") == text else [page.name]
    for path, (_, plot) in drawn.items():
        if not path.exists() or plots.fingerprint(path.read_text("utf-8")) != plot.fingerprint:
            stale.append(path.name)
            if not check:
                files.write(path, plot.svg())
    if not check:
        files.write(page, text)
    return stale


def collect(runs: Sequence[Run]) -> dict[Setting, list[Row]]:
    """Returns the rows of each task, all techniques beside each other, under their own names."""
    current = {}
    for slug in sorted({run["variant"]["technique"] or "" for run in runs}):
        group = [run for run in runs if run["variant"]["technique"] in (None, slug or None)]
        current |= {run["run_id"]: _named(run) for run in aggregate.current(group)}
    return aggregate.aggregate(list(current.values()))


def _named(run: Run) -> Run:
    """Returns a run whose variant has the name of its technique, or says that it is TFMOT's."""
    run = copy.deepcopy(run)
    variant = run["variant"]
    for key in ("name", "training"):
        if variant["technique"]:
            name = variant["technique"].replace("_", " ")
            variant[key] = variant[key].replace("technique", name, 1)
        elif variant["combination"]:
            variant[key] = f"TFMOT {variant[key]}"
    return run


def _competitors(rows: Iterable[Row], conversion: str) -> list[Row]:
    """Returns the rows of a conversion that were trained by a technique and have a result."""
    return [
        row
        for row in rows
        if row.conversion == conversion
        and row.role in ("technique", "combination")
        and row.status == "ok"
        and row.difference_mean is not None
    ]


def _winners(settings: dict[Setting, list[Row]]) -> str:
    """Returns a table of who is best at what, for each task and conversion."""
    within = f"with a loss of at most {write(_SMALL_LOSS, 'quality')}"
    header = ["task", "model", "best quality", f"smallest {within}", f"fastest {within}"]
    header += ["gain shown", "loss shown", "neither shown"]
    lines = []
    for setting, rows in settings.items():
        for conversion in ("float", "int8"):
            group = _competitors(rows, conversion)
            if not group:
                continue
            group = sorted(group, key=lambda row: -row.difference_mean)
            good = [row for row in group if row.difference_mean >= -_SMALL_LOSS]
            gains, losses, even = (
                [row.training for row in group if _shown(row) == sign] for sign in (1, -1, 0)
            )
            cells = [
                f"{group[0].training} ({tables.difference(group[0])})",
                *(_least(good, cost) for cost in (_GZIP, _LATENCY)),
                *(", ".join(names) or "none" for names in (gains, losses)),
                f"{len(even)} of {len(group)}",
            ]
            lines.append([setting.task, conversion, *map(markdown.escape, cells)])
    return markdown.table(header, lines)


def _shown(row: Row) -> int:
    """Returns 1 if the seeds show a gain of quality, -1 for a loss, 0 if it may be chance."""
    if row.difference_n < 2:
        return 0
    _, width = comparison.of_chance(row.difference_n)
    if abs(row.difference_mean) <= width * row.difference_std:
        return 0
    return 1 if row.difference_mean > 0 else -1


def _least(rows: Sequence[Row], cost: str) -> str:
    """Returns the row of the lowest cost, of those lower than the control's beyond noise."""
    ratios = [(row.training, ratio) for row in rows if (ratio := getattr(row, cost))]
    told = (comparison.DIFFERS, comparison.EQUAL, comparison.ONE)
    lower = [(of, ratio) for of, ratio in ratios if ratio.verdict in told and ratio.value < 1]
    if not lower:
        return "none is below the control" if ratios else "not measured"
    training, least = min(lower, key=lambda pair: pair[1].value)
    return f"{training} ({write(least.value, '%')} %)"


def _matrix(settings: dict[Setting, list[Row]], conversion: str) -> str:
    """Returns a table of all techniques across the tasks, for one conversion."""
    columns: list[tuple[str, Callable[[Row], str]]] = [
        ("quality", _bold),
        ("gzip", lambda row: markdown.escape(tables.ratio(getattr(row, _GZIP)))),
        ("latency", lambda row: markdown.escape(tables.ratio(getattr(row, _LATENCY)))),
    ]
    cells: dict[str, dict[Setting, Row]] = {}
    for setting, rows in settings.items():
        for row in rows:
            if row.conversion == conversion and row.role in ("technique", "combination"):
                cells.setdefault(row.training, {})[setting] = row
    header = ["technique", *(f"{s.task}: {name}" for s in settings for name, _ in columns)]
    lines = []
    for training, found in sorted(cells.items(), key=_order):
        line = [markdown.escape(training)]
        for setting in settings:
            row = found.get(setting)
            line += [_cell(row, show) for _, show in columns]
        lines.append(line)
    return markdown.table(header, lines, names=1)


def _cell(row: Row | None, show: Callable[[Row], str]) -> str:
    if row is None:
        return "not run"
    return show(row) if row.status == "ok" else row.status.replace("_", " ")


def _bold(row: Row) -> str:
    text = tables.difference(row)
    return f"**{text}**" if _shown(row) else text


def _order(item: tuple[str, Any]) -> tuple[int, str]:
    """Techniques in the order of their list, by kind; TFMOT's own behind them."""
    names = [each.title for each in techniques.ALL]
    name, _, level = item[0].partition("@")
    return (names.index(name) if name in names else len(names), level or name)


def _data(settings: dict[Setting, list[Row]]) -> str:
    """Returns a table of the data, the models, and how good the baseline and the control are."""
    header = ["task", "data", "training and test examples", "parameters", "quality"]
    header += ["baseline", "control", "seeds"]
    lines = []
    for setting, rows in settings.items():
        of = {row.role: row for row in rows if row.conversion == "float" and row.run}
        baseline, control = of["baseline"], of.get("control")
        data = baseline.run["dataset"]
        qualities = [
            f"{write(row.quality_mean, 'quality')} ± {write(row.quality_std, 'quality')}"
            if row and row.quality_std is not None
            else write(row and row.quality_mean, "quality")
            for row in (baseline, control)
        ]
        name = f"{data['name']} ({data['source']})"
        splits = f"{data['splits']['train']:,}, {data['splits']['test']:,}"
        parameters = f"{baseline.run['model']['parameters']:,}"
        cells = [setting.task, name, splits, parameters, baseline.metric, *qualities]
        lines.append([*map(markdown.escape, cells), baseline.quality_n])
    return markdown.table(header, lines)


def _effort(settings: dict[Setting, list[Row]]) -> str:
    """Returns how much was run, on what, and for how long."""
    runs = [run for rows in settings.values() for row in rows for run in row.runs]
    done = [run for run in runs if run["status"] == "ok"]
    trainings = {
        (run["task"], run["seed"], run["variant"]["training"]): run["train"]["cpu_s"]
        for run in done
    }
    hours = (sum(trainings.values()) + sum(run["cpu_s"] for run in done)) / 3600
    machines = {
        f"{run['hardware']['cpu'] or 'unknown CPU'}, {run['hardware']['cores']} cores"
        for run in done
    }
    days = sorted(run["started"] for run in done)
    seeds = []
    for setting, rows in settings.items():
        counts = sorted({row.quality_n for row in rows if row.quality_n}) or [0]
        ends = dict.fromkeys([counts[0], counts[-1]])
        seeds.append(f"{setting.task} {' to '.join(map(str, ends))}")
    return (
        f"{len(runs)} runs of {len(trainings)} trainings, {hours:.1f} CPU hours of training and "
        f"conversion, on {'; '.join(sorted(machines))}, "
        f"from {days[0][:16].replace('T', ' ')} to {days[-1][:16].replace('T', ' ')} UTC. "
        f"Runs with a reason in place of a result: {len(runs) - len(done)}. "
        f"Seeds of a training: {', '.join(seeds)}; the last tables have those of each."
    )


def _tables(settings: dict[Setting, list[Row]], page: Path, drawn: dict[Path, Any]) -> str:
    """Returns all figures and plots of each task, with notes on how they were measured."""
    parts = []
    for setting, rows in settings.items():
        links = [
            (blocks.link(page, path), plot.title)
            for path, (of, plot) in drawn.items()
            if of == setting
        ]
        parts.append(f"### {markdown.escape(setting.title)}\n\n{tables.table(rows, links)}")
    return "\n".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if stale")
    if (stale := render(check=parser.parse_args().check)) and "--check" in sys.argv:
        raise SystemExit(f"Not what the runs say: {', '.join(stale)}. Run gallery/page.py.")
