<% include 'license_header.txt' %>
"""Names of the technique, and algorithms whose results tests can tell."""

import numpy as np

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import callbacks
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import wrapper
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

# isort: off
# fmt: off
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.__entry>> as apply  # noqa: E501, F401
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.technique_slug>>_scope as scope  # noqa: E501, F401
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import strip_<<cookiecutter.technique_slug>> as strip  # noqa: E501, F401
# fmt: on
# isort: on

UpdateStep = callbacks.Update<<cookiecutter.__camel>>Step
Schedule = schedule.<<cookiecutter.__camel>>Schedule
Constant = schedule.Constant<<cookiecutter.__level_camel>>
Wrapper = wrapper.<<cookiecutter.__wrapper>>
collect = wrapper.collect_<<cookiecutter.__able>>_layers


@keras.utils.register_keras_serializable('test_algorithms')
class Nothing(base_algorithm.Algorithm):
  """Leaves the weights alone, but counts how often it is asked."""

  def create_state(self, weight):
    """Keeps the number of updates, an int32."""
    return {'updates': {'shape': [], 'dtype': 'int32', 'initializer': 'zeros'}}

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
    a_target: What to clip: a target, by default that of the class.

  Attributes:
    specs: The `compat.Spec` of each tensor that a state was created for.
  """

  def __init__(self, start=100.0, a_target=None):
    self.start = start
    self.specs = []
    self.target = a_target or self.target

  def create_state(self, weight):
    """Keeps the bound and the number of updates, a float16."""
    self.specs.append(weight)
    initializer = keras.initializers.Constant(self.start)
    return {
      'bound': {'shape': [], 'dtype': weight.dtype, 'initializer': initializer},
      'updates': {'shape': [], 'dtype': 'float16', 'initializer': 'zeros'},
    }

  def update_state(self, weight, state, level):
    """Makes the level the bound, and counts."""
    return {
      'bound': ops.cast(level, weight.dtype),
      'updates': state['updates'] + 1,
    }

  def apply(self, weight, state):
    """Clips to the bound."""
    return ops.clip(weight, -state['bound'], state['bound'])

  def summarize(self, weight, state):
    """Reports the number of updates."""
    return {'updates': state['updates']}

  def get_config(self):
    """Returns the bound that the algorithm starts with."""
    return {'start': self.start}


def wrap(layer, level=0.5, frequency=1, **kwargs):
  """Wraps a layer with `Clip` and a level that holds from step 0 on."""
  a_schedule = Constant(level, 0, -1, frequency)
  return Wrapper(layer, a_schedule, Clip(), **kwargs)


def batch(*shape):
  """Returns a float32 array with normally distributed values."""
  return np.random.RandomState(0).normal(size=shape).astype('float32')


def train(layer, *args, **kwargs):
  """Calls a wrapped layer as the first training step does."""
  layer(*args, **kwargs)  # Creates the variables.
  layer.step.assign(0)
  return layer(*args, training=True, **kwargs)


def compile_step(layer, rate=0.0, loss=ops.sum):
  """Returns a function that trains a layer with a batch, in a program.

  Args:
    layer: A layer that was called.
    rate: The learning rate: with 1 weights change by their gradients.
    loss: Function from the outputs to the loss, which the step returns.
  """
  if isinstance(layer, Wrapper):
    layer.step.assign(ops.maximum(layer.step, 0))
    layer.calls.has_begun = True
  model = keras.Sequential([layer])
  model.compile(keras.optimizers.SGD(rate), lambda _, outputs: loss(outputs))
  return lambda inputs: model.train_on_batch(inputs, inputs)


class _Function(keras.layers.Layer):
  def __init__(self, function, value):
    super().__init__()
    self.function = function
    self.value = self.add_weight(shape=value.shape, name='value')
    self.value.assign(value)

  def call(self, inputs):
    return inputs * self.function(compat.to_tensor(self.value))


def get_gradient(function, value):
  """Returns that of the sum of what a function makes of an array."""
  layer = _Function(lambda tensor: ops.sum(function(tensor)), value)
  layer(np.ones((1, 1)))
  compile_step(layer, 1.0)(np.ones((1, 1)))
  return value - compat.to_numpy(layer.value)
