"""Puts the runs of a variant together over its seeds.

The reference of every difference is the control: the baseline, trained on for
as long as the variant was. Compared with the baseline itself, the additional
training would count as a gain of the technique.
"""

import collections
import dataclasses
import re
import statistics

_ROLES = ("baseline", "control", "technique", "combination")
_CONVERSIONS = ("float", "dynamic", "int8")


@dataclasses.dataclass(frozen=True, order=True)
class Setting:
    """What the runs of one table have in common.

    Attributes:
        task: Name of the task.
        profile: Name of the profile, such as 'smoke'.
        strategy: How training was distributed; 'none' if it was not.
        device: Where the converted models were measured.
    """

    task: str
    profile: str
    strategy: str
    device: str

    @property
    def stem(self):
        """The setting as the beginning of a file name."""
        return "_".join(re.findall(r"[\w.-]+", self.title))

    @property
    def title(self):
        """The setting in words; what is usual is left out."""
        title = f"{self.task}, {self.profile} profile"
        if self.strategy != "none":
            title += f", {self.strategy} strategy"
        if self.device != "host":
            title += f", on {self.device}"
        return title


@dataclasses.dataclass(frozen=True)
class Spread:
    """A number over seeds.

    Attributes:
        mean: The arithmetic mean.
        std: The sample standard deviation (ddof 1); None for a single seed.
        n: Number of seeds.
    """

    mean: float
    std: float | None
    n: int

    @classmethod
    def of(cls, values):
        """Returns the spread of the values, or None if there are none."""
        if not values:
            return None
        std = statistics.stdev(values) if len(values) > 1 else None
        return cls(statistics.fmean(values), std, len(values))


@dataclasses.dataclass(frozen=True)
class Row:
    """A variant over its seeds.

    Attributes:
        setting: The setting it belongs to.
        name: Name of the variant, such as 'technique@0.8+int8'.
        training: The name without the conversion.
        role: 'baseline', 'control', 'technique' or 'combination'.
        conversion: 'float', 'dynamic' or 'int8'.
        level_name: What the technique calls its level, such as 'sparsity'.
        level: The level, a float, or None.
        status: 'ok' if at least one seed has a result, else the status of the
            first seed: 'failed' or 'not_applicable'.
        problems: One line for each reason why something was not measured.
        metric: Name of the quality metric.
        quality: Spread of the quality, measured on the converted model, or None.
        difference: Spread of the differences to the control with the same
            conversion, seed by seed, or None.
        verdict: 'reference' for the control; 'yes' or 'no': whether the mean
            difference exceeds the spread of the differences; 'one seed', which says
            nothing about that; 'no control' if there is nothing to compare with;
            None without a result.
        run: The run that size, latency and memory are taken from, or None.
        reference: The same of the control, or None.
        runs: All runs.
    """

    setting: Setting
    name: str
    training: str
    role: str
    conversion: str
    level_name: str | None
    level: float | None
    status: str
    problems: tuple[str, ...]
    metric: str | None
    quality: Spread | None
    difference: Spread | None
    verdict: str | None
    run: dict | None
    reference: dict | None
    runs: tuple[dict, ...]

    def value(self, section, key):
        """Returns a measured value, such as `storage`, `gzip_bytes`, or None."""
        return _value(self.run, section, key)

    def ratio(self, section, key):
        """Returns a measured value as a multiple of the control's, or None."""
        mine, other = self.value(section, key), _value(self.reference, section, key)
        return mine / other if mine is not None and other else None


def current(runs):
    """Returns the runs of the latest configuration and code of the technique.

    Others cannot be compared with these: a control that was trained for longer is
    no control, and seeds of an earlier algorithm are no spread of this one.

    Args:
        runs: List of run dicts.
    """
    return [run for group in _by_setting(runs).values() for run in _latest(group)]


def aggregate(runs):
    """Returns the rows of all tables.

    Args:
        runs: List of run dicts, in any order.

    Returns:
        A dict from each Setting to its list of Rows, in the order in which they
        are shown: by conversion, in each the baseline, the control, the technique
        by level, and the combinations.

    Raises:
        ValueError: If two runs of a setting have the same variant and seed.
    """
    settings = _by_setting(runs)
    return {setting: _rows(setting, settings[setting]) for setting in sorted(settings)}


