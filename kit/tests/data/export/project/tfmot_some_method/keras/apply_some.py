# Copyright 2026 The TensorFlow Authors.
"""Applies; see tfmot_some_method.keras."""

from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_some_method.keras import schedule


def apply_some(to_apply):
  """Applies."""
  return keras, schedule, to_apply
