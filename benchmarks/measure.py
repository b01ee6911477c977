"""Measures what training one model costs, as ratios to the dense model.

All contenders run one after the other in this process, in turning order.
"""

from __future__ import annotations

import collections
import gc
import gzip
import pathlib
import tempfile
from typing import Any

import numpy as np
from contenders import KINDS, Kind
from models import CASES, WARM_UP, Case
from rounds import Results, Run, interleave, timed
from techniques import EVERY_STEP, ONCE
from tensorflow_model_optimization.python.core.keras.compat import keras
from trainer import Deployed, Trainer


class Generation:
    """The contenders, each with a new model, from building it to stripping it.

    Attributes:
        trainers: By name. A contender that cannot wrap the model is missing.
    """

    def __init__(self, kind: Kind, case: Case, frequency: int, results: Results) -> None:
        keras.backend.clear_session()
        gc.collect()  # Not while something is measured.
        self.trainers: dict[str, Trainer] = {}
        self._results = results
        self._sizes: dict[str, dict[str, float]] = collections.defaultdict(dict)
        self._seconds: dict[str, dict[str, float]] = collections.defaultdict(dict)
        for name, contender in kind.contenders.items():
            with results.attempt(name, "start"):
                trainer = Trainer(contender, case, frequency)
                self._save_and_load(name, trainer)
                trainer.start()
                self._seconds["first step"][name], _ = timed(trainer.train, 1)
                self.trainers[name] = trainer
                # These have no dense counterpart: building and the weights have.
                dense = self.trainers["dense"]
                self._seconds["apply / build"] |= {
                    "dense": dense.build_seconds,
                    name: dense.build_seconds if trainer is dense else trainer.wrap_seconds,
                }
                self._sizes["state / weights"] |= {
                    "dense": dense.weight_bytes,
                    name: dense.weight_bytes if trainer is dense else trainer.state_bytes,
                }

    def _save_and_load(self, name: str, trainer: Trainer) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for suffix in (".h5", ".keras"):
                path = pathlib.Path(folder, "model").with_suffix(suffix)
                with self._results.attempt(name, f"{suffix} save"):
                    self._seconds[f"{suffix} save"][name], _ = timed(trainer.model.save, path)
                    self._sizes[f"{suffix} size"][name] = path.stat().st_size
            with self._results.attempt(name, ".keras load"):
                self._seconds[".keras load"][name], _ = timed(trainer.load, path)

    def end(self) -> dict[str, keras.Model]:
        """Ends the training, and hands in what the start and the end took.

        Returns:
            The stripped models, by name.
        """
        stripped = {}
        for name, trainer in self.trainers.items():
            trainer.end()
            with self._results.attempt(name, "strip"):
                self._seconds["strip / build"][name], stripped[name] = timed(trainer.strip)
        self._seconds["strip / build"]["dense"] = self.trainers["dense"].build_seconds
        for quantity, values in self._seconds.items():
            self._results.add(quantity, values)
        for quantity, values in self._sizes.items():
            self._results.set(quantity, values)
        return stripped


def check_zeros(kind: Kind, stripped: dict[str, keras.Model]) -> None:
    """Fails unless both leave equally many zeros in every weight."""
    zeros = {
        name: [int(np.sum(w == 0)) for w in stripped[name].get_weights() if w.ndim > 1]
        for name in (kind.technique, kind.zeros_as)
    }
    assert zeros[kind.technique] == zeros[kind.zeros_as], zeros


def measure_deployment(
    trainers: dict[str, Trainer],
    stripped: dict[str, keras.Model],
    case: Case,
    seconds: float,
    results: Results,
) -> None:
    """Measures the stripped models, and what TFLite makes of them."""
    files: dict[str, bytes] = {}
    runs: dict[str, Run] = {}
    for name, model in stripped.items():
        with results.attempt(name, "convert"):
            files[name] = trainers[name].convert(model)
            runs[name] = Deployed(files[name], case).infer
    results.set("stripped variables", {n: len(m.variables) for n, m in stripped.items()})
    results.set("stripped .tflite", {n: len(f) for n, f in files.items()})
    compressed = {n: len(gzip.compress(f, mtime=0)) for n, f in files.items()}
    results.set("stripped .tflite.gz", compressed)
    interleave("stripped .tflite inference", runs, seconds, results)


def measure(kind_name: str, case_name: str, seconds: float, starts: int) -> dict[str, Any]:
    """Measures one model with the contenders of one kind.

    Args:
        kind_name: A key of `KINDS`.
        case_name: Name of one of `CASES`.
        seconds: Time for each quantity that is measured in rounds.
        starts: Number of times that the models are built, at least 2.

    Returns:
        A dict with 'ratios', by quantity and contender, and 'failures', the reasons by
        contender and operation.
    """
    kind = KINDS[kind_name]
    case = next(case for case in CASES if case.name == case_name)
    results = Results()
    # What a process does once, such as loading libraries, is not to be measured.
    Generation(kind, WARM_UP, ONCE, Results()).end()

    for _ in range(starts - 2):
        Generation(kind, case, ONCE, results).end()

    steady = Generation(kind, case, ONCE, results)
    trainers = steady.trainers
    interleave("steady step", {n: t.train for n, t in trainers.items()}, seconds, results)
    interleave("wrapped inference", {n: t.infer for n, t in trainers.items()}, seconds, results)
    steady.end()

    updated = Generation(kind, case, EVERY_STEP, results)
    trainers = updated.trainers
    interleave("step with update", {n: t.train for n, t in trainers.items()}, seconds, results)
    stripped = updated.end()
    if kind.zeros_as:
        check_zeros(kind, stripped)
    measure_deployment(trainers, stripped, case, seconds / 2, results)
    return results.summarize()
