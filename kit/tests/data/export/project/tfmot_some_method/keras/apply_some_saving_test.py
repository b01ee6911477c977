# Copyright 2026 The TensorFlow Authors.
"""Tests."""

import unittest

# isort: off
from tfmot_some_method.keras import test_models
from tfmot_some_method.keras.apply_some import apply_some as apply  # noqa: E501


class SomeTest(unittest.TestCase):
  """Tests something."""

  def testIt(self):
    self.assertTrue(apply(test_models.MODEL))


if __name__ == '__main__':
  unittest.main()
