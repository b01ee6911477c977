"""Runs a recorded run again, and compares."""

import dataclasses
import pathlib

from tfmot_technique_kit.experiments import plan as plan_lib
from tfmot_technique_kit.experiments import run as run_lib


@dataclasses.dataclass(frozen=True)
class Comparison:
    """How a repeated run compares to the recorded one.

    Attributes:
        is_match: Whether it counts as the same result.
        reason: One line that says why.
    """

    is_match: bool
    reason: str


def rerun(recorded, folder, data_dir=None):
    """Runs a recorded run again, with its baseline.

    Args:
        recorded: The run, a dict.
        folder: `pathlib.Path` of an empty folder for the files.
        data_dir: Folder of data sets, or None.

    Returns:
        The new run, a dict.
    """
    plan = plan_lib.Plan(
        recorded["task"],
        recorded["profile"],
        recorded["config"]["resolved"],
        recorded["seed"],
        recorded["strategy"],
    )
    folder = pathlib.Path(folder)
    runner = run_lib.Runner(plan, folder / "results", folder / "artifacts", data_dir, False)
    (again,) = runner.run([plan.parse(recorded["variant"]["name"])])
    return again


def compare(recorded, again):
    """Compares two runs of the same configuration.

    With the same software, CPU and data they have to be equal to the last bit.
    Otherwise the quality has to agree within the `tolerance` of the
    configuration.

    Args:
        recorded: The run that was recorded, a dict.
        again: The new one.

    Returns:
        A `Comparison`.
    """
    if recorded["status"] != "ok" or again["status"] != "ok":
        is_same = recorded["status"] == again["status"]
        reason = f"recorded: {_state(recorded)}; now: {_state(again)}."
        return Comparison(is_same, reason)
    if recorded["dataset"] != again["dataset"]:
        return Comparison(False, "The data set is another one.")
    values = [run["quality"]["value"] for run in (recorded, again)]
    metric = recorded["quality"]["metric"]
    numbers = f"{metric} {values[0]:.6g} as recorded, {values[1]:.6g} now"
    hashes = [run["artifacts"]["weights_sha256"] for run in (recorded, again)]
    if hashes[0] == hashes[1]:
        return Comparison(values[0] == values[1], f"The weights are equal; {numbers}.")
    differences = _list_differences(recorded, again)
    if not differences:
        return Comparison(False, f"The weights differ on the same software and CPU; {numbers}.")
    tolerance = recorded["config"]["resolved"]["tolerance"]
    is_close = abs(values[0] - values[1]) <= tolerance
    return Comparison(
        is_close,
        f"{numbers}, {'within' if is_close else 'not within'} {tolerance:g}; the "
        f"weights differ, as do {', '.join(differences)}.",
    )


def _state(run):
    return run["status"] if run["error"] is None else run["error"].rstrip(".")


def _list_differences(recorded, again):
    """Returns what is different of what bits depend on."""
    names = [
        f"the version of {name}"
        for name, version in recorded["software"].items()
        if version != again["software"].get(name)
    ]
    if recorded["hardware"]["cpu"] != again["hardware"]["cpu"]:
        names.append("the CPU")
    if _source(recorded) != _source(again):
        names.append("the code of the technique")
    return names


def _source(run):
    return run["variant"]["params"].get("source_sha256")
