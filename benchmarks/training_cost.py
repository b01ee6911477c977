"""Measures what a generated technique costs in training, beside TFMOT's pruning.

Times are ratios to the dense model. In each round all contenders run one after the
other in this process, each round gives one ratio per contender, and the median of
the rounds is reported: machines are noisy, pairs within a round are not.

    make bench
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import gzip
import importlib.metadata
import json
import os
import pathlib
import platform
import statistics
import tempfile
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from contenders import CONTENDERS, Contender
from models import CASES, Case
from tensorflow_model_optimization.python.core.keras.compat import keras

NEVER = 10**9  # A first step that training does not reach.
Samples = dict[str, dict[str, list[float]]]


class Trainer:
    """A wrapped model with the functions that `fit` and `predict` would run.

    Attributes:
        model: The model, not compiled until `start`.
        build_seconds: Time to build the dense model.
        wrap_seconds: Time to wrap it.
        dense_bytes: Bytes of the variables of the dense model.
        technique_bytes: Bytes of the weights that are pruned, at most.
    """

    def __init__(self, contender: Contender, case: Case, begin: int) -> None:
        keras.utils.set_random_seed(0)
        started = time.perf_counter()
        dense = case.build()
        built = time.perf_counter()
        self.model = contender.apply(dense, 0.8, begin, 1)
        self.wrap_seconds = time.perf_counter() - built
        self.build_seconds = built - started
        self.dense_bytes = sum(w.nbytes for w in dense.get_weights())
        self.technique_bytes = sum(w.nbytes for w in dense.get_weights() if w.ndim > 1)
        self.callback = contender.callback()
        self._case = case

    def start(self) -> Trainer:
        """Compiles the model and starts its training. Returns itself."""
        self.model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
        self.callback.set_model(self.model)
        self.callback.on_train_begin()
        inputs, labels = (tf.constant(array) for array in self._case.batch())
        self._data = iter(tf.data.Dataset.from_tensors((inputs, labels)).repeat())
        self._train = self.model.make_train_function()
        self._infer = tf.function(lambda: self.model(inputs, training=False))
        return self

    def train(self, steps: int) -> float:
        """Runs training steps. Returns seconds."""
        started = time.perf_counter()
        for _ in range(steps):
            logs = self._train(self._data)
        float(logs["loss"])
        return time.perf_counter() - started

    def infer(self, steps: int) -> float:
        """Runs inference on the batch. Returns seconds."""
        started = time.perf_counter()
        for _ in range(steps):
            outputs = self._infer()
        outputs.numpy()
        return time.perf_counter() - started


def interleave(
    trainers: dict[str, Trainer], run: Callable[[Trainer], float], rounds: int
) -> dict[str, list[float]]:
    """Runs every trainer once a round, in turning order. Returns ratios to dense."""
    names = list(trainers)
    ratios = collections.defaultdict(list)
    for index in range(rounds):
        turn = index % len(names)
        seconds = {name: run(trainers[name]) for name in names[turn:] + names[:turn]}
        for name in names:
            ratios[name].append(seconds[name] / seconds["dense"])
    return ratios


def measure_steps(case: Case, rounds: int) -> Samples:
    """Measures training steps without and with an update, and inference."""
    samples: Samples = {}
    for quantity, begin in (("steady step", NEVER), ("step with update", 0)):
        trainers = {name: Trainer(c, case, begin).start() for name, c in CONTENDERS.items()}
        for trainer in trainers.values():
            trainer.train(2)
        samples[quantity] = interleave(trainers, lambda t: t.train(case.steps), rounds)
        if begin == NEVER:
            for trainer in trainers.values():
                trainer.infer(2)
            samples["wrapped inference"] = interleave(
                trainers, lambda t: t.infer(2 * case.steps), rounds
            )
        else:
            check_same_sparsity(trainers)
        keras.backend.clear_session()
    return samples


def check_same_sparsity(trainers: dict[str, Trainer]) -> None:
    """Fails unless TFMOT and the technique leave equally many zeros per weight."""
    zeros = {}
    for name in ("tfmot", "technique"):
        trainers[name].callback.on_epoch_end(0)
        stripped = CONTENDERS[name].strip(trainers[name].model)
        zeros[name] = [int(np.sum(w == 0)) for w in stripped.get_weights() if w.ndim > 1]
    assert zeros["tfmot"] == zeros["technique"], zeros


def measure_start(case: Case, rounds: int) -> tuple[Samples, dict[str, dict[str, float]]]:
    """Measures wrapping, the first step, saving and stripping, on new models."""
    samples: Samples = collections.defaultdict(lambda: collections.defaultdict(list))
    constants: dict[str, dict[str, float]] = collections.defaultdict(dict)
    for _ in range(rounds):
        seconds: dict[str, dict[str, float]] = collections.defaultdict(dict)
        dense_size: dict[str, int] = {}
        for name, contender in CONTENDERS.items():
            trainer = Trainer(contender, case, 0)
            # Applying and stripping have no dense counterpart: building has.
            samples["apply / build"][name].append(trainer.wrap_seconds / trainer.build_seconds)
            for suffix in (".h5", ".keras"):
                saved = save(trainer.model, suffix)
                if saved is None:
                    continue  # The table says that it fails.
                seconds[f"{suffix} save"][name], size = saved
                dense_size.setdefault(suffix, size)
                constants[f"{suffix} size"][name] = size / dense_size[suffix]
            state = sum(v.numpy().nbytes for v in trainer.model.variables) - trainer.dense_bytes
            constants["state / technique weights"][name] = state / trainer.technique_bytes
            seconds["first step"][name] = trainer.start().train(1)
            started = time.perf_counter()
            contender.strip(trainer.model)
            elapsed = time.perf_counter() - started
            samples["strip / build"][name].append(elapsed / trainer.build_seconds)
            keras.backend.clear_session()
        for quantity, by_name in seconds.items():
            for name, value in by_name.items():
                samples[quantity][name].append(value / by_name["dense"])
    return samples, constants


def save(model: keras.Model, suffix: str) -> tuple[float, int] | None:
    """Returns seconds and bytes of saving, None if it is not possible."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model").with_suffix(suffix)
        started = time.perf_counter()
        with contextlib.suppress(ValueError):
            model.save(path)
            return time.perf_counter() - started, path.stat().st_size
    return None


