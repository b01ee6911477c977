<% include 'license_header.txt' %>
"""Tests for the algorithm: replace them together with it."""

import os
from unittest import mock

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import algorithm
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
Algorithm = algorithm.<<cookiecutter.__camel>>Algorithm
UpdateStep = test_algorithms.UpdateStep
Constant = test_algorithms.Constant
collect = test_algorithms.collect

layers = keras.layers


def create_state(threshold):
  return {
    'threshold': ops.convert_to_tensor(threshold),
    '<<cookiecutter.level>>': ops.convert_to_tensor(0.0),
  }


def update(values, level, threshold=-1.0, **kwargs):
  """Returns the state after a batch, from the threshold before it."""
  level = ops.convert_to_tensor(level, 'float32')
  values, state = ops.convert_to_tensor(values), create_state(threshold)
  return Algorithm(**kwargs).update_state(values, state, level)


def distinct(*shape, first=1):
  """Returns the numbers from `first` on, in random order."""
  values = np.arange(first, first + np.prod(shape))
  values = np.random.RandomState(0).permutation(values)
  return values.reshape(shape).astype(np.float32)


def normal(*shape, seed=0):
  return np.random.RandomState(seed).normal(size=shape).astype(np.float32)


def predict(model, inputs):
  return model.predict(inputs, verbose=0).astype(np.float32)


class ThresholdTest(test_models.TestCase):
  """How the threshold follows the batches."""

  @parameterized.product(
    shape=((8,), (4, 8), (2, 4, 4, 2)), level=(0.125, 0.5, 0.75, 0.999)
  )
  def testStartsAtTheKthLargestOfAllValues(self, shape, level):
    values = distinct(*shape)
    k = values.size - int(values.size * level)
    state = update(values, level)
    self.assertEqual(state['threshold'], np.sort(values.ravel())[-k])
    # The values above it stay.
    self.assertAllClose(state['<<cookiecutter.level>>'], 1 - (k - 1) / values.size)

  @parameterized.parameters(0.0, 0.5, 0.9)
  def testIsARunningAverage(self, momentum):
    threshold = update([1.0, 2.0, 3.0, 4.0], 0.5, momentum=momentum)
    self.assertEqual(threshold['threshold'], 3.0)
    for middle in (5.0, 1.0, 7.0):
      past = float(threshold['threshold'])
      batch = [middle, 9.0, 0.0, 0.0]
      threshold = update(batch, 0.5, past, momentum=momentum)
      expected = momentum * past + (1 - momentum) * middle
      self.assertAllClose(threshold['threshold'], expected)
      zeroed = np.mean(np.array(batch) <= np.float32(expected))
      self.assertAllClose(threshold['<<cookiecutter.level>>'], zeroed)

  @parameterized.parameters(-1.0, 0.0, 2.0)
  def testIsNeverNegative(self, past):
    state = update(distinct(4, 8, first=-40), 0.9, past)
    self.assertAllClose(state['threshold'], max(0.9 * past, 0.0))
    self.assertEqual(state['<<cookiecutter.level>>'], 1.0)

  @parameterized.parameters('float16', 'bfloat16', 'float64')
  def testIsFloat32ForOutputsOfEachType(self, dtype):
    values = ops.cast(distinct(4, 8), dtype)
    state = update(values, 0.5)
    dtypes = {compat.dtype_name(v.dtype) for v in state.values()}
    self.assertEqual(dtypes, {'float32'})
    self.assertEqual(state['threshold'], 17.0)
    applied = Algorithm().apply(values, state)
    self.assertEqual(applied.dtype, values.dtype)
    self.assertEqual(np.sum(compat.to_numpy(applied) == 0), 17)


class ApplyTest(test_models.TestCase):
  """What is made of the outputs."""

  @parameterized.parameters(
    (-1.0, [-2.0, 0.0, 1.0, 2.0, 3.0]),  # There was no update yet.
    (0.0, [0.0, 0.0, 1.0, 2.0, 3.0]),
    (2.0, [0.0, 0.0, 0.0, 0.0, 3.0]),
    (9.0, [0.0, 0.0, 0.0, 0.0, 0.0]),
  )
  def testZeroesUpToTheThreshold(self, threshold, expected):
    values = np.array([-2.0, 0.0, 1.0, 2.0, 3.0])
    state = create_state(threshold)

    def apply_to(values):
      return Algorithm().apply(ops.cast(values, 'float32'), state)

    self.assertAllEqual(apply_to(values), expected)
    kept = [float(threshold < 0 or v > threshold) for v in values]
    self.assertAllEqual(test_algorithms.get_gradient(apply_to, values), kept)

  def testSummaryIsThresholdAndSparsity(self):
    state = update([1.0, 2.0, 3.0, 4.0], 0.5)
    summary = Algorithm().summarize(None, state)
    self.assertEqual(summary, {'threshold': 3.0, '<<cookiecutter.level>>': 0.75})


