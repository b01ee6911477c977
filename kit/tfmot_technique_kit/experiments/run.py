"""Runs the variants of one task with one seed, and writes a file for each."""

import contextlib
import functools
import hashlib
import itertools
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from tfmot_technique_kit import files, tasks
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import (
    artifacts,
    conversion,
    environment,
    model_card,
    results,
    training,
)
from tfmot_technique_kit.experiments import variants as variants_lib
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.variants import Variant
from tfmot_technique_kit.keras_api import keras, ops
from tfmot_technique_kit.metrics import flatbuffer, interpreter

_BATCH_SIZE = 64
Run = dict[str, Any]  # As in `run_schema.json`.


class Runner:
    """Trains and converts the variants of one plan, and measures all but time and memory.

    Run files, and what is trained and converted, go into two folders. Of the processes that train
    together, the one whose `is_writer` is true writes. Raises UserError if the options of the
    task are wrong.
    """

    def __init__(
        self, plan: Plan, folder: Path, artifacts_folder: Path, data_dir: Path | None = None
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._store = artifacts.Store(artifacts_folder, plan)
        self._data_dir = data_dir
        self._strategy = training.create_strategy(plan.strategy)
        self.is_writer = training.is_chief(self._strategy)
        self._task = tasks.create(plan.project, plan.task, plan.config["task"])
        _ = plan.project.api  # What is wrong with all of it is no result of a variant.

    @functools.cached_property
    def _data(self):
        return self._task.load(self._data_dir)

    @functools.cached_property
    def _trainer(self):
        return training.Trainer(self._plan, self._task, self._data, self._strategy)

    @functools.cached_property
    def _tests(self):
        """Inputs and labels that quality is measured on."""
        count = self._plan.config["measure"]["test_examples"]
        test = self._data.test.take(-1 if count is None else count)
        inputs, labels = zip(*test.as_numpy_iterator(), strict=True)
        return inputs, labels

    @functools.cached_property
    def _baseline(self):
        model, _ = self._train(self._plan.parse(variants_lib.BASELINE))
        return model.get_weights()

    def run(self, variants: Sequence[Variant]) -> Iterator[Run]:
        """Runs variants, those of a training together. One that cannot run says why as its result.

        Yields:
            The run, after its file has been written.

        Raises:
            UserError, FileNotFoundError: In one line, if the data cannot be loaded, or a file
                cannot be written.
        """
        _ = self._data  # What is wrong with the data is no result of a variant.
        for _, group in itertools.groupby(variants, lambda v: v.training):
            group = list(group)
            with self._recorded(group) as failures:
                trained = self._train(group[0])
            yield from failures
            for variant in () if failures else group:
                with self._recorded([variant]) as failures:
                    run = self._deploy(variant, *trained)
                yield from failures
                if not failures:
                    self._write(run)
                    path = self._store.folder(variant) / f"model_{variant.conversion}.md"
                    files.write(path, model_card.render(run, self._plan.project))
                    yield run

    @contextlib.contextmanager
    def _recorded(self, variants: Sequence[Variant]) -> Iterator[list[Run]]:
        """Writes an error as the result of variants. Gives a list of these runs."""
        failures: list[Run] = []
        started = _now()
        try:
            yield failures
        except Exception as error:
            is_known = isinstance(error, training.NotApplicableError)
            if not is_known and not isinstance(error, UserError | OSError):
                traceback.print_exc()
            for variant in variants:
                run = self._describe(variant, started) | {
                    "status": "not_applicable" if is_known else "failed",
                    "error": results.in_one_line(error, self._plan.project.root),
                }
                self._write(run)
                failures.append(run)

    def _describe(self, variant: Variant, started: str) -> Run:
        """Returns a run of which nothing is measured yet."""
        project = self._plan.project
        generated = project.folder("results").relative_to(project.root).as_posix()
        return {
            **dict.fromkeys(results.schema()["required"]),
            **self._plan.describe(variant),
            "started": started,
            "wall_s": 0.0,
            "cpu_s": 0.0,
            "git": environment.git(project.root, generated),
            "software": environment.software(project.technique.distribution, self._plan.switch),
            "hardware": environment.hardware(),
        }

    def _train(self, variant: Variant) -> tuple[keras.Model, dict[str, Any]]:
        """Returns the trained model, and what is known of it."""
        baseline = None if variant.training == variants_lib.BASELINE else self._baseline
        if trained := self._store.load(variant):
            return trained
        model, train = self._trainer.train(variant, baseline)
        trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        facts = {
            "train": train,
            "model": {"parameters": model.count_params(), "trainable_parameters": trainable},
            "keras_quality": self._quality("keras", lambda inputs: _predict(model, inputs)),
            "weights_sha256": artifacts.hash_of_weights(model.get_weights()),
        }
        if self.is_writer:
            self._store.save(variant, model, facts)
        return model, facts

    def _quality(self, where: str, predict: Callable[[Sequence[Any]], Any]) -> dict[str, Any]:
        inputs, labels = self._tests
        value = self._task.score(predict(inputs), labels)
        return {"metric": self._task.metric, "value": value, "n": len(labels), "on": where}

    def _deploy(self, variant: Variant, model: keras.Model, facts: dict[str, Any]) -> Run:
        """Converts and measures a trained model. Returns the run."""
        started, wall, cpu = _now(), time.perf_counter(), time.process_time()
        examples = ()
        if variant.conversion == "int8" and "qat" not in variant.stages:
            count = self._plan.config["representative_examples"]
            examples = self._data.train.take(count).map(lambda x, _: x)
        if self._plan.switch.backend == "tensorflow":
            self._task.prepare_conversion(model)
            content = conversion.convert(model, variant.conversion, examples)
        else:
            path = self._store.model_path(variant)
            content = conversion.convert_elsewhere(self._plan, path, variant.conversion, examples)
        name = variants_lib.tflite_file(variant.conversion)
        files.write(self._store.folder(variant) / name, content)
        quality = self._quality("tflite", functools.partial(interpreter.predict, content))
        return self._describe(variant, started) | {
            "status": "ok",
            "dataset": self._data.info,
            **{key: facts[key] for key in ("model", "train", "keras_quality")},
            "quality": quality,
            "storage": flatbuffer.sizes(content),
            "static": flatbuffer.analyze(content),
            "artifacts": {
                "weights_sha256": facts["weights_sha256"],
                "tflite_sha256": hashlib.sha256(content).hexdigest(),
                "path": self._plan.training_name(variant),
            },
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
        }

    def _write(self, run: Run) -> None:
        if self.is_writer:
            results.write(self._folder, run)


def _predict(model: keras.Model, inputs: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the outputs for examples, without a trace as `predict` makes."""
    ends = range(_BATCH_SIZE, len(inputs), _BATCH_SIZE)
    batches = np.split(np.stack(inputs), ends)
    outputs = (model(batch, training=False) for batch in batches)
    return np.concatenate([ops.convert_to_numpy(output) for output in outputs])


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