def convert(model: keras.Model) -> bytes:
    """Converts a model to TFLite, for a batch of one: recurrent layers need that."""
    spec = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)
    function = tf.function(model).get_concrete_function(spec)
    return tf.lite.TFLiteConverter.from_concrete_functions([function], model).convert()


def measure_deployment(case: Case) -> dict[str, dict[str, float]]:
    """Compares the stripped model's TFLite file at 80 % zeros to the dense one."""
    sizes = {}
    variables = {}
    for name, contender in CONTENDERS.items():
        trainer = Trainer(contender, case, 0).start()
        trainer.train(2)
        trainer.callback.on_epoch_end(0)
        stripped = contender.strip(trainer.model)
        variables[name] = len(stripped.variables)
        converted = convert(stripped)
        sizes[name] = (len(converted), len(gzip.compress(converted, mtime=0)))
        keras.backend.clear_session()
    return {
        "stripped .tflite": {n: s[0] / sizes["dense"][0] for n, s in sizes.items()},
        "stripped .tflite.gz": {n: s[1] / sizes["dense"][1] for n, s in sizes.items()},
        "variables after strip": {n: v - variables["dense"] for n, v in variables.items()},
    }


def measure(case: Case, rounds: int, starts: int) -> dict:
    """Returns the median and half the interquartile range of every quantity."""
    samples = measure_steps(case, rounds)
    started, constants = measure_start(case, starts)
    constants.update(measure_deployment(case))
    result = {q: {n: {"median": v} for n, v in c.items()} for q, c in constants.items()}
    for quantity, by_name in (samples | started).items():
        result[quantity] = {}
        for name, values in by_name.items():
            low, _, high = statistics.quantiles(values, n=4)
            result[quantity][name] = {
                "median": statistics.median(values),
                "spread": (high - low) / 2,
            }
    return result


def describe_environment() -> dict[str, str]:
    """Returns what the figures depend on besides the code."""
    names = ("tensorflow", "tf-keras", "tensorflow-model-optimization")
    versions = {name: importlib.metadata.version(name) for name in names}
    hardware = f"{platform.machine()}, {os.cpu_count()} cores"
    return {"hardware": hardware, "python": platform.python_version(), **versions}


def main() -> None:
    """Measures all cases and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--case", action="append", help="part of a case's name")
    args = parser.parse_args()
    results = {}
    for case in CASES:
        if args.case and not any(part in case.name for part in args.case):
            continue
        print(f"measuring {case.name} ...", flush=True)
        results[case.name] = measure(case, args.rounds, args.starts)
        for quantity, by_name in results[case.name].items():
            ratios = {n: round(v["median"], 3) for n, v in by_name.items() if n != "dense"}
            print(f"  {quantity}: {ratios}", flush=True)
    report = {"environment": describe_environment(), "ratios": results}
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
