"""Keeps what is trained and converted: a folder for each training."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_model_optimization as tfmot

from tfmot_technique_kit import files
from tfmot_technique_kit.experiments import variants
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.variants import Variant
from tfmot_technique_kit.keras_api import keras

_FACTS = "training.json"


class Store:
    """The models of one plan. Several processes may keep the same at once.

    Args:
        folder: Holds the folders of the trainings.
        plan: The plan.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._root = folder
        self._plan = plan

    def name_of(self, variant: Variant) -> str:
        """Returns the name of a training's folder. It changes with its results."""
        plan = self._plan
        as_trained = plan.parse(variant.training)
        run_id = plan.describe(as_trained)["run_id"]
        parts = (plan.task, plan.profile, variant.training, plan.seed, run_id[:8])
        return "_".join(map(str, parts))

    def load(self, variant: Variant) -> tuple[keras.Model, dict[str, Any]] | None:
        """Returns a trained model and what is known of it, None if it is not kept.

        The conversion of the variant does not matter.
        """
        facts = self._folder(variant) / _FACTS
        if not facts.exists():
            return None
        path = facts.with_name(variants.model_file(variant.training))
        keras.backend.clear_session()
        with self._plan.project.api.scope(), tfmot.quantization.keras.quantize_scope():
            model = keras.models.load_model(path, compile=False)
        return model, json.loads(facts.read_text(encoding="utf-8"))

    def save(self, variant: Variant, model: keras.Model, facts: dict[str, Any]) -> None:
        """Keeps a trained model. One that is half written does not count as kept.

        Args:
            variant: Its conversion does not matter.
            model: The model.
            facts: What JSON can hold.
        """
        path = self._folder(variant) / variants.model_file(variant.training)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_stem(f".{uuid.uuid4().hex}")  # Keras goes by the suffix.
        try:
            model.save(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        files.write(path.with_name(_FACTS), json.dumps(facts, indent=1))

    def save_tflite(self, variant: Variant, content: bytes) -> Path:
        """Keeps a converted model. Returns the path of the file."""
        return files.write(
            self._folder(variant) / variants.tflite_file(variant.conversion), content
        )

    def save_card(self, variant: Variant, card: str) -> None:
        """Keeps a model card, Markdown text, beside the model that it describes."""
        files.write(self._folder(variant) / f"model_{variant.conversion}.md", card)

    def _folder(self, variant: Variant) -> Path:
        return self._root / self.name_of(variant)


def hash_of_weights(weights: Sequence[np.ndarray]) -> str:
    """Returns the SHA-256 of the values and the form of arrays."""
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(f"{weight.dtype} {weight.shape} ".encode())
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()
