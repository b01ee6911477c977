"""Adds latency and memory to runs: of this machine, or of a phone.

`technique run --no-latency`, which a sweep starts, leaves both null: nothing may run beside a
measurement. They are measured later and once, and only where they belong: on the machine that the
run file names as its hardware, or one just like it, with the runtime that it names, on the very
model whose hash it has. Then the run is written again as a whole. What a phone measured is a run
of its own, beside that of the host.
"""

import collections
import copy
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
from tfmot_technique_kit.metrics import adb, latency

_ELSEWHERE = "another machine trained the models; `technique sweep` measures them there"
_RUNTIME = "the runs used another ai-edge-litert; `technique sweep` measures them with that one"
_NO_MODEL = "the models are not in {}; `technique sweep` measures them where they are"


def measure(
    plans: Sequence[Plan], trainings: Sequence[str] | None, folder: Path, artifacts: Path
) -> list[str]:
    """Measures what is not measured yet, one model at a time.

    Args:
        plans: Latency and memory belong to the architecture: one seed of a task is enough.
        trainings: Names of trainings; None stands for those of the configuration.
        folder: Where run files are.
        artifacts: Where models are kept.

    Returns:
        One line for each reason that measurements were left for.
    """
    left: collections.Counter[str] = collections.Counter()
    todo = []
    for plan in plans:
        for variant in plan.expand(trainings):
            run = plan.load(variant, folder)
            if run is None or run["status"] != "ok" or run["latency"] is not None:
                continue
            path = artifacts / (run["artifacts"]["path"] or "")
            path = path / variants.tflite_file(variant.conversion)
            reason = _reason_to_leave(run, path)
            if reason is None:
                todo.append((plan, run, path))
            else:
                left[reason.format(artifacts)] += 1
    with progress("latencies", len(todo)) as show_done:
        for done, (plan, run, path) in enumerate(todo, 1):
            run |= latency.measure(path, plan.config["measure"])
            results.write(folder, run)
            files.write(path.with_suffix(".md"), model_card.render(run, plan.project))
            show_done(done)
    return [f"Left {n} latencies: {reason}." for reason, n in left.items()]


def _reason_to_leave(run: dict[str, Any], model: Path) -> str | None:
    if not environment.is_this_machine(run["hardware"]):
        return _ELSEWHERE
    if run["software"]["ai_edge_litert"] != environment.version("ai_edge_litert"):
        return _RUNTIME
    expected = run["artifacts"]["tflite_sha256"]
    if not model.is_file() or hashlib.sha256(model.read_bytes()).hexdigest() != expected:
        return _NO_MODEL
    return None


def on_device(run: dict[str, Any], device: str, output: str) -> dict[str, Any]:
    """Returns a run as measured on a phone.

    Args:
        run: The run, on the host, as in `run_schema.json`. It stays as it is.
        device: 'adb:' and the model of the phone.
        output: What `benchmark_model` printed for the run's model. Of several outputs, one after
            the other, each is a process.

    Returns:
        A copy with the latency and memory of the phone and a `run_id` of its own.

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
    measured = copy.deepcopy(run)
    measured.update(adb.parse(output, run["storage"]["tflite_bytes"]), device=device)
    measured["run_id"] = results.run_id(run["config"]["resolved"], run=run["run_id"], device=device)
    return measured
