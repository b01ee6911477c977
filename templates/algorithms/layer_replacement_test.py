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
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
Algorithm = algorithm.<<cookiecutter.__camel>>Algorithm
UpdateStep = test_algorithms.UpdateStep
Constant = test_algorithms.Constant
collect = test_algorithms.collect

layers = keras.layers

# Layers that two smaller ones replace at half their rank, and their inputs.
LAYERS = {
  'Dense': (layers.Dense(20, activation='relu'), (24,)),
  'DenseWithoutBias': (layers.Dense(30, use_bias=False), (3, 20)),
  'Conv': (layers.Conv2D(16, 3, activation='relu'), (9, 8, 6)),
  'Same': (layers.Conv2D(16, (3, 2), padding='same'), (9, 8, 6)),
  'Strides': (layers.Conv2D(16, 3, (2, 3), use_bias=False), (9, 8, 6)),
  'StridesSame': (layers.Conv2D(16, 3, 2, 'same'), (9, 8, 6)),
  'Dilation': (layers.Conv2D(16, 3, dilation_rate=(2, 1)), (9, 8, 6)),
}


class OtherDense(layers.Dense):
  """Might compute something else."""


def normal(*shape):
  return np.random.RandomState(0).normal(size=shape).astype(np.float32)


def as_matrix(kernel):
  return np.reshape(kernel, [-1, kernel.shape[-1]])


def truncate(kernel, rank):
  """Cuts a kernel to a rank by other means than the algorithm."""
  u, s, v = np.linalg.svd(as_matrix(kernel).astype(np.float64))
  product = (u[:, :rank] * s[:rank]) @ v[:rank]
  return product.reshape(kernel.shape)


def create(layer, shape, level=0.5, frequency=1):
  """Returns a model of a new layer like `layer`, wrapped and not trained."""
  keras.utils.set_random_seed(0)
  layer = type(layer).from_config(layer.get_config())
  model = keras.Sequential([keras.Input(shape), layer])
  model = apply(model, Constant(level, 0, frequency=frequency))
  model.compile(keras.optimizers.SGD(0.01), 'mse')
  return model, layer


def fit(model):
  inputs = normal(8, *model.input_shape[1:])
  targets = normal(8, *model.output_shape[1:])
  model.fit(inputs, targets, 4, callbacks=[UpdateStep()], verbose=0)
  return inputs


def predict(model, inputs):
  return model.predict(inputs, verbose=0)


class RankTest(test_models.TestCase):
  """Which rank a kernel gets."""

  @parameterized.parameters(
    ((10, 20), 0.0, 10),
    ((10, 20), 0.5, 5),
    ((20, 10), 0.7, 3),
    ((20, 10), 0.99, 1),
    ((1, 10), 0.5, 1),
    ((3, 3, 2, 16), 0.5, 8),  # 18 rows.
    ((3, 3, 2, 64), 0.5, 9),
    ((1, 1, 8, 64), 0.75, 2),
  )
  def testFollowsTheLevel(self, shape, level, rank):
    kernel = ops.convert_to_tensor(normal(*shape))
    first = Algorithm().create_state(kernel)['rank']
    full = first['initializer'](first['shape'], first['dtype'])
    self.assertEqual(full, min(as_matrix(kernel).shape))
    level = ops.convert_to_tensor(level, 'float32')
    found = Algorithm().update_state(kernel, {'rank': full}, level)['rank']
    self.assertEqual(found, rank)
    self.assertEqual(compat.dtype_name(found.dtype), 'int32')

  @parameterized.parameters(
    # Two factors of rank r hold 30 r weights, one kernel 200.
    ((10, 20), 6, True),
    ((10, 20), 7, False),
    ((2, 5, 20), 6, True),
    ((10, 10), 4, True),
    ((10, 10), 5, False),  # No more weights, but no fewer either.
    ((1, 10), 1, False),
  )
  def testCutsAndReportsWhereItPays(self, shape, rank, pays):
    kernel, state = normal(*shape), {'rank': ops.convert_to_tensor(rank)}
    applied = Algorithm().apply(ops.convert_to_tensor(kernel), state)
    expected = truncate(kernel, rank) if pays else kernel
    self.assertAllClose(applied, expected, 1e-4, 1e-4)
    again = Algorithm().apply(applied, state)
    self.assertAllClose(again, applied, 1e-4, 1e-4)
    summary = Algorithm().summarize(kernel, state)
    self.assertEqual(summary['rank'], rank)
    reduction = 1 - rank / min(as_matrix(kernel).shape) if pays else 0
    self.assertAllClose(summary['<<cookiecutter.level>>'], reduction)


