# Copyright 2026 The TensorFlow Authors.
"""The API of tfmot_some_method."""

from tfmot_some_method.keras.schedule import Schedule
from tfmot_some_method.keras.apply_some import (
  apply_some,
)
