"""Keeps what is trained and converted: a folder for each training."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfmot_technique_kit import files
from tfmot_technique_kit.experiments import training, variants
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.variants import Variant
from tfmot_technique_kit.keras_api import keras

_FACTS = "training.json"


class Store:
    """The models of one plan, below a folder. Several processes may keep the same at once.

    The conversions of variants do not matter: they share a folder.
    """

    def __init__(self, root: Path, plan: Plan) -> None:
        self._root = root
        self._plan = plan

    def folder(self, variant: Variant) -> Path:
        """Returns the folder of what is trained, with all that is made of it."""
        return self._root / self._plan.training_name(variant)

    def model_path(self, variant: Variant) -> Path:
        """Returns the path of a trained model, as Keras saves it."""
        return self.folder(variant) / variants.model_file(variant.training)

    def load(self, variant: Variant) -> tuple[keras.Model, dict[str, Any]] | None:
        """Returns a trained model and what is known of it, None if the two are not kept."""
        path = self.model_path(variant)
        facts_path = path.with_name(_FACTS)
        if not facts_path.exists():
            return None
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        keras.backend.clear_session()
        with training.loading_scope(self._plan.project.api):
            model = keras.models.load_model(path, compile=False)
        # Of two processes that trained it, one may have written this and one that.
        is_one = hash_of_weights(model.get_weights()) == facts["weights_sha256"]
        return (model, facts) if is_one else None

    def save(self, variant: Variant, model: keras.Model, facts: dict[str, Any]) -> None:
        """Keeps a trained model, which counts once it is whole, and facts that JSON can hold.

        One of these is the `weights_sha256` of the model.
        """
        path = self.model_path(variant)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_stem(f".{uuid.uuid4().hex}")  # Keras goes by the suffix.
        try:
            model.save(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        files.write(path.with_name(_FACTS), json.dumps(facts, indent=1))


def hash_of_weights(weights: Sequence[np.ndarray]) -> str:
    """Returns the SHA-256 of the values and the form of arrays."""
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(f"{weight.dtype} {weight.shape} ".encode())
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()
