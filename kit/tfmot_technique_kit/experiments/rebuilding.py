"""Converts models that were trained on another backend than TensorFlow.

Keras converts models to TensorFlow Lite on TensorFlow, and a process has one backend: another
process loads the `.keras` file, which holds for all backends, and converts the model.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tfmot_technique_kit import tasks
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import Switch

_EXAMPLES = "examples.npy"
_CONVERTED = "model.tflite"


def convert(plan: Plan, path: Path, conversion: str, representative: Iterable[Any]) -> bytes:
    """Converts a model; see `conversion.convert`.

    Args:
        plan: The plan that the model is of.
        path: Its `.keras` file.
        conversion: One of `variants.CONVERSIONS`.
        representative: Inputs without batch dimension.

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
    from tfmot_technique_kit.experiments import conversion as conversion_lib
    from tfmot_technique_kit.experiments import training
    from tfmot_technique_kit.keras_api import keras

    project = Project(root)
    task = tasks.create(project, name, json.loads(options))
    with training.loading_scope(project.api):
        model = keras.models.load_model(path, compile=False)
    task.prepare_conversion(model)
    examples = np.load(Path(folder, _EXAMPLES))
    content = conversion_lib.convert(model, conversion, examples)
    Path(folder, _CONVERTED).write_bytes(content)


if __name__ == "__main__":
    _main(*sys.argv[1:])
