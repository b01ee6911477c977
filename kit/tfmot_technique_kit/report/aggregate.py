"""Puts the runs of a variant together over its seeds.

The reference of every difference is the control: the baseline, trained on for
as long as the variant was. Compared with the baseline itself, the additional
training would count as a gain of the technique.
"""

import collections
import re
import statistics
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments.variants import CONVERSIONS
from tfmot_technique_kit.metrics.catalog import COSTS, METRICS
from tfmot_technique_kit.report import comparison
from tfmot_technique_kit.switch import DEFAULT, Switch

Run: TypeAlias = dict[str, Any]  # as in run_schema.json
Row: TypeAlias = SimpleNamespace  # as `aggregate` describes it

_ROLES = ("baseline", "control", "technique", "combination")  # in the order of rows


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


Settings: TypeAlias = dict[Setting, list[Row]]  # all tables, as `aggregate` returns them


def current(runs: list[Run]) -> list[Run]:
    """Returns the runs of the latest configuration and code of the technique.

    Others cannot be compared with these: a control that was trained for longer is
    no control, and seeds of an earlier algorithm are no spread of this one.
    """
    settings = collections.defaultdict(list)
    for run in sorted(runs, key=lambda run: run["started"], reverse=True):
        settings[_setting(run)].append(run)
    return [run for group in settings.values() for run in _latest(group)]


def aggregate(runs: list[Run]) -> Settings:
    """Returns the rows of all tables: of each setting, one for each variant.

    Returns:
        The rows in the order in which they are shown: by conversion, in each the baseline, the
        control, the technique by level, and the combinations. A row has these attributes, and
        None for what there is not:

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
    is_keras_named = any(Switch.of(run) != DEFAULT for run in runs)
    groups: dict[Setting, dict[str, list[Run]]] = {}
    for run in sorted(runs, key=lambda run: run["seed"]):
        setting = _setting(run) if is_keras_named else _setting(run)._replace(keras="")
        groups.setdefault(setting, {}).setdefault(run["variant"]["name"], []).append(run)
    return {setting: _rows(setting, groups[setting]) for setting in sorted(groups)}


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


def _rows(setting: Setting, variants: dict[str, list[Run]]) -> list[Row]:
    for name, runs in variants.items():
        ((seed, count),) = collections.Counter(run["seed"] for run in runs).most_common(1)
        if count > 1:
            raise UserError(
                f"{setting.title}: there are {count} runs of {name} with seed {seed}; "
                "remove the run files of all but one."
            )
    rows = [_row(setting, runs) for runs in variants.values()]
    controls = {row.conversion: row for row in rows if row.role == "control"}
    for row in rows:
        _compare(row, controls.get(row.conversion))
    return sorted(rows, key=_place)


def _row(setting: Setting, runs: list[Run]) -> Row:
    """Returns the row of a variant without what its control adds. The runs are sorted by seed."""
    variant = runs[0]["variant"]
    # Latency and memory belong to the architecture and are measured for one seed.
    # Sizes are taken from the same model.
    measured = min((run for run in runs if run["status"] == "ok"), key=_missing, default=None)
    mean, deviation, n = _spread(list(_qualities(runs).values()))
    return Row(
        setting=setting,
        **setting._asdict(),
        **{key: variant[key] for key in ("name", "training", "conversion")},
        **{key: variant["params"].get(key) for key in ("level_name", "level")},
        role=_role(variant),
        status="ok" if measured else runs[0]["status"],
        problems=_problems(runs, measured),
        metric=measured and measured["quality"]["metric"],
        quality_mean=mean,
        quality_std=deviation,
        quality_n=n,
        run=measured,
        runs=runs,
        **{metric.column: measured and metric.of(measured) for metric in METRICS},
    )


def _compare(row: Row, control: Row | None) -> None:
    """Adds to a row what it is beside its control, which may be missing."""
    mine, other = (_qualities(each.runs if each else ()) for each in (row, control))
    seeds = [] if row is control else [seed for seed in mine if seed in other]
    differences = [mine[seed] - other[seed] for seed in seeds]
    row.difference_mean, row.difference_std, row.difference_n = _spread(differences)
    row.verdict = _verdict(row)
    for metric in COSTS:
        samples = list(comparison.samples(metric, row).values())
        setattr(row, f"{metric.column}_samples", samples)
        setattr(row, f"{metric.column}_ratio", comparison.compare(metric, row, control))


def _place(row: Row) -> tuple[int, int, float, str]:
    level = -1 if row.level is None else row.level
    return CONVERSIONS.index(row.conversion), _ROLES.index(row.role), level, row.name


def _role(variant: dict[str, Any]) -> str:
    if variant["combination"]:
        return "combination"
    if variant["control"]:
        return "control"
    return "technique" if variant["technique"] else "baseline"


def _missing(run: Run) -> int:
    return 2 if run["latency"] is None else int("unavailable" in run["latency"])


def _qualities(runs: Sequence[Run]) -> dict[int, float]:
    return {run["seed"]: run["quality"]["value"] for run in runs if run["quality"]}


def _spread(values: Sequence[float]) -> tuple[float | None, float | None, int]:
    """Returns mean, sample standard deviation and number of values."""
    mean = statistics.fmean(values) if values else None
    return mean, statistics.stdev(values) if len(values) > 1 else None, len(values)


def _verdict(row: Row) -> str | None:
    if row.run is None:
        return None
    if row.role == "control":
        return "reference"
    if row.difference_n < 2:
        return "one seed" if row.difference_n else "no control"
    return "yes" if abs(row.difference_mean) > row.difference_std else "no"


def _problems(runs: Sequence[Run], measured: Run | None) -> list[str]:
    seeds = collections.defaultdict(list)
    for run in runs:
        if run["status"] != "ok":
            seeds[f"{run['status'].replace('_', ' ')}: {run['error']}"].append(str(run["seed"]))
    problems = []
    for text, failed in seeds.items():
        which = f"seed{'s' * (len(failed) > 1)} {', '.join(failed)} "
        problems.append(f"{which if len(failed) < len(runs) else ''}{text}")
    for section in ("latency", "memory"):
        reason = measured and (measured[section] or {}).get("unavailable")
        if reason:
            problems.append(f"{section} unavailable: {reason}")
    return [" ".join(problem.split()) for problem in problems]
