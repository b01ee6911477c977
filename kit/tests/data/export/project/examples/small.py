# Copyright 2026 The TensorFlow Authors.
"""Shows it: python examples/small.py."""

import numpy as np

from tfmot_some_method import keras as technique

print(np, technique.apply_some(technique.Schedule()))
