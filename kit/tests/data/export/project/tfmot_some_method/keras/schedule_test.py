# Copyright 2026 The TensorFlow Authors.
"""Tests."""

import unittest

from tfmot_some_method.keras import schedule


class SomeTest(unittest.TestCase):
  """Tests something."""

  def testIt(self):
    self.assertTrue(schedule.Schedule())


if __name__ == '__main__':
  unittest.main()
