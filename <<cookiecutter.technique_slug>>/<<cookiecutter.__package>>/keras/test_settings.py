<% include 'license_header.txt' %>
"""What does not hold in each setting: `tf_keras`, or a backend of Keras 3."""

import unittest

import keras as keras_3

from <<cookiecutter.__package>>.keras import compat

SETTING = compat.BACKEND if compat.keras is keras_3 else 'tf_keras'

_KERAS_2 = ['tf_keras']
_TENSORFLOW = ['tf_keras', 'tensorflow']
_NOT_TORCH = [*_TENSORFLOW, 'jax']
_NOT_JAX = [*_TENSORFLOW, 'torch']

# What tests need, what users call it, and the settings that have it. The
# overview shows this table.
NEEDS = {
  'tfmot': ('Techniques of TFMOT, before or after this one', _KERAS_2),
  'formats': (
    'Files other than `.keras` for models that have operations, or train on',
    _KERAS_2,
  ),
  'output_names': ('Losses by names of outputs, in loaded models', _KERAS_2),
  'weights': ('Files other than `.weights.h5` for weights', _KERAS_2),
  'keras_2_layers': ('Layers that Keras 3 dropped', _KERAS_2),
  'float64': ('The policy `float64`', _NOT_JAX),
  'steps_per_execution': ('`compile(steps_per_execution=2)`', _NOT_TORCH),
  'training': ('A constant `training` in the calls of layers', _KERAS_2),
  'lite': ('Conversion to TensorFlow Lite', _TENSORFLOW),
  'distribute': ('`tf.distribute`', _TENSORFLOW),
  'function': ('Calls in a `tf.function`', _TENSORFLOW),
  'tape': ('Training loops with `tf.GradientTape`', _TENSORFLOW),
  'checkpoint': ('`tf.train.Checkpoint`', _TENSORFLOW),
}


def has(need):
  """Returns whether this setting has what a test needs."""
  return SETTING in NEEDS[need][1]


def needs(need):
  """Skips a test, or a class of tests, in settings that cannot run it."""
  return unittest.skipUnless(has(need), f'{NEEDS[need][0]}: not on {SETTING}.')
