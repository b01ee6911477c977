"""Keeps what is trained and converted: a folder for each training."""

import hashlib
import json
import os

import numpy as np
import tensorflow_model_optimization as tfmot

from tfmot_technique_kit.experiments import technique, variants
from tfmot_technique_kit.keras_api import keras

_FACTS = "training.json"


class Store:
    """The models of one plan.

    Args:
        folder: `pathlib.Path` that holds the folders.
        plan: A `plan.Plan`.
    """

    def __init__(self, folder, plan) -> None:
        self._folder = folder
        self._plan = plan

    def name_of(self, variant):
        """Returns the name of a training's folder. It changes with its results."""
        plan = self._plan
        as_trained = plan.parse(variant.training)
        run_id = plan.describe(as_trained)["run_id"]
        parts = (plan.task, plan.profile, variant.training, plan.seed, run_id[:8])
        return "_".join(map(str, parts))

    def load(self, variant):
        """Returns a trained model and what is known of it, None if it is not kept.

        Args:
            variant: A `variants.Variant`. Its conversion does not matter.

        Returns:
            A `keras.Model` and a dict, or None.
        """
        folder = self._folder / self.name_of(variant)
        if not (folder / _FACTS).exists():
            return None
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        path = folder / variants.model_file(variant.training)
        keras.backend.clear_session()
        with technique.scope(), tfmot.quantization.keras.quantize_scope():
            model = keras.models.load_model(path, compile=False)
        return model, facts

    def save(self, variant, model, facts) -> None:
        """Keeps a trained model. One that is half written does not count as kept.

        Args:
            variant: A `variants.Variant`. Its conversion does not matter.
            model: A `keras.Model`.
            facts: Dict that JSON can hold.
        """
        folder = self._folder / self.name_of(variant)
        folder.mkdir(parents=True, exist_ok=True)
        model.save(folder / variants.model_file(variant.training))
        _write(folder / _FACTS, json.dumps(facts, indent=1).encode())

    def save_tflite(self, variant, content):
        """Keeps a converted model. Returns the path of the file."""
        folder = self._folder / self.name_of(variant)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"model_{variant.conversion}.tflite"
        _write(path, content)
        return path

    def save_card(self, variant, card) -> None:
        """Keeps a model card, Markdown text, beside the model that it describes."""
        folder = self._folder / self.name_of(variant)
        _write(folder / f"model_{variant.conversion}.md", card.encode())


def hash_of_bytes(content):
    """Returns the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def hash_of_weights(weights):
    """Returns the SHA-256 of the values and the form of a list of arrays."""
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(f"{weight.dtype} {weight.shape} ".encode())
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()


def _write(path, content):
    """Writes a file, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)