class TrainingTest(test_models.TestCase):
  """Models reach the sparsity, are saved, and are stripped."""

  def create(self, level, momentum=0.9, activation='relu'):
    """Returns a model with three layers of activations."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
      [
        layers.Conv2D(8, 3, activation=activation, input_shape=(8, 8, 2)),
        layers.DepthwiseConv2D(3),
        layers.ReLU(max_value=6),
        layers.Flatten(),
        layers.Dense(32, activation='tanh'),
        layers.Dense(3, activation='softmax'),
      ]
    )
    a_schedule = Constant(level, 0, frequency=1)
    return apply(model, a_schedule, algorithm=Algorithm(momentum))

  def fit(self, model, rate=0.01):
    model.compile(keras.optimizers.SGD(rate), 'mse')
    kwargs = {'callbacks': [UpdateStep()], 'verbose': 0}
    model.fit(normal(512, 8, 8, 2), normal(512, 3), 64, 2, **kwargs)

  def states(self, model):
    """Returns threshold and sparsity of each wrapped output."""
    slots = [slot for layer in collect(model) for slot in layer.slots]
    return [[float(v) for v in slot.state.values()] for slot in slots]

  @parameterized.parameters('relu', 'elu')
  def testNewDataIsAsSparse(self, activation):
    model = self.create(0.7, activation=activation)
    self.fit(model, rate=0.0)
    inputs = normal(256, 8, 8, 2, seed=1)
    zeros = []
    for layer in model.layers:
      inputs = layer(inputs)
      if layer.slots:
        zeros.append(np.mean(compat.to_numpy(inputs) == 0))
    self.assertAllClose(zeros, [0.7] * 3, atol=0.02)
    reported = [sparsity for _, sparsity in self.states(model)]
    self.assertAllClose(reported, zeros, atol=0.03)

  def testInferenceMovesNothing(self):
    model = self.create(0.7)
    inputs = normal(8, 8, 8, 2)
    outputs = predict(model, inputs)
    # Before the first update there is nothing to do, nor to put in a layer.
    self.assertEqual(self.states(model), [[-1.0, 0.0]] * 3)
    self.assertLen(strip(model).layers, 6)
    self.assertAllClose(predict(strip(model), inputs), outputs)
    self.fit(model)
    states = self.states(model)
    predict(model, 10 * inputs)
    self.assertEqual(self.states(model), states)

  def testIsSavedAndRestored(self):
    model = self.create(0.7, momentum=0.5)
    self.fit(model)
    path = os.path.join(self.get_temp_dir(), 'model.keras')
    model.save(path)
    loaded = keras.models.load_model(path)
    for layer in collect(loaded):
      self.assertEqual(layer.algorithm.get_config(), {'momentum': 0.5})
    self.assertEqual(self.states(loaded), self.states(model))
    inputs = normal(8, 8, 8, 2)
    self.assertAllClose(predict(loaded, inputs), predict(model, inputs))

  @parameterized.product(
    policy=('float32', 'mixed_float16'), extension=('.keras', '.h5')
  )
  def testStripsToBuiltInLayersAlone(self, policy, extension):
    self.addCleanup(keras.mixed_precision.set_global_policy, 'float32')
    keras.mixed_precision.set_global_policy(policy)
    model = self.create(0.6)
    self.fit(model)
    self.assertEqual(model.layers[0].compute_dtype, policy[-7:])
    inputs = normal(32, 8, 8, 2)
    outputs = predict(model, inputs)
    stripped = strip(model)
    names = 'Conv2D ReLU DepthwiseConv2D ReLU ReLU Flatten Dense ReLU Dense'
    classes = [getattr(layers, name) for name in names.split()]
    self.assertEqual([type(layer) for layer in stripped.layers], classes)
    path = os.path.join(self.get_temp_dir(), f'stripped{extension}')
    stripped.save(path)
    # Without any class but those of Keras.
    objects = keras.utils.get_custom_objects()
    with mock.patch.dict(objects, clear=True):
      loaded = keras.models.load_model(path)
    for found in (stripped, loaded):
      self.assertAllClose(predict(found, inputs), outputs, 1e-3, 1e-3)


if __name__ == '__main__':
  tf.test.main()
