<% include 'license_header.txt' %>
"""What does not hold in each setting: `tf_keras`, or a backend of Keras 3."""

import unittest

import keras as keras_3

from <<cookiecutter.__package>>.keras import compat

SETTING = compat.BACKEND if compat.keras is keras_3 else 'tf_keras'

# What some tests need, how users call it, and the settings that have it. The
# overview shows it.
NEEDS = {
  'tfmot': ('Techniques of TFMOT, before or after this one', 'tf_keras'),
  'formats': (
    'SavedModel, and `.h5` of models with operations or an optimizer',
    'tf_keras',
  ),
  'checkpoint': ('Checkpoints of TensorFlow', 'tf_keras'),
  'output_names': ('Losses by names of outputs, after loading', 'tf_keras'),
  'training': ('`training` as a constant in a Functional model', 'tf_keras'),
  'keras_2_layers': ('Layers that Keras 3 has dropped', 'tf_keras'),
  'lite': ('Conversion to TensorFlow Lite', 'tf_keras tensorflow'),
  'distribute': ('Distribution with `tf.distribute`', 'tf_keras tensorflow'),
  'function': ('Calls in a `tf.function`', 'tf_keras tensorflow'),
  'tape': ('Loops with `tf.GradientTape`', 'tf_keras tensorflow'),
  'float64': ('The policy `float64`', 'tf_keras tensorflow torch'),
  'activity': (
    'Activity regularizers in mixed precision',
    'tf_keras jax torch',
  ),
  'float16': ('Attention in `float16` on CPUs', 'tf_keras tensorflow torch'),
  'retry': ('Training after `fit` raised', 'tf_keras tensorflow torch'),
  'assign': (
    'Weights that are read or assigned within an epoch',
    'tf_keras tensorflow torch',
  ),
  'xla': ('`jit_compile=True`', 'tf_keras tensorflow jax'),
  'steps': ('`steps_per_execution`', 'tf_keras tensorflow jax'),
}


def has(need):
  """Returns whether this setting has what a test needs."""
  return SETTING in NEEDS[need][1].split()


def needs(need):
  """Skips a test, or a class of tests, in settings that cannot run it."""
  return unittest.skipUnless(has(need), f'{NEEDS[need][0]}: not on {SETTING}.')
