"""Converts trained models to TensorFlow Lite: here, or in a process that runs on TensorFlow."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfmot_technique_kit import tasks
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.keras_api import LEGACY, keras
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import Switch

_EXAMPLES = "examples.npy"
_CONVERTED = "model.tflite"


def convert(model: keras.Model, conversion: str, representative: Iterable[Any] = ()) -> bytes:
    """Converts a model of one input and one output, with a batch size of one.

    Args:
        model: The model.
        conversion: One of `variants.CONVERSIONS`: `float`; `dynamic` for 8-bit weights and float
            activations; `int8` for 8-bit integers throughout, the input and the output too where
            they were floats.
        representative: Inputs without batch dimension, from which `int8` takes the ranges of
            activations. Not needed for a model that was trained with quantization.

    Returns:
        The `.tflite` file.
    """
    # A fixed batch size, because recurrent layers and int8 need one.
    spec = tf.TensorSpec([1, *model.inputs[0].shape[1:]], model.inputs[0].dtype)

    @tf.function
    def function(inputs: tf.Tensor) -> tf.Tensor:
        # Captured where they are used, the variables of some layers would get a
        # number as their name, and the file with it, that changes from run to run.
        graph = tf.compat.v1.get_default_graph()
        for variable in model.variables:
            name = variable.name.partition(":")[0] if LEGACY else variable.path
            graph.capture(variable.handle, name=name)
        return model(inputs, training=False)

    # Without a second argument, which would have it write a SavedModel and read
    # that: most of the time. The price is that the file has no signature.
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function(spec)]
    )
    if conversion != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    examples = [[tf.convert_to_tensor(example)[tf.newaxis]] for example in representative]
    if conversion == "int8" and examples:
        converter.representative_dataset = lambda: examples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        if spec.dtype.is_floating:
            converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return converter.convert()


def convert_elsewhere(
    plan: Plan, path: Path, conversion: str, representative: Iterable[Any]
) -> bytes:
    """Converts the model of a plan in a `.keras` file, trained on any backend; see `convert`.

    Keras converts on TensorFlow, and a process has one backend: another process loads the file,
    which holds for all backends.

    Raises:
        RuntimeError: If it cannot be converted.
    """
    options = json.dumps(plan.config["task"])
    arguments = (plan.project.root, plan.task, options, path.absolute(), conversion)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, _EXAMPLES), [np.asarray(example) for example in representative])
        done = subprocess.run(
            [sys.executable, "-m", __name__, *map(str, arguments), folder],
            env={**os.environ, **Switch(3, "tensorflow").variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode:
            reason = (done.stdout.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
            raise RuntimeError(f"The model does not convert on TensorFlow: {reason}")
        return Path(folder, _CONVERTED).read_bytes()


def _main(root: str, name: str, options: str, path: str, conversion: str, folder: str) -> None:
    from tfmot_technique_kit.experiments import training

    project = Project(root)
    task = tasks.create(project, name, json.loads(options))
    with training.loading_scope(project.api):
        model = keras.models.load_model(path, compile=False)
    task.prepare_conversion(model)
    content = convert(model, conversion, np.load(Path(folder, _EXAMPLES)))
    Path(folder, _CONVERTED).write_bytes(content)


if __name__ == "__main__":
    _main(*sys.argv[1:])
