"""Puts the runs of a variant together over its seeds.

The reference of every difference is the control: the baseline, trained on for
as long as the variant was. Compared with the baseline itself, the additional
training would count as a gain of the technique.
"""

import collections
import math
import re
import statistics
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments.variants import CONVERSIONS
from tfmot_technique_kit.metrics.catalog import COSTS, METRICS
from tfmot_technique_kit.report import comparison
from tfmot_technique_kit.switch import DEFAULT, Switch

Run: TypeAlias = dict[str, Any]  # as in run_schema.json
Row: TypeAlias = Any  # a named tuple, as `aggregate` describes it

# Rows are shown in this order.
_ROLES = ("baseline", "control", "technique", "combination")
_ORDER = {name: number for number, name in enumerate((*_ROLES, *CONVERSIONS))}
_VARIANT = ["training", "conversion", "role", "level_name", "level", "status"]
SPREADS = [f"{what}_{of}" for what in ("quality", "difference") for of in ("mean", "std", "n")]
_COLUMNS = [metric.column for metric in METRICS]


class Setting(NamedTuple):
    """What the runs of one table have in common."""

    task: str
    profile: str
    strategy: str  # how training was distributed; 'none' if it was not
    device: str  # where the converted models were measured
    keras: str  # such as 'Keras 3, JAX'; empty where all runs have Keras 2

    @property
    def stem(self) -> str:
        """The setting as the beginning of a file name."""
        return "_".join(re.findall(r"[\w.-]+", self.title))

    @property
    def title(self) -> str:
        """The setting in words; what is usual is left out."""
        strategy = "" if self.strategy == "none" else f"{self.strategy} strategy"
        device = "" if self.device == "host" else f"on {self.device}"
        parts = (self.task, f"{self.profile} profile", strategy, device, self.keras)
        return ", ".join(filter(None, parts))


def current(runs: list[Run]) -> list[Run]:
    """Returns the runs of the latest configuration and code of the technique.

    Others cannot be compared with these: a control that was trained for longer is
    no control, and seeds of an earlier algorithm are no spread of this one.
    """
    settings = collections.defaultdict(list)
    for run in sorted(runs, key=lambda run: run["started"], reverse=True):
        settings[_setting(run)].append(run)
    return [run for group in settings.values() for run in _latest(group)]


def aggregate(runs: list[Run]) -> dict[Setting, list[Row]]:
    """Returns the rows of all tables: of each setting, one for each variant.

    Returns:
        The rows in the order in which they are shown: by conversion, in each the
        baseline, the control, the technique by level, and the combinations. A row
        has these attributes, and None for what there is not:

        setting, task, profile, strategy, device, keras: What it belongs to.
        name, training, conversion: The variant, such as 'technique@0.8+int8',
            'technique@0.8' and 'int8'.
        role: 'baseline', 'control', 'technique' or 'combination'.
        level_name, level: Such as 'sparsity' and 0.8.
        status: 'ok' if at least one seed has a result, else that of the first seed.
        problems: A list of lines, one for each reason why something was not measured.
        metric: Name of the quality metric.
        quality_mean, quality_std, quality_n: Of the converted models; the sample
            standard deviation (ddof 1) is None for one seed.
        difference_mean, difference_std, difference_n: The same of the differences to
            the control with the same conversion, seed by seed.
        verdict: 'reference' for the control; 'yes' or 'no': whether the mean
            difference exceeds the spread of the differences; 'one seed', which says
            nothing about that; 'no control' if there is nothing to compare with.
        run: The run that is measured in full.
        SECTION_KEY: Of that run, the value of each of METRICS.
        SECTION_KEY_samples: Of each of COSTS, the values that show its spread: of each process
            of that run, or of each seed.
        SECTION_KEY_ratio: Of each of COSTS, a comparison.Ratio to the control, or None.
        runs: All runs.

    Raises:
        UserError: If two runs of a setting have the same variant and seed.
    """
    if not runs:
        return {}
    frame = pd.DataFrame([_record(run) for run in runs], dtype=object)
    if set(frame.keras) == {DEFAULT.title}:
        frame["keras"] = ""
    frame = frame.astype({"seed": int, "quality": float, "level": float, "missing": int})
    groups = frame.groupby(list(Setting._fields))
    return {Setting(*key): _rows(Setting(*key), group) for key, group in groups}


def _setting(run: Run) -> Setting:
    recorded = run | {"keras": Switch.of(run).title}
    return Setting(*(recorded[field] for field in Setting._fields))


def _latest(runs: list[Run]) -> list[Run]:
    config = runs[0]["config"]["sha256"]
    runs = [run for run in runs if run["config"]["sha256"] == config]
    source = next((_source(run) for run in runs if _source(run)), None)
    return [run for run in runs if _source(run) in (None, source)]


