<% include 'license_header.txt' %>
"""Tests for the algorithm: replace them together with it."""

import gzip
import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import algorithm
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
Algorithm = algorithm.<<cookiecutter.__camel>>Algorithm
UpdateStep = test_algorithms.UpdateStep
Constant = test_algorithms.Constant
Decay = schedule.PolynomialDecay
collect = test_algorithms.collect

layers = keras.layers


def distinct(*shape, dtype='float32'):
  """Returns weights of both signs, no two of the same magnitude."""
  size = int(np.prod(shape))
  values = np.random.RandomState(0).permutation(np.arange(1, size + 1))
  signs = np.where(np.arange(size) % 3, 1, -1)
  return ops.convert_to_tensor((values * signs).reshape(shape), dtype)


def mask_of(weight, level):
  state = {'mask': ops.ones(weight.shape, 'bool')}
  level = ops.convert_to_tensor(level, 'float32')
  return Algorithm().update_state(weight, state, level)['mask']


def pruned(size, level):
  """Returns how many of `size` elements are zero at a level."""
  return size - max(int(np.round(size * (1 - np.float32(level)))), 1)


def count_zeros(model):
  """Returns the sizes and the zeros of all technique weights."""
  weights = [v[0].numpy() for w in collect(model) for v in w.technique_vars]
  return [(weight.size, int(np.sum(weight == 0))) for weight in weights]


class MaskTest(test_models.TestCase):
  """Which elements are pruned."""

  @parameterized.product(
    shape=((1,), (2,), (3, 5), (10, 10), (3, 3, 4, 8), (100, 37)),
    level=(0.0, 0.1, 0.25, 0.5, 0.9, 0.999),
  )
  def testPrunesTheSmallestExactly(self, shape, level):
    weight = distinct(*shape)
    mask = compat.to_numpy(mask_of(weight, level))
    count = pruned(mask.size, level)
    # The magnitudes are 1, 2, 3, ..., so the smallest ones are known.
    self.assertAllEqual(mask, np.abs(compat.to_numpy(weight)) > count)
    self.assertEqual(np.sum(~mask), count)

  @parameterized.parameters(1000, 2**18 + 1)
  def testPrunesTheSmallestOfAnyFloats(self, size):
    weight = np.random.default_rng(0).normal(size=size).astype('float32')
    mask = compat.to_numpy(mask_of(ops.convert_to_tensor(weight), 0.3))
    smallest = np.argsort(np.abs(weight))[: pruned(size, 0.3)]
    self.assertAllEqual(np.flatnonzero(~mask), np.sort(smallest))

  @parameterized.named_parameters(
    ('All', [2, 2, 2, 2], 0.5, [1, 1, 1, 1]),
    ('Zeros', [0, 0, 0, 0], 0.5, [1, 1, 1, 1]),
    ('AtTheThreshold', [1, 3, -3, 3, 5, 7], 0.5, [0, 1, 1, 1, 1, 1]),
    ('BelowTheThreshold', [1, -1, 1, 1, 5, 7], 0.5, [1, 1, 1, 1, 1, 1]),
    ('AboveTheThreshold', [1, 2, 3, 7, 7, -7], 0.5, [0, 0, 0, 1, 1, 1]),
  )
  def testKeepsElementsEqualToTheThreshold(self, weight, level, expected):
    mask = mask_of(ops.convert_to_tensor(weight, 'float32'), level)
    self.assertAllEqual(mask, np.array(expected, bool))

  @parameterized.parameters(1, 2, 9, 100)
  def testKeepsAtLeastOneElement(self, size):
    mask = compat.to_numpy(mask_of(distinct(size), 0.9999))
    self.assertEqual(np.sum(mask), 1)
    self.assertEqual(np.argmax(mask), np.argmax(np.abs(compat.to_numpy(distinct(size)))))

  @parameterized.parameters('float16', 'float32', 'float64')
  def testWorksOnEachFloatingPointType(self, dtype):
    weight = distinct(4, 5, dtype=dtype)
    spec = compat.Spec(weight.shape, weight.dtype)
    self.assertEqual(Algorithm().create_state(spec)['mask']['dtype'], 'bool')
    mask = mask_of(weight, 0.3)
    self.assertEqual(compat.dtype_name(mask.dtype), 'bool')
    self.assertEqual(np.sum(~compat.to_numpy(mask)), 6)
    applied = Algorithm().apply(weight, {'mask': mask})
    self.assertEqual(applied.dtype, weight.dtype)

  def testForgetsTheMaskBefore(self):
    weight = distinct(4, 5)
    nothing = {'mask': ops.zeros((4, 5), 'bool')}
    updated = Algorithm().update_state(weight, nothing, ops.convert_to_tensor(0.5))
    self.assertAllEqual(updated['mask'], mask_of(weight, 0.5))

  @test_settings.needs('function')
  def testWorksInGraphModeOnAnyShape(self):
    update = tf.function(lambda weight: mask_of(weight, 0.5))
    for shape in ((4,), (3, 4), (2, 3, 4)):
      weight = distinct(*shape)
      self.assertAllEqual(update(weight), mask_of(weight, 0.5))


