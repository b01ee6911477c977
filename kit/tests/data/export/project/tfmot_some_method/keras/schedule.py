# Copyright 2026 The TensorFlow Authors.
"""Schedules."""

Schedule = object
