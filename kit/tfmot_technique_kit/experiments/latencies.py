"""Adds latency and memory to runs: of this machine, or of a phone.

A run leaves both null: nothing may run beside a measurement. They are measured later, and only
where they belong: on the machine that the run file names as its hardware, or one just like it,
with the runtime that it names, on the very model whose hash it has. The control with the same
conversion runs alternately with each other model: measurements of different times show no
difference. What was measured without the control, or by an earlier version, is measured again.
What a phone measured is a run of its own, beside that of the host.
"""

import collections
import dataclasses
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfmot_technique_kit import files
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import environment, model_card, results, variants
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.progress import progress
from tfmot_technique_kit.experiments.variants import Variant
from tfmot_technique_kit.metrics import adb, latency

_ELSEWHERE = "another machine trained the models; `technique sweep` measures them there"
_RUNTIME = "the runs used another ai-edge-litert; `technique sweep` measures them with that one"
_NO_MODEL = "the models are not in {}; `technique sweep` measures them where they are"


def measure(
    todo: Sequence[tuple[Plan, Sequence[Variant]]], folder: Path, artifacts: Path
) -> list[str]:
    """Measures the variants of plans that are not measured yet, one model at a time.

    Latency and memory belong to the architecture: one seed of a task is enough.

    Returns:
        One line for each reason that measurements were left for.
    """
    left: collections.Counter[str] = collections.Counter()
    due = []
    for plan, variant in ((plan, variant) for plan, chosen in todo for variant in chosen):
        run = plan.load(variant, folder)
        if run is None or run["status"] != "ok":
            continue
        control = None if run["variant"]["control"] else _control(plan, variant, folder, artifacts)
        path, reason = _model(run, artifacts)
        wanted = {"clock_ms", "control_medians"} if control else {"clock_ms"}
        measured = run["latency"]
        if reason:
            left[reason.format(artifacts)] += measured is None
        elif measured is None or ("medians" in measured and not wanted <= measured.keys()):
            due.append((plan, run, path, control))
    with progress("latencies", len(due)) as show_done:
        for done, (plan, run, path, control) in enumerate(due, 1):
            run |= latency.measure(path, plan.config["measure"], control)
            results.write(folder, run)
            files.write(path.with_suffix(".md"), model_card.render(run, plan.project))
            show_done(done)
    return [f"Left {n} latencies: {reason}." for reason, n in left.items() if n]


def _control(plan: Plan, variant: Variant, folder: Path, artifacts: Path) -> Path | None:
    """Returns the model to compare a variant with, None if it cannot be run here."""
    control = dataclasses.replace(plan.parse(variants.CONTROL), conversion=variant.conversion)
    run = plan.load(control, folder)
    if run is None or run["status"] != "ok" or "unavailable" in (run["latency"] or {}):
        return None
    path, reason = _model(run, artifacts)
    return None if reason else path


def _model(run: dict[str, Any], artifacts: Path) -> tuple[Path, str | None]:
    """Returns the model of a run, and the reason if it is not to be measured here."""
    file = variants.tflite_file(run["variant"]["conversion"])
    path = artifacts / (run["artifacts"]["path"] or "") / file
    expected, reason = run["artifacts"]["tflite_sha256"], None
    if not environment.is_this_machine(run["hardware"]):
        reason = _ELSEWHERE
    elif run["software"]["ai_edge_litert"] != environment.version("ai_edge_litert"):
        reason = _RUNTIME
    elif not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        reason = _NO_MODEL
    return path, reason


def on_device(run: dict[str, Any], device: str, output: str) -> dict[str, Any]:
    """Returns a copy of a run of the host with the latency and memory of a phone.

    Args:
        run: The run. The copy has a `run_id` of its own.
        device: 'adb:' and the model of the phone.
        output: What `benchmark_model` printed for the run's model, in one process or more.

    Raises:
        UserError: The run has no model, the device's name does not begin with 'adb:', or the
            output is incomplete or of another model.
    """
    if run["status"] != "ok" or run["device"] != "host":
        raise UserError(
            f"This run is {run['status']} on {run['device']}: a phone can only measure the model "
            "of a run that is ok on the host."
        )
    if not re.fullmatch("adb:.+", device):
        raise UserError(f"The device is {device!r}: write adb: and the model of the phone.")
    run_id = results.run_id(run["config"]["resolved"], run=run["run_id"], device=device)
    measured = adb.parse(output, run["storage"]["tflite_bytes"])
    return {**run, **measured, "device": device, "run_id": run_id}
