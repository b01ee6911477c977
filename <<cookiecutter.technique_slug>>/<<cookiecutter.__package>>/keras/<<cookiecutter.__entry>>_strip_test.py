<% include 'license_header.txt' %>
"""Tests for stripping: what is left when the wrappers are gone."""

import itertools
import os
import unittest

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
Wrapper = test_algorithms.Wrapper
UpdateStep = test_algorithms.UpdateStep
collect = test_algorithms.collect
Constant = test_algorithms.Constant

BUILT = test_models.BUILT
Nothing = test_algorithms.Nothing
Subclassed = test_models.Subclassed
config_of = test_models.config_of
data = test_models.data
outputs_of = test_models.outputs_of
sequential = test_models.sequential
unbuilt = test_models.unbuilt

layers = keras.layers


@keras.utils.register_keras_serializable('strip_test')
class Round(test_algorithms.Nothing):
  """Does nothing in training, rounds when the wrapper is stripped."""

  def finish(self, weight, state):
    return ops.round(4.0 * weight)


@keras.utils.register_keras_serializable('strip_test')
class Detour(Round):
  """Puts three layers in place of each `Dense`, for the same outputs."""

  def accepts(self, layer):
    return isinstance(layer, layers.Dense)

  def replace(self, layer, states):
    size = layer.kernel.shape[0]
    return [layers.Reshape((1, size)), layer, layers.Flatten()]


def classes_of(model):
  """Returns the classes of the layers and models inside, without inputs."""
  parts = model._flatten_layers(include_self=False)  # pylint: disable=protected-access
  return [type(p) for p in parts if not isinstance(p, layers.InputLayer)]


def has_integers(model):
  return any(weight.dtype == 'int8' for weight in model.weights)


class StripTest(test_models.TestCase):
  """What is left when the wrappers are gone."""

  @parameterized.named_parameters(*BUILT)
  def testLeavesTheModelThatWasWrapped(self, create, unused_count):
    model = create()
    wrapped = apply(model, algorithm=Round())
    wrapped.compile('sgd', 'mse')
    outputs_of(wrapped)
    stripped = strip(wrapped)
    self.assertEmpty(collect(stripped))
    self.assertEqual(config_of(stripped), config_of(model))
    self.assertIsNone(getattr(stripped, 'optimizer', None))
    self.assertCountEqual(map(id, stripped.weights), map(id, model.weights))
    for variable in stripped.trainable_variables:
      if 'kernel' in variable.name:
        self.assertAllEqual(variable, ops.round(variable))
    for one, other in zip(
      outputs_of(stripped), outputs_of(wrapped), strict=True
    ):
      self.assertAllClose(one, other, 1e-6, 1e-6)

  def testUnbuiltModelComesBackUnbuilt(self):
    model = unbuilt()
    stripped = strip(apply(model))
    self.assertEqual(config_of(stripped), config_of(model))
    self.assertFalse(stripped.built)

  @parameterized.named_parameters(*BUILT)
  def testModelWithoutWrappersComesBackEqual(self, create, unused_count):
    model = create()
    twice = strip(strip(apply(model, algorithm=Round())))
    again = strip(apply(twice, algorithm=Round()))
    for stripped in (strip(model), twice, again):
      self.assertEqual(config_of(stripped), config_of(model))
      self.assertCountEqual(map(id, stripped.weights), map(id, model.weights))

  @parameterized.named_parameters(*BUILT)
  def testAlgorithmOfTheTechniqueLeavesWhatItHasTrained(self, create, count):
    model = apply(create(), Constant(0.5, 0, frequency=1))
    model.compile('sgd', 'mse')
    model.fit(*data(model), callbacks=[UpdateStep()], verbose=0)
    expected = outputs_of(model)
    found = collect(model)
    self.assertLen(found, count)
    stripped = strip(model)
    self.assertEmpty(collect(stripped))
    state = [slot.state.values() for layer in found for slot in layer.slots]
    ours = [*(layer.step for layer in found), *itertools.chain(*state)]
    self.assertNoCommonElements(map(id, ours), map(id, stripped.weights))
    for one, other in zip(outputs_of(stripped), expected, strict=True):
      self.assertAllClose(one, other, 1e-3, 1e-3)

  @parameterized.named_parameters(*BUILT)
  def testLayersThatReplaceOneBecomePartOfTheModel(self, create, unused_count):
    model = create()
    wrapped = apply(model, algorithm=Detour())
    stripped = strip(wrapped)
    expected = outputs_of(wrapped)
    dense = [layers.Reshape, layers.Dense, layers.Flatten]
    chains = (
      dense if cls is layers.Dense else [cls] for cls in classes_of(model)
    )
    self.assertCountEqual(classes_of(stripped), sum(chains, []))
    self.assertCountEqual(map(id, stripped.weights), map(id, model.weights))
    clone = keras.models.clone_model(stripped)
    clone.set_weights(stripped.get_weights())
    copies = [stripped, clone, strip(stripped)]
    for name in test_models.FORMATS:
      path = os.path.join(self.get_temp_dir(), name)
      stripped.save(path)
      copies.append(keras.models.load_model(path))
    for copy in copies:
      self.assertCountEqual(classes_of(copy), classes_of(stripped))
      for one, other in zip(outputs_of(copy), expected, strict=True):
        self.assertAllClose(one, other, 1e-6, 1e-6)

  @parameterized.named_parameters(
    ('Object', object, 'object'),
    ('Layer', lambda: layers.Dense(2), 'Dense'),
    ('Wrapper', lambda: apply(layers.Dense(2)), Wrapper.__name__),
    ('List', lambda: [sequential()], 'list'),
    ('Subclassed', Subclassed, 'Subclassed'),
  )
  def testRefusalNamesTheType(self, create, name):
    with self.assertRaisesRegex(ValueError, f'type {name}'):
      strip(create())


@unittest.skipUnless(hasattr(keras.Model, 'quantize'), 'Keras 2 has none.')
class QuantizeTest(tf.test.TestCase):
  """What Keras quantizes."""

  def testStrippedModelIsQuantizedAlone(self):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
    wrapped = apply(model, algorithm=Nothing())
    inputs = np.linspace(-1.0, 1.0, 16).reshape([2, 8])
    expected = wrapped.predict(inputs)
    stripped = strip(wrapped)
    stripped.quantize('int8')
    self.assertTrue(has_integers(stripped))
    self.assertAllClose(stripped.predict(inputs), expected, atol=0.1)
    for other in (model, wrapped):
      self.assertFalse(has_integers(other))
      self.assertAllEqual(other.predict(inputs), expected)

  def testWrappedModelIsRefusedAsAWhole(self):
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
    inner.add(apply(layers.Dense(2), algorithm=Nothing()))
    for model in (inner, keras.Sequential([keras.Input((3,)), inner])):
      with self.assertRaisesRegex(ValueError, '^The model has wrappers.*trip'):
        model.quantize('int8')
      self.assertFalse(has_integers(model))

  def testQuantizedModelIsRefused(self):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name='last')])
    model.quantize('int8')
    for quantized in (model, model.layers[0], [model]):
      with self.assertRaisesRegex(ValueError, '^Layer last .*Quantize last'):
        apply(quantized)
    attention = layers.MultiHeadAttention(1, 2, dtype='int8_from_float32')
    with self.assertRaisesRegex(ValueError, 'quantized'):
      apply(attention)


if __name__ == '__main__':
  tf.test.main()
