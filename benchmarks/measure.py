"""Measures what training one model costs, as ratios to the dense model.

All contenders run one after the other in this process, in turning order, and each
round gives one ratio per contender: machines are noisy, pairs within a round are not.
"""

from __future__ import annotations

import collections
import contextlib
import gc
import gzip
import pathlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from contenders import KINDS, Kind
from models import CASES, WARM_UP, Case
from tensorflow_model_optimization.python.core.keras.compat import keras
from trainer import Deployed, Trainer, timed

EVERY_STEP = 1
ONCE = 10**9  # Steps between two updates: the first step updates, and no other.

SAMPLE_SECONDS = 0.2  # Of one contender in one round, if its step is not longer.
FEWEST_ROUNDS, MOST_ROUNDS = 5, 21

Run = Callable[[int], None]


class Results:
    """What was measured of each contender, and what failed."""

    def __init__(self) -> None:
        self._ratios = collections.defaultdict(lambda: collections.defaultdict(list))
        self._failures: dict[str, dict[str, str]] = collections.defaultdict(dict)

    def add(self, quantity: str, values: dict[str, float]) -> None:
        """Adds one round: a value for each contender, whose unit is that of "dense"."""
        for name, value in values.items():
            self._ratios[quantity][name].append(value / values["dense"])

    def set(self, quantity: str, values: dict[str, float]) -> None:
        """Sets what does not vary: a size or a number for each contender."""
        self._ratios.pop(quantity, None)
        self.add(quantity, values)

    @contextlib.contextmanager
    def attempt(self, name: str, operation: str) -> Iterator[None]:
        """Notes the reason why an operation fails, and goes on without its result."""
        try:
            yield
        except Exception as error:
            if name == "dense":
                raise
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            self._failures[name][operation] = reason[:300]

    def summarize(self) -> dict[str, dict]:
        """Returns medians, with half the interquartile range of what varies."""
        ratios = {q: {n: _summarize(v) for n, v in c.items()} for q, c in self._ratios.items()}
        return {"ratios": ratios, "failures": self._failures}


def _summarize(values: list[float]) -> dict[str, float]:
    summary = {"median": statistics.median(values)}
    if len(values) > 1:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        summary |= {"spread": (high - low) / 2, "rounds": len(values)}
    return summary


def interleave(quantity: str, runs: dict[str, Run], seconds: float, results: Results) -> None:
    """Runs each contender once a round, until the time is up.

    Args:
        quantity: What is measured.
        runs: What each contender runs, given a number of steps.
        seconds: Time for it. The fewest rounds may take longer.
        results: Gets the seconds per step of each round.
    """
    steps = {}
    for name, run in runs.items():
        run(1)
        shortest = min(timed(run, 1)[0] for _ in range(2))
        steps[name] = max(1, round(SAMPLE_SECONDS / shortest))
    names = list(runs)
    end = time.perf_counter() + seconds
    for index in range(MOST_ROUNDS):
        if index >= FEWEST_ROUNDS and time.perf_counter() > end:
            break
        turn = index % len(names)
        taken = {n: timed(runs[n], steps[n])[0] / steps[n] for n in names[turn:] + names[:turn]}
        results.add(quantity, taken)


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