def _by_setting(runs):
    settings = collections.defaultdict(list)
    for run in runs:
        setting = Setting(run["task"], run["profile"], run["strategy"], run["device"])
        settings[setting].append(run)
    return settings


def _latest(runs):
    runs = sorted(runs, key=lambda run: run["started"], reverse=True)
    config = runs[0]["config"]["sha256"]
    runs = [run for run in runs if run["config"]["sha256"] == config]
    source = next((_source(run) for run in runs if _source(run)), None)
    return [run for run in runs if _source(run) in (None, source)]


def _rows(setting, runs):
    _check(setting, runs)
    variants = collections.defaultdict(list)
    for run in sorted(runs, key=lambda run: run["seed"]):
        variants[run["variant"]["name"]].append(run)
    controls = {
        group[0]["variant"]["conversion"]: group
        for group in variants.values()
        if group[0]["variant"]["control"]
    }
    rows = [
        _row(setting, group, controls.get(group[0]["variant"]["conversion"], []))
        for group in variants.values()
    ]
    return sorted(rows, key=_order)


def _source(run):
    return run["variant"]["params"].get("source_sha256")


def _check(setting, runs):
    counts = collections.Counter((run["variant"]["name"], run["seed"]) for run in runs)
    (name, seed), count = counts.most_common(1)[0]
    if count > 1:
        raise ValueError(
            f"{setting.title}: there are {count} runs of {name} with seed {seed}; "
            "remove the run files of all but one."
        )


def _row(setting, runs, controls):
    variant = runs[0]["variant"]
    good = {run["seed"]: run for run in runs if run["status"] == "ok"}
    references = {run["seed"]: run for run in controls if run["status"] == "ok"}
    run = _measured(good)
    difference = None
    if not variant["control"]:
        difference = Spread.of(
            [
                good[seed]["quality"]["value"] - references[seed]["quality"]["value"]
                for seed in good
                if seed in references
            ]
        )
    params = variant["params"] or {}
    return Row(
        setting=setting,
        name=variant["name"],
        training=variant["training"],
        role=_role(variant),
        conversion=variant["conversion"],
        level_name=params.get("level_name"),
        level=params.get("level"),
        status="ok" if good else runs[0]["status"],
        problems=_problems(runs, run),
        metric=run["quality"]["metric"] if run else None,
        quality=Spread.of([run["quality"]["value"] for run in good.values()]),
        difference=difference,
        verdict=_verdict(variant["control"], difference) if good else None,
        run=run,
        reference=_measured(references),
        runs=tuple(runs),
    )


def _role(variant):
    if variant["combination"]:
        return "combination"
    if variant["control"]:
        return "control"
    return "technique" if variant["technique"] else "baseline"


def _measured(runs):
    # Latency and memory belong to the architecture and are measured for one seed.
    # Sizes are taken from the same model.
    return min(
        runs.values(),
        key=lambda run: (
            _value(run, "latency", "median_ms") is None,
            run["latency"] is None,
            run["seed"],
        ),
        default=None,
    )


def _value(run, section, key):
    return (run[section] or {}).get(key) if run else None


def _verdict(control, difference):
    if control:
        return "reference"
    if difference is None:
        return "no control"
    if difference.n == 1:
        return "one seed"
    return "yes" if abs(difference.mean) > difference.std else "no"


def _problems(runs, measured):
    reasons = collections.defaultdict(list)
    for run in runs:
        if run["status"] != "ok":
            text = f"{run['status'].replace('_', ' ')}: {run['error']}"
            reasons[text].append(run["seed"])
    problems = [
        text if len(seeds) == len(runs) else f"{_seeds(seeds)} {text}"
        for text, seeds in reasons.items()
    ]
    for section in ("latency", "memory"):
        reason = _value(measured, section, "unavailable")
        if reason:
            problems.append(f"{section} unavailable: {reason}")
    return tuple(" ".join(problem.split()) for problem in problems)


def _seeds(seeds):
    return f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"


def _order(row):
    return (
        _CONVERSIONS.index(row.conversion),
        _ROLES.index(row.role),
        row.level if row.level is not None else -1,
        row.name,
    )
