"""The Keras that `switch` says: the one handle on it."""

from typing import Any, TypeAlias

from tfmot_technique_kit import switch

switch.set_default()

LEGACY = switch.is_legacy()
Tensor: TypeAlias = Any  # Of the backend.

# Of Keras 3: on TensorFlow they work with `tf_keras`.
from keras import ops  # noqa: E402

if LEGACY:
    from tensorflow_model_optimization.python.core.keras.compat import keras
else:
    import keras

__all__ = ["LEGACY", "Tensor", "keras", "ops"]
