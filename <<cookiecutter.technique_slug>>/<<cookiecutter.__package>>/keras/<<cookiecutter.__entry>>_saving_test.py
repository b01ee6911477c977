<% include 'license_header.txt' %>
"""Tests for saving wrapped models, loading them, and going on with them."""

import contextlib
import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
scope = test_algorithms.scope
strip = test_algorithms.strip
UpdateStep = test_algorithms.UpdateStep
Schedule = test_algorithms.Schedule
Constant = test_algorithms.Constant
collect = test_algorithms.collect

layers = keras.layers

_FORMATS = test_models.FORMATS


@keras.utils.register_keras_serializable('saving_test')
class Shrink(base_algorithm.Algorithm):
  """Clips weights to a bound that shrinks with each update."""

  def __init__(self, start=1.0):
    self.start = start

  def create_state(self, weight):
    initializer = keras.initializers.Constant(self.start)
    return {
      'bound': {'shape': [], 'dtype': weight.dtype, 'initializer': initializer}
    }

  def update_state(self, weight, state, level):
    return {'bound': state['bound'] * level}

  def apply(self, weight, state):
    return ops.clip(weight, -state['bound'], state['bound'])

  def get_config(self):
    return {'start': self.start}


@keras.utils.register_keras_serializable('saving_test')
class OddSteps(Schedule):
  """A schedule of a user, with a parameter."""

  def __init__(self, level):
    self.level = level

  def __call__(self, step):
    return step % 2 == 1, ops.convert_to_tensor(self.level)

  def get_config(self):
    return {
      'class_name': 'saving_test>OddSteps',
      'config': {'level': self.level},
    }


def nested(own=False, a_schedule=None):
  """Returns a wrapped model with models inside, and one more layer.

  Args:
    own: Whether to train with the algorithm of the technique.
    a_schedule: A schedule.
  """
  algorithm = None if own else Shrink(0.9)
  keras.utils.set_random_seed(0)
  inner = keras.Sequential([layers.Dense(4, activation='relu', name='first')])
  dropout = layers.Dropout(0.0, name='dropout')
  middle = keras.Sequential([inner, dropout, layers.Dense(3, name='second')])
  inputs = keras.Input((3,))
  hidden = middle(inputs) + inputs
  model = keras.Model(inputs, layers.Dense(2, name='last')(hidden))
  return apply(model, a_schedule or OddSteps(0.5), algorithm=algorithm)


def attention():
  inputs = keras.Input((4, 6))
  hidden = layers.MultiHeadAttention(2, 3)(inputs, inputs)
  hidden = layers.MultiHeadAttention(2, 3)(query=hidden, value=inputs)
  return keras.Model(inputs, hidden)


def recurrent(*create):
  stack = [create_layer() for create_layer in create]
  return keras.Sequential([keras.Input((4, 6)), *stack])


# Several weights, often of the same name, in one wrapper; and activations.
_MODELS = {
  'Activations': lambda: recurrent(
    lambda: layers.Conv1D(3, 2, activation='relu'),
    lambda: layers.Dense(3, activation='tanh'),
    layers.ReLU,
  ),
  'Attention': attention,
  'GRU': lambda: recurrent(lambda: layers.GRU(3)),
  'LSTM': lambda: recurrent(lambda: layers.LSTM(3)),
  'Stack': lambda: recurrent(
    lambda: layers.RNN([layers.LSTMCell(3), layers.LSTMCell(3)]),
  ),
  'Bidirectional': lambda: recurrent(
    lambda: layers.Bidirectional(layers.SimpleRNN(3)),
  ),
  'Repeated': lambda: recurrent(
    lambda: layers.TimeDistributed(layers.Dense(3)),
    lambda: layers.SimpleRNN(3, return_sequences=True),
    lambda: layers.SimpleRNN(3),
  ),
}


def inputs_of(model):
  shape = (8, *model.inputs[0].shape[1:])
  return np.random.RandomState(0).normal(size=shape).astype(np.float32)


def fit(model):
  """Trains with two batches."""
  inputs = inputs_of(model)
  kwargs = {'batch_size': 4, 'shuffle': False, 'verbose': 0}
  model.fit(inputs, inputs[:, :2], callbacks=[UpdateStep()], **kwargs)


def scramble(model):
  """Gives each variable values of its own, those of algorithms too."""
  for seed, variable in enumerate(model.variables):
    dtype = compat.dtype_name(variable.dtype)
    values = np.arange(seed, seed + np.prod(variable.shape)) % 7 - 3
    if 'float' not in dtype:  # Bools, or indices that must be valid.
      values = values > 0
    variable.assign(values.reshape(variable.shape).astype(dtype))


class TestCase(test_models.TestCase):
  """Compares models, and knows where to write them."""

  def path(self, name):
    return os.path.join(self.get_temp_dir(), name)

  def assertSameValues(self, loaded, model):
    inputs = inputs_of(model)
    self.assertAllClose(loaded(inputs), model(inputs))
    for one, other in zip(collect(loaded), collect(model), strict=True):
      self.assertEqual(one.name, other.name)
      self.assertEqual(one.step.numpy(), other.step.numpy())
      self.assertLen(one.weights, len(other.weights))
      for left, right in zip(one.weights, other.weights, strict=True):
        self.assertAllClose(left.numpy(), right.numpy())