class ApplyTest(test_models.TestCase):
  """What is made of the weights."""

  def testZeroesWhatIsMaskedAndKeepsTheRest(self):
    weight = ops.convert_to_tensor([[1.0, -2.0], [3.0, -4.0]])
    state = {'mask': ops.convert_to_tensor([[True, False], [False, True]])}
    applied = Algorithm().apply(weight, state)
    self.assertAllEqual(applied, [[1.0, 0.0], [0.0, -4.0]])
    self.assertAllEqual(Algorithm().apply(applied, state), applied)
    self.assertAllEqual(Algorithm().finish(weight, state), applied)

  def testSummaryIsTheFractionOfZeros(self):
    weight = ops.convert_to_tensor([[1.0, -2.0], [0.0, -4.0]])
    state = {'mask': ops.convert_to_tensor([[True, False], [True, True]])}
    summary = Algorithm().summarize(weight, state)
    self.assertEqual(list(summary), ['<<cookiecutter.level>>'])
    self.assertEqual(summary['<<cookiecutter.level>>'], 0.5)

  def testConfigGivesAnEqualAlgorithm(self):
    config = Algorithm().get_config()
    self.assertIsInstance(Algorithm.from_config(config), Algorithm)


class TrainingTest(test_models.TestCase):
  """The fraction of zeros is exact while a model is trained."""

  def create(self, a_schedule):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
      [
        layers.Conv1D(4, 3, activation='relu', input_shape=(8, 3)),
        layers.SimpleRNN(5),
        layers.Dense(3),
      ]
    )
    model = apply(model, a_schedule)
    model.compile(keras.optimizers.Adam(0.1), 'mean_squared_error')
    return model

  def fit(self, model, epochs, *others):
    random = np.random.RandomState(0)
    inputs, targets = random.normal(size=(8, 8, 3)), random.normal(size=(8, 3))
    kwargs = {'callbacks': [UpdateStep(), *others], 'shuffle': False}
    model.fit(inputs, targets, 4, epochs, verbose=0, **kwargs)

  def assertZeros(self, counts, level):
    self.assertLen(counts, 4)
    for size, zeros in counts:
      self.assertEqual(zeros, pruned(size, level))

  def testIsExactAtTheEndOfEachEpochAndAfterRestore(self):
    a_schedule = Decay(0.2, 0.8, 2, 6, power=1, frequency=2)
    model = self.create(a_schedule)
    counts = []
    log = keras.callbacks.LambdaCallback(
      on_epoch_end=lambda epoch, logs: counts.append(count_zeros(log.model))
    )
    self.fit(model, 2, log)
    path = os.path.join(self.get_temp_dir(), 'model.keras')
    model.save(path)
    model = keras.models.load_model(path)
    self.assertZeros(count_zeros(model), 0.5)
    self.fit(model, 2, log)
    self.assertLen(counts, 4)
    for zeros, level in zip(counts, (0.2, 0.5, 0.8, 0.8), strict=True):
      self.assertZeros(zeros, level)
    stripped = strip(model)
    kernel = stripped.layers[-1].kernel.numpy()
    self.assertEqual(np.sum(kernel == 0), pruned(15, 0.8))

  def testHighestSparsityKeepsOneElementPerWeight(self):
    model = self.create(Constant(0.999, 0, frequency=1))
    self.fit(model, 1)
    for size, zeros in count_zeros(model):
      self.assertEqual(zeros, size - 1)

  def testZeroSparsityIsNoOp(self):
    model = self.create(Constant(0.0, 0, frequency=1))
    plain = strip(self.create(Constant(0.0, 0)))
    plain.compile(keras.optimizers.Adam(0.1), 'mean_squared_error')
    self.fit(model, 2)
    self.fit(plain, 2)
    for one, other in zip(
      strip(model).get_weights(), plain.get_weights(), strict=True
    ):
      self.assertAllClose(one, other)


class SizeTest(test_models.TestCase):
  """What the masks cost, and what the zeros save."""

  def testStateAndFilesStaySmallAndModelsCompress(self):
    keras.utils.set_random_seed(0)
    dense = keras.Sequential(
      [layers.Dense(300, input_shape=(200,)), layers.Dense(200)]
    )
    dense_sizes = self.sizes(dense)
    model = apply(dense, Constant(0.8, 0, frequency=1))
    sizes = self.sizes(model)  # Before there is an optimizer to save.
    # JAX keeps an offset for each weight.
    extra = 0.3 + compat.NEEDS_OFFSET
    self.assertLessEqual(sizes['h5'], (1 + extra) * dense_sizes['h5'])
    self.assertLessEqual(sizes['keras'], (1 + extra) * dense_sizes['keras'])
    model.compile(keras.optimizers.SGD(0.01), 'mean_squared_error')
    model.fit(
      np.ones((4, 200)), np.ones((4, 200)), callbacks=[UpdateStep()], verbose=0
    )
    weights = state = 0
    for layer in collect(model):
      for weight, *variables in layer.technique_vars:
        weights += weight.numpy().nbytes
        state += sum(variable.numpy().nbytes for variable in variables)
    self.assertGreater(weights, 4 * 100_000)
    self.assertLessEqual(state, 0.3 * weights)
    if test_settings.has('lite'):
      converter = tf.lite.TFLiteConverter.from_keras_model(strip(model))
      flat_buffer = converter.convert()
      self.assertLess(len(flat_buffer), 1.02 * weights)
      self.assertLess(len(gzip.compress(flat_buffer)), 0.35 * weights)

  def sizes(self, model):
    """Returns the sizes of the files of a model, by format."""
    sizes = {}
    for name in ('h5', 'keras'):
      path = os.path.join(self.get_temp_dir(), f'model.{name}')
      model.save(path)
      sizes[name] = os.path.getsize(path)
    return sizes


if __name__ == '__main__':
  tf.test.main()