class ReplaceTest(test_models.TestCase):
  """What the stripped model is made of."""

  @parameterized.named_parameters((k, *LAYERS[k]) for k in LAYERS)
  def testTwoSmallerBuiltInLayersComputeTheSame(self, layer, shape):
    model, layer = create(layer, shape)
    inputs = fit(model)
    outputs = predict(model, inputs)
    kernel = layer.kernel.numpy()
    stripped = strip(model)
    first, second = stripped.layers
    self.assertEqual([type(first), type(second)], [type(layer)] * 2)
    rank = min(as_matrix(kernel).shape) // 2
    self.assertEqual(first.kernel.shape[-1], rank)
    product = as_matrix(first.kernel.numpy()) @ as_matrix(second.kernel.numpy())
    expected = as_matrix(truncate(kernel, rank))
    self.assertAllClose(product, expected, 1e-4, 1e-4)
    self.assertAllClose(predict(stripped, inputs), outputs, 1e-4, 1e-4)
    self.assertLess(stripped.count_params(), layer.count_params())
    # It loads without any class but those of Keras.
    path = os.path.join(self.get_temp_dir(), 'stripped.keras')
    stripped.save(path)
    with mock.patch.dict(keras.utils.get_custom_objects(), clear=True):
      loaded = keras.models.load_model(path)
    self.assertAllClose(predict(loaded, inputs), predict(stripped, inputs))

  @parameterized.parameters(
    (layers.Dense(20), (24,), 0.2),
    (layers.Dense(1), (24,), 0.9),
    (layers.Conv2D(4, 1), (5, 5, 4), 0.5),
  )
  def testLayerForWhichItDoesNotPayStays(self, layer, shape, level):
    model, layer = create(layer, shape, level)
    inputs = fit(model)
    outputs = predict(model, inputs)
    stripped = strip(model)
    self.assertLen(stripped.layers, 1)
    self.assertIs(stripped.layers[0].kernel, layer.kernel)
    self.assertAllClose(predict(stripped, inputs), outputs)
    rank = np.linalg.matrix_rank(as_matrix(layer.kernel.numpy()))
    self.assertEqual(rank, min(as_matrix(layer.kernel).shape))

  @parameterized.parameters(
    (layers.Dense(20), True),
    (layers.Conv2D(16, 3), True),
    (layers.Conv2D(16, 3, groups=2), False),
    (layers.Conv2D(16, 3, data_format='channels_first'), False),
    (layers.Conv2DTranspose(16, 3), False),
    (layers.Conv1D(16, 3), False),
    (layers.Embedding(20, 20), False),
    (OtherDense(20), False),
  )
  def testAcceptsPlainDenseAndConv2D(self, layer, accepted):
    self.assertEqual(Algorithm().accepts(layer), accepted)

  def testOthersAreTrainedAndKept(self):
    model, layer = create(layers.Conv1D(16, 3), (8, 16), 0.9)
    fit(model)
    self.assertEmpty(collect(model)[0].technique_vars)
    self.assertIs(strip(model).layers[0].kernel, layer.kernel)
    self.assertEqual(np.linalg.matrix_rank(as_matrix(layer.kernel.numpy())), 16)

  @test_settings.needs('lite')
  def testLiteFileIsSmaller(self):
    def size(model):
      return len(tf.lite.TFLiteConverter.from_keras_model(model).convert())

    model, layer = create(layers.Dense(200), (300,), 0.8)
    plain = keras.Sequential([keras.Input((300,)), layer])
    before = size(plain)
    fit(model)
    # 40 * (200 + 300) of 200 * 300 weights.
    self.assertLess(size(strip(model)), 0.35 * before)


class TrainingTest(test_models.TestCase):
  """When kernels are cut."""

  @test_settings.needs('assign')
  def testKernelsTrainFreelyBetweenUpdates(self):
    model, layer = create(layers.Dense(20), (24,), frequency=3)
    callback = UpdateStep()
    callback.set_model(model)
    callback.on_train_begin()
    model.optimizer.learning_rate = 0.0  # Only the algorithm moves kernels.
    full = normal(24, 20)
    for step in range(1, 8):
      layer.kernel.assign(full)
      model.train_on_batch(normal(8, 24), normal(8, 20))
      cut = truncate(full, 10) if step % 3 == 0 else full
      self.assertAllClose(layer.kernel, cut, 1e-4, 1e-4, f'step {step}')
    callback.on_epoch_end()
    self.assertAllClose(layer.kernel, truncate(full, 10), 1e-4, 1e-4)


if __name__ == '__main__':
  tf.test.main()