class GoOnTest(TestCase):
  """A model goes on where it stopped, as if it had not."""

  def train_and_stop(self, own):
    model = nested(own)
    model.compile(keras.optimizers.SGD(0.1), 'mean_squared_error')
    fit(model)
    return model

  def assertGoesOn(self, loaded, model):
    self.assertSameValues(loaded, model)
    self.assertEqual(loaded.layers[-1].step.numpy(), 2)
    fit(loaded)
    fit(model)
    self.assertEqual(loaded.layers[-1].step.numpy(), 4)
    self.assertSameValues(loaded, model)
    inputs = inputs_of(model)
    self.assertAllClose(strip(loaded)(inputs), model(inputs), 1e-5, 1e-5)

  @parameterized.product(name=_FORMATS, own=(True, False))
  def testModel(self, name, own):
    model = self.train_and_stop(own)
    model.save(self.path(name))
    with scope() if own else contextlib.nullcontext():  # Both ways work.
      loaded = keras.models.load_model(self.path(name))
    for one, other in zip(collect(loaded), collect(model), strict=True):
      self.assertEqual(vars(one.schedule), vars(other.schedule))
      self.assertIs(type(one.algorithm), type(other.algorithm))
      self.assertEqual(vars(one.algorithm), vars(other.algorithm))
    self.assertGoesOn(loaded, model)

  @parameterized.parameters(True, False)
  def testWeightsInAModelWrappedAnew(self, own):
    self.assertLoads('model.weights.h5', own)

  @parameterized.product(name=('weights.h5', 'checkpoint'), own=(True, False))
  @test_settings.needs('checkpoint')
  def testWeightsInOtherFormats(self, name, own):
    self.assertLoads(name, own)

  def assertLoads(self, name, own):
    model = self.train_and_stop(own)
    model.save_weights(self.path(name))
    fresh = nested(own)
    fresh.load_weights(self.path(name))
    self.assertSameValues(fresh, model)

  @parameterized.parameters(True, False)
  @test_settings.needs('checkpoint')
  def testCheckpointOfObjects(self, own):
    model = self.train_and_stop(own)
    path = tf.train.Checkpoint(model=model).save(self.path('objects'))
    fresh = nested(own)
    fresh.compile(keras.optimizers.SGD(0.1), 'mean_squared_error')
    status = tf.train.Checkpoint(model=fresh).restore(path)
    status.assert_existing_objects_matched()
    self.assertGoesOn(fresh, model)

  def testTrainingPastTheEndOfTheScheduleKeepsTheState(self):
    model = nested(a_schedule=Constant(0.5, 0, 1, 1))
    model.compile('sgd', 'mean_squared_error')
    fit(model)
    before = [v[1].numpy() for w in collect(model) for v in w.technique_vars]
    model.save(self.path('model.keras'))
    loaded = keras.models.load_model(self.path('model.keras'))
    fit(loaded)
    after = [v[1].numpy() for w in collect(loaded) for v in w.technique_vars]
    self.assertAllEqual(after, before)


class VariablesTest(TestCase):
  """All variables are written and read, whatever they are called."""

  @parameterized.product(kind=tuple(_MODELS), name=('model.h5', 'model.keras'))
  def testModel(self, kind, name):
    model = apply(_MODELS[kind]())
    scramble(model)
    model.save(self.path(name))
    self.assertSameValues(keras.models.load_model(self.path(name)), model)

  @parameterized.parameters('Attention', 'Stack', 'Activations')
  @test_settings.needs('formats')
  def testSavedModel(self, kind):
    model = apply(_MODELS[kind]())
    scramble(model)
    model.save(self.path('saved_model'))
    loaded = keras.models.load_model(self.path('saved_model'))
    self.assertSameValues(loaded, model)

  @parameterized.parameters(True, False)
  @test_settings.needs('formats')
  def testTensorFlowLoadsWithoutTheTechnique(self, own):
    model = nested(own)
    scramble(model)
    tf.saved_model.save(model, self.path('tensorflow'))
    loaded = tf.saved_model.load(self.path('tensorflow'))
    inputs = ops.convert_to_tensor(inputs_of(model))
    self.assertAllClose(loaded(inputs), model(inputs))

  @parameterized.parameters(True, False)
  def testStrippedModelIsSavedWithoutTheTechnique(self, own):
    model = nested(own)
    model.compile(keras.optimizers.SGD(0.1), 'mean_squared_error')
    fit(model)
    expected = strip(model)(inputs_of(model))
    for name in _FORMATS:
      strip(model).save(self.path(name))
      loaded = keras.models.load_model(self.path(name))
      self.assertEmpty(collect(loaded))
      self.assertAllClose(loaded(inputs_of(model)), expected)

  def testScopeHidesNoClassOfKeras(self):
    rate = keras.optimizers.schedules.PolynomialDecay(0.1, 10)
    model = nested()
    model.compile(keras.optimizers.SGD(rate), 'mean_squared_error')
    model.save(self.path('model.keras'))
    with scope():
      loaded = keras.models.load_model(self.path('model.keras'))
    config = loaded.optimizer.get_config()['learning_rate']
    self.assertEqual(config['config'], rate.get_config())


if __name__ == '__main__':
  tf.test.main()
