<% include 'license_header.txt' %>
"""Tests for custom layers: with the interface, with its method, without."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import callbacks
from <<cookiecutter.__package>>.keras import custom_layer
from <<cookiecutter.__package>>.keras import wrapper

# isort: off
# fmt: off
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.__entry>> as apply  # noqa: E501
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import strip_<<cookiecutter.technique_slug>> as strip  # noqa: E501
# fmt: on
# isort: on

Interface = custom_layer.<<cookiecutter.__able_camel>>Layer
UpdateStep = callbacks.Update<<cookiecutter.__camel>>Step
Wrapper = wrapper.<<cookiecutter.__wrapper>>
collect = wrapper.collect_<<cookiecutter.__able>>_layers

layers = keras.layers


class Without(layers.Layer):
  """A layer that says nothing about its weights."""

  def __init__(self, units=4, **kwargs):
    super().__init__(**kwargs)
    self.units = units

  def build(self, input_shape):
    shape = (input_shape[-1], self.units)
    self.first = self.add_weight(name='first', shape=shape)
    self.second = self.add_weight(name='second', shape=shape)
    self.offset = self.add_weight(name='offset', shape=(self.units,))

  def call(self, inputs):
    hidden = tf.nn.relu(inputs @ self.first + self.offset)
    return hidden + inputs @ self.second

  def get_config(self):
    return {**super().get_config(), 'units': self.units}


@keras.utils.register_keras_serializable('custom_layer_test')
class WithInterface(Without, Interface):
  """Names two of its three weights."""

  def <<cookiecutter.__getter>>(self):
    return [self.first, self.second]


@keras.utils.register_keras_serializable('custom_layer_test')
class WithMethod(Without):
  """Has the method, but not the interface."""

  def <<cookiecutter.__getter>>(self):
    return [self.first, self.second]


@keras.utils.register_keras_serializable('custom_layer_test')
class WithNothing(Without, Interface):
  """Takes part without technique weights."""

  def <<cookiecutter.__getter>>(self):
    return []


@keras.utils.register_keras_serializable('custom_layer_test')
class Late(layers.Layer, Interface):
  """Makes its weights, and the layers that hold them, when it is called."""

  def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.dense = layers.Dense(4)
    self.attention = layers.MultiHeadAttention(2, 4)

  def call(self, inputs):
    return self.attention(self.dense(inputs), inputs)

  def <<cookiecutter.__getter>>(self):
    return [self.dense.kernel]


@keras.utils.register_keras_serializable('custom_layer_test')
class Cell(layers.Layer, Interface):
  """A cell of a recurrent layer."""

  def __init__(self, units, **kwargs):
    super().__init__(**kwargs)
    self.units = self.state_size = units

  def build(self, input_shape):
    shape = (input_shape[-1], self.units)
    self.kernel = self.add_weight(name='kernel', shape=shape)
    self.built = True

  def call(self, inputs, states):
    output = tf.tanh(inputs @ self.kernel + states[0])
    return output, [output]

  def get_config(self):
    return {**super().get_config(), 'units': self.units}

  def <<cookiecutter.__getter>>(self):
    return [self.kernel]


class DenseLike(layers.Dense):
  """A subclass of a layer that is supported."""


_CLASSES = {'Cell': Cell, 'WithInterface': WithInterface}


class CustomLayerTest(tf.test.TestCase, parameterized.TestCase):
  """The way of a custom layer through the technique."""

  def setUp(self):
    super().setUp()
    keras.utils.set_random_seed(0)

  @parameterized.named_parameters(
    ('Interface', WithInterface),
    ('Method', WithMethod),
  )
  def testWrapsTheWeightsThatTheLayerNames(self, cls):
    layer = cls()
    wrapped = apply(layer)
    self.assertIs(wrapped.layer, layer)
    wrapped(tf.ones((2, 3)))
    first, second = wrapped.technique_vars
    self.assertIs(first[0], layer.first)
    self.assertIs(second[0], layer.second)

  def testLayerMayHaveNoTechniqueWeights(self):
    wrapped = apply(WithNothing())
    wrapped(tf.ones((2, 3)))
    self.assertEqual(wrapped.technique_vars, ())

  @parameterized.named_parameters(
    ('Custom', lambda: Without(name='the_layer')),
    ('Subclass', lambda: DenseLike(2, name='the_layer')),
  )
  def testRefusesLayerThatSaysNothing(self, create):
    for refused in (create(), keras.Sequential([create()]), [create()]):
      with self.assertRaisesRegex(ValueError, 'the_layer'):
        apply(refused)
    with self.assertRaisesRegex(ValueError, 'the_layer'):
      Wrapper(create())

  def testInterfaceDemandsItsMethod(self):
    class Incomplete(layers.Layer, Interface):
      """Lacks the method."""

    with self.assertRaises(TypeError):
      Incomplete()

  @parameterized.named_parameters(
    ('Interface', lambda: WithInterface(), (3,), 2),
    ('Method', lambda: WithMethod(), (3,), 2),
    ('Nothing', lambda: WithNothing(), (3,), 0),
    ('Late', lambda: Late(), (5, 3), 1),
    ('Cell', lambda: layers.RNN(Cell(4)), (5, 3), 1),
    ('Stack', lambda: layers.RNN([Cell(4), layers.GRUCell(2)]), (5, 3), 3),
    (
      'TimeDistributed',
      lambda: layers.TimeDistributed(WithInterface()),
      (5, 3),
      2,
    ),
  )
  def testTrainsSavesAndStrips(self, create, shape, count):
    model = apply(keras.Sequential([keras.Input(shape), create()]))
    model.compile('sgd', 'mse')
    inputs = np.random.normal(size=(8, *shape))
    targets = np.random.normal(size=(8, *model.output_shape[1:]))
    model.fit(inputs, targets, 4, callbacks=[UpdateStep()], verbose=0)
    self.assertLen(collect(model)[0].technique_vars, count)
    self.assertEqual(collect(model)[0].step.numpy(), 2)
    expected = model.predict(inputs, verbose=0)
    self.assertAllEqual(np.isfinite(expected), np.ones_like(expected))
    for name in ('model.h5', 'model.keras'):
      path = os.path.join(self.get_temp_dir(), name)
      model.save(path)
      # Keras itself wants the scope for what is inside a built-in layer.
      with keras.utils.custom_object_scope(_CLASSES):
        loaded = keras.models.load_model(path)
      self.assertAllClose(loaded(inputs), expected)
      self.assertLen(collect(loaded)[0].technique_vars, count)
      self.assertEqual(collect(loaded)[0].step.numpy(), 2)
    stripped = strip(model)
    self.assertEmpty(collect(stripped))
    self.assertAllClose(stripped(inputs), expected)

  @parameterized.named_parameters(('H5', 'model.h5'), ('Keras', 'model.keras'))
  def testRegisteredLayerLoadsWithoutScope(self, name):
    model = apply(keras.Sequential([keras.Input((3,)), WithInterface(2)]))
    path = os.path.join(self.get_temp_dir(), name)
    model.save(path)
    loaded = keras.models.load_model(path)
    self.assertIsInstance(collect(loaded)[0].layer, WithInterface)
    self.assertAllClose(loaded(tf.ones((2, 3))), model(tf.ones((2, 3))))


if __name__ == '__main__':
  tf.test.main()
