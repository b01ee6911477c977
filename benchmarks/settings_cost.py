"""Measures what a training step costs with each Keras and backend, for each kind.

Each setting of a kind is measured in a process of its own. `fit` trains the dense model and
the wrapped one in turning order, so that what `fit` itself takes is part of both.

    make bench-settings ARGS='--kind weight_mask --quick'
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import technique
from render_tables import RESULTS, write_tables
from rounds import Results, Run, interleave, timed
from techniques import EVERY_STEP, ONCE, TECHNIQUES

from tfmot_technique_kit import switch

SECONDS = 6.0  # For each quantity that is measured in rounds.
# Long, so that what begins and ends an epoch counts little, as in use.
SAMPLE_SECONDS, STEPS = 1.0, 25  # A run is a number of such steps.
STARTS = 3  # For what happens once in a training.

CASES = ("CNN", "MLP")  # Names of models begin with these.


class Training:
    """A dense model, or a wrapped one, that `fit` trains on one batch again and again."""

    def __init__(self, case: Any, wrap: Callable[[Any], Any], callbacks: list[Any]) -> None:
        dense = case.build()
        self.weights = [w for w in dense.get_weights() if w.ndim > 1]
        stored = sum(w.nbytes for w in dense.get_weights())
        self.model = wrap(dense)
        self.state_bytes = sum(np.asarray(w).nbytes for w in self.model.get_weights()) - stored
        self._callbacks = callbacks
        self._inputs, self._labels = case.batch()

    def start(self) -> None:
        """Compiles the model and trains the first step."""
        self.model.compile("sgd", "sparse_categorical_crossentropy")
        self._fit(1)

    def run(self, times: int) -> None:
        """Runs training steps, some of them each time."""
        self._fit(times * STEPS)

    def _fit(self, steps: int) -> None:
        count = len(self._labels)
        inputs = np.concatenate([self._inputs] * steps)
        labels = np.concatenate([self._labels] * steps)
        self.model.fit(
            inputs,
            labels,
            batch_size=count,
            shuffle=False,
            verbose=0,
            callbacks=self._callbacks,
        )


def measure(kind: str, case: Any, seconds: float) -> dict[str, Any]:
    """Measures one model in the setting of this process."""
    package, level = TECHNIQUES[kind]
    found = technique.find(package)
    results = Results()

    def start(frequency: int) -> dict[str, Training]:
        def wrap(model: Any) -> Any:
            return found.apply(model, found.Constant(level, 0, frequency=frequency))

        trainings = {
            "dense": Training(case, lambda model: model, []),
            "technique": Training(case, wrap, [found.UpdateStep()]),
        }
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "model.keras")
            saved = {n: timed(t.model.save, path)[0] for n, t in trainings.items()}
        results.add(".keras save", saved)
        results.add("first step", {n: timed(t.start)[0] for n, t in trainings.items()})
        return trainings

    def run_all(quantity: str, trainings: dict[str, Training]) -> None:
        runs: dict[str, Run] = {name: each.run for name, each in trainings.items()}
        with results.attempt("technique", quantity):
            interleave(quantity, runs, seconds, results, SAMPLE_SECONDS)

    start(ONCE)
    results = Results()  # The first time loads libraries.
    for _ in range(STARTS - 2):
        start(ONCE)
    trainings = start(ONCE)
    bytes_of_weights = sum(w.nbytes for w in trainings["dense"].weights)
    results.set(
        "state / weights",
        {"dense": bytes_of_weights, "technique": trainings["technique"].state_bytes},
    )
    run_all("steady step", trainings)
    run_all("step with update", start(EVERY_STEP))
    summary = results.summarize()
    for quantity, reason in summary["failures"].get("technique", {}).items():
        print(f"{case.name}, {quantity}: {reason}", file=sys.stderr, flush=True)
    return {q: c["technique"] for q, c in summary["ratios"].items()}


def measure_here(kind: str, seconds: float) -> None:
    """Prints what was measured in the setting that the environment variables choose."""
    from models import CASES as models  # They import Keras.

    found = {
        case.name: measure(kind, case, seconds) for case in models if case.name.startswith(CASES)
    }
    print(json.dumps(found))


def main() -> None:
    """Measures kinds in each setting, and keeps each kind that was measured as a whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", action="append", choices=TECHNIQUES, help="all by default")
    parser.add_argument("--quick", action="store_true", help="few rounds: printed, not kept")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    args = parser.parse_args()
    seconds = 0.0 if args.quick else SECONDS
    if args.here:
        measure_here(args.here, seconds)
        return
    kept = RESULTS / "settings.json"
    for kind in args.kind or TECHNIQUES:
        found: dict[str, Any] = {}
        for setting in switch.ALL:
            command = [sys.executable, __file__, "--here", kind, *["--quick"] * args.quick]
            done = subprocess.run(
                command,
                env=os.environ | setting.variables | {"TF_CPP_MIN_LOG_LEVEL": "3"},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            measured = json.loads(done.stdout.splitlines()[-1])
            found[setting.title] = measured
            print(kind, setting.title, json.dumps(measured), flush=True)
        if not args.quick:
            others = json.loads(kept.read_text()) if kept.exists() else {}
            kept.write_text(json.dumps(others | {kind: found}, indent=1) + "\n")
            write_tables()


if __name__ == "__main__":
    main()
