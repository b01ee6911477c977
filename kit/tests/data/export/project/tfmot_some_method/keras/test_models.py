# Copyright 2026 The TensorFlow Authors.
"""Models."""

MODEL = 1