def _source(run: Run) -> str | None:
    return run["variant"]["params"].get("source_sha256")


def _record(run: Run) -> dict[str, Any]:
    variant, quality, latency = run["variant"], run["quality"] or {}, run["latency"]
    return {
        **_setting(run)._asdict(),
        "name": variant["name"],
        "training": variant["training"],
        "conversion": variant["conversion"],
        "role": _role(variant),
        "level_name": variant["params"].get("level_name"),
        "level": variant["params"].get("level"),
        "seed": run["seed"],
        "status": run["status"],
        "metric": quality.get("metric"),
        "quality": quality.get("value"),
        "missing": 2 if latency is None else int("unavailable" in latency),
        "run": run,
        **{metric.column: metric.of(run) for metric in METRICS},
    }


def _role(variant: dict[str, Any]) -> str:
    if variant["combination"]:
        return "combination"
    if variant["control"]:
        return "control"
    return "technique" if variant["technique"] else "baseline"


def _rows(setting: Setting, runs: pd.DataFrame) -> list[Row]:
    counts = runs.groupby(["name", "seed"]).size()
    if counts.max() > 1:
        name, seed = counts.idxmax()
        raise UserError(
            f"{setting.title}: there are {counts.max()} runs of {name} with seed {seed}; "
            "remove the run files of all but one."
        )
    runs = runs.sort_values("seed")
    control = runs[runs.role == "control"].set_index(["conversion", "seed"]).quality
    pairs = pd.MultiIndex.from_frame(runs[["conversion", "seed"]])
    difference = runs.quality - control.reindex(pairs).to_numpy()
    runs["difference"] = difference.where(runs.role != "control")
    spreads = runs.groupby("name")[["quality", "difference"]].agg([_mean, _std, "count"])
    spreads.columns = SPREADS

    # Latency and memory belong to the architecture and are measured for one seed.
    # Sizes are taken from the same model.
    measured = runs[runs.status == "ok"].sort_values(["missing", "seed"])
    measured = measured.drop_duplicates("name").set_index("name")

    variants = runs.drop_duplicates("name").set_index("name")[[*Setting._fields, *_VARIANT]]
    measured = measured[["metric", "run", *_COLUMNS]]
    table = pd.concat([variants, spreads, measured], axis=1)
    table["status"] = table.status.where(table.run.isna(), "ok")
    table["runs"] = runs.groupby("name").run.agg(list)
    table["setting"] = [setting] * len(table)
    table = table.reset_index().sort_values(
        ["conversion", "role", "level", "name"],
        key=lambda column: column.map(lambda value: _ORDER.get(value, value)),
        na_position="first",
    )
    table = table.astype(object).where(table.notna(), None)
    rows = list(table.itertuples())
    controls = {row.conversion: row for row in rows if row.role == "control"}
    for metric in COSTS:
        samples = [list(comparison.samples(metric, row).values()) for row in rows]
        ratios = [comparison.compare(metric, row, controls.get(row.conversion)) for row in rows]
        table[f"{metric.column}_samples"] = pd.Series(samples, table.index, object)
        table[f"{metric.column}_ratio"] = pd.Series(ratios, table.index, object)
    for column, of in (("verdict", _verdict), ("problems", _problems)):
        table[column] = pd.Series(map(of, rows), table.index, object)
    return list(table.itertuples(index=False, name="Row"))


# Exact, so that other versions of pandas give the same bytes.
def _mean(values: pd.Series) -> float:
    return statistics.fmean(values.dropna()) if values.count() else math.nan


def _std(values: pd.Series) -> float:
    return statistics.stdev(values.dropna()) if values.count() > 1 else math.nan


def _verdict(row: Row) -> str | None:
    if row.run is None:
        return None
    if row.role == "control":
        return "reference"
    if row.difference_n < 2:
        return "one seed" if row.difference_n else "no control"
    return "yes" if abs(row.difference_mean) > row.difference_std else "no"


def _problems(row: Row) -> list[str]:
    seeds = collections.defaultdict(list)
    for run in row.runs:
        if run["status"] != "ok":
            seeds[f"{run['status'].replace('_', ' ')}: {run['error']}"].append(str(run["seed"]))
    problems = []
    for text, failed in seeds.items():
        which = f"seed{'s' * (len(failed) > 1)} {', '.join(failed)} "
        problems.append(f"{which if len(failed) < len(row.runs) else ''}{text}")
    for section in ("latency", "memory"):
        reason = row.run and (row.run[section] or {}).get("unavailable")
        if reason:
            problems.append(f"{section} unavailable: {reason}")
    return [" ".join(problem.split()) for problem in problems]
