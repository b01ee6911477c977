"""Runs a recorded run again, and compares."""

from pathlib import Path
from typing import Any

from tfmot_technique_kit import switch
from tfmot_technique_kit.experiments import config
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.project import Project


def choose(project: Project, profile: str, folder: Path) -> dict[str, Path | None]:
    """Chooses a run of each task to repeat: the technique with its first seed, as float.

    Of the settings that have one, it takes the first in `switch.ALL`.

    Returns:
        The file for each task; None for a task without a run in the folder that still holds.

    Raises:
        UserError: If there is no such profile, or a file is broken.
    """
    chosen: dict[str, Path | None] = {}
    for task in config.list_tasks(project, profile):
        values = config.load(project, task, profile)
        seed = values["seeds"][0]
        plans = [Plan(project, task, profile, values, seed, switch=each) for each in switch.ALL]
        variant = plans[0].parse("technique")
        done = (plan for plan in plans if not plan.list_pending([variant], folder))
        chosen[task] = next((plan.path(variant, folder) for plan in done), None)
    return chosen


def rerun(
    project: Project, recorded: dict[str, Any], folder: Path, data_dir: Path | None = None
) -> dict[str, Any]:
    """Runs a recorded run again, with its baseline, in an empty folder. Returns the new run.

    Raises:
        UserError, FileNotFoundError: If it cannot be run here.
    """
    values = recorded["config"]["resolved"]
    config.check(values, "The recorded configuration")
    from tfmot_technique_kit.experiments.run import Runner  # It takes TensorFlow.

    task, profile, seed = (recorded[key] for key in ("task", "profile", "seed"))
    setting = switch.Switch.of(recorded)
    plan = Plan(project, task, profile, values, seed, recorded["strategy"], setting)
    runner = Runner(plan, folder / "results", folder / "artifacts", data_dir)
    (again,) = runner.run([plan.parse(recorded["variant"]["name"])])
    return again


def compare(recorded: dict[str, Any], again: dict[str, Any]) -> tuple[bool, str]:
    """Returns whether two runs of the same configuration count as equal, and why in one line.

    With the same software, CPU and data they have to be equal to the last bit. Otherwise the
    quality has to agree within the `tolerance` of the configuration.
    """
    old, new = recorded["status"], again["status"]
    if old != "ok" or new != "ok":
        states = [(run["error"] or run["status"]).rstrip(".") for run in (recorded, again)]
        return old == new, "recorded: {}; now: {}.".format(*states)
    if recorded["dataset"] != again["dataset"]:
        return False, "The data set is another one."
    values = [run["quality"]["value"] for run in (recorded, again)]
    metric = recorded["quality"]["metric"]
    numbers = f"{metric} {values[0]:.6g} as recorded, {values[1]:.6g} now"
    hashes = [run["artifacts"]["weights_sha256"] for run in (recorded, again)]
    if hashes[0] == hashes[1]:
        return values[0] == values[1], f"The weights are equal; {numbers}."
    differences = _list_differences(recorded, again)
    if not differences:
        return False, f"The weights differ on the same software and CPU; {numbers}."
    tolerance = recorded["config"]["resolved"]["tolerance"]
    is_close = abs(values[0] - values[1]) <= tolerance
    return is_close, (
        f"{numbers}, {'within' if is_close else 'not within'} {tolerance:g}; the weights differ, "
        f"as do {', '.join(differences)}."
    )


def _list_differences(recorded: dict[str, Any], again: dict[str, Any]) -> list[str]:
    """Returns what is different of what bits depend on."""
    old, new = recorded["software"], again["software"]
    names = [f"the version of {name}" for name in {**old, **new} if old.get(name) != new.get(name)]
    if recorded["hardware"]["cpu"] != again["hardware"]["cpu"]:
        names.append("the CPU")
    sources = [run["variant"]["params"].get("source_sha256") for run in (recorded, again)]
    if sources[0] != sources[1]:
        names.append("the code of the technique")
    return names
