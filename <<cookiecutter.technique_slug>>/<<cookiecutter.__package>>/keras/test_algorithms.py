<% include 'license_header.txt' %>
"""Algorithms whose results tests can tell, and layers wrapped with one."""

import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import wrapper
from <<cookiecutter.__package>>.keras.compat import keras


@keras.utils.register_keras_serializable('test_algorithms')
class Nothing(base_algorithm.Algorithm):
  """Leaves the weights alone, but counts how often it is asked."""

  def create_state(self, weight):
    """Keeps the number of updates, an int32."""
    return {'updates': {'shape': [], 'dtype': tf.int32, 'initializer': 'zeros'}}

  def update_state(self, weight, state, level):
    """Counts."""
    return {'updates': state['updates'] + 1}

  def apply(self, weight, state):
    """Returns the weight itself."""
    return weight


@keras.utils.register_keras_serializable('test_algorithms')
class Clip(base_algorithm.Algorithm):
  """Clips weights, or outputs, to a bound: the level of the last update.

  Args:
    start: The bound before the first update.
    a_target: What to clip: a target, by default `Weight()`.

  Attributes:
    specs: The `compat.Spec` of each tensor that a state was created for.
  """

  def __init__(self, start=100.0, a_target=None):
    self.start = start
    self.specs = []
    self.target = a_target or target_lib.Weight()

  def create_state(self, weight):
    """Keeps the bound and the number of updates, a float64."""
    self.specs.append(weight)
    initializer = keras.initializers.Constant(self.start)
    return {
      'bound': {'shape': [], 'dtype': weight.dtype, 'initializer': initializer},
      'updates': {'shape': [], 'dtype': tf.float64, 'initializer': 'zeros'},
    }

  def update_state(self, weight, state, level):
    """Makes the level the bound, and counts."""
    return {
      'bound': tf.cast(level, weight.dtype),
      'updates': state['updates'] + 1,
    }

  def apply(self, weight, state):
    """Clips to the bound."""
    return tf.clip_by_value(weight, -state['bound'], state['bound'])

  def finish(self, weight, state):
    """Puts each weight on the bound, which `apply` would not do."""
    return tf.sign(weight) * state['bound']

  def summarize(self, weight, state):
    """Reports the number of updates."""
    return {'updates': state['updates']}

  def get_config(self):
    """Returns the bound that the algorithm starts with."""
    return {'start': self.start}


def wrap(layer, level=0.5, frequency=1, **kwargs):
  """Wraps a layer with `Clip` and a level that holds from step 0 on."""
  a_schedule = schedule.Constant<<cookiecutter.__level_camel>>(level, 0, -1, frequency)
  return wrapper.<<cookiecutter.__wrapper>>(layer, a_schedule, Clip(), **kwargs)


def batch(*shape):
  """Returns a float32 tensor with normally distributed values."""
  return tf.constant(np.random.RandomState(0).normal(size=shape), tf.float32)


def train(layer, *args, **kwargs):
  """Calls a wrapped layer as the first training step does."""
  layer(*args, **kwargs)  # Creates the variables.
  layer.step.assign(0)
  return layer(*args, training=True, **kwargs)
