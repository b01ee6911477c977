"""The Keras that TFMOT works with: the one handle on it."""

from tensorflow_model_optimization.python.core.keras.compat import keras

__all__ = ["keras"]
