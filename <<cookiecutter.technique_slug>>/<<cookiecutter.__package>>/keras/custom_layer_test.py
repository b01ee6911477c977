<% include 'license_header.txt' %>
"""Tests for custom layers: with the interface, with its method, without."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import custom_layer
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
Interface = custom_layer.<<cookiecutter.__able_camel>>Layer
UpdateStep = test_algorithms.UpdateStep
Constant = test_algorithms.Constant
Wrapper = test_algorithms.Wrapper
collect = test_algorithms.collect

layers = keras.layers


# What the method of a layer returns must suit the algorithm, so these tests
# bring their own.
Clip = test_algorithms.Clip


@keras.utils.register_keras_serializable('custom_layer_test')
class ClipOutput(Clip):
  """Clips outputs to the level."""

  target = target_lib.Output()


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
    hidden = ops.relu(inputs @ self.first + self.offset)
    return hidden + inputs @ self.second

  def compute_output_shape(self, input_shape):
    return (*input_shape[:-1], self.units)

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
    output = ops.tanh(inputs @ self.kernel + states[0])
    return output, [output]

  def get_config(self):
    return {**super().get_config(), 'units': self.units}

  def <<cookiecutter.__getter>>(self):
    return [self.kernel]


@keras.utils.register_keras_serializable('custom_layer_test')
class Outputs(layers.Layer, Interface):
  """Has two outputs, the second of which holds activations."""

  def __init__(self, container='list', **kwargs):
    super().__init__(**kwargs)
    self.container = container

  def call(self, inputs):
    outputs = [inputs, ops.relu(inputs)]
    return tuple(outputs) if self.container == 'tuple' else outputs

  def get_config(self):
    return {**super().get_config(), 'container': self.container}

  def <<cookiecutter.__getter>>(self):
    return [1]


class DenseLike(layers.Dense):
  """A subclass of a layer that is supported."""


_CLASSES = {'Cell': Cell, 'WithInterface': WithInterface}


def fit(model):
  """Trains for two steps with the callback, and returns the inputs."""
  model.compile('sgd', 'mean_squared_error')
  inputs = np.random.normal(size=(8, *model.input_shape[1:]))
  shapes = [(8, *output.shape[1:]) for output in model.outputs]
  targets = [np.random.normal(size=shape) for shape in shapes]
  model.fit(inputs, targets, 4, callbacks=[UpdateStep()], verbose=0)
  return inputs


class CustomLayerTest(test_models.TestCase):
  """The way of a custom layer through the technique."""

  @parameterized.named_parameters(
    ('Interface', WithInterface),
    ('Method', WithMethod),
  )
  def testWrapsTheWeightsThatTheLayerNames(self, cls):
    layer = cls()
    wrapped = apply(layer, algorithm=Clip())
    self.assertIs(wrapped.layer, layer)
    wrapped(ops.ones((2, 3)))
    first, second = wrapped.technique_vars
    self.assertIs(first[0], layer.first)
    self.assertIs(second[0], layer.second)

  def testLayerMayHaveNoTechniqueWeights(self):
    wrapped = apply(WithNothing())
    wrapped(ops.ones((2, 3)))
    self.assertEqual(wrapped.technique_vars, ())

  @parameterized.parameters('list', 'tuple')
  def testWrapsTheOutputsThatTheLayerNames(self, container):
    inputs = keras.Input((3,))
    first, second = Outputs(container)(layers.Dense(3)(inputs))
    model = keras.Model(inputs, [first, second])
    a_schedule = Constant(0.25, 0, -1, 1)
    model = apply(model, a_schedule, algorithm=ClipOutput())
    inputs = 9.0 * fit(model)
    first, second = model.predict(inputs, verbose=0)
    self.assertGreater(np.max(first), 0.25)
    self.assertAllClose(second, np.clip(first, 0.0, 0.25))
    path = os.path.join(self.get_temp_dir(), 'model.keras')
    model.save(path)
    loaded = keras.models.load_model(path)
    self.assertAllClose(loaded(inputs)[1], second)

  def testEachOutputHasStateAndANameOfItsOwn(self):
    layer = Outputs()
    layer.<<cookiecutter.__getter>> = lambda: [0, 1]
    wrapped = apply(layer, algorithm=ClipOutput())
    wrapped(ops.ones((2, 3)))
    self.assertLen(wrapped.technique_vars, 2)
    self.assertLen({variable.name for variable in wrapped.weights}, 5)
    self.assertLen(wrapped.summarize(), 2)

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
    model = keras.Sequential([keras.Input(shape), create()])
    a_schedule = Constant(0.25, 0, -1, 1)
    model = apply(model, a_schedule, algorithm=Clip())
    inputs = fit(model)
    self.assertLen(collect(model)[0].technique_vars, count)
    self.assertEqual(collect(model)[0].step.numpy(), 2)
    for weight, bound, _ in collect(model)[0].technique_vars:
      self.assertLessEqual(np.max(np.abs(weight.numpy())), bound.numpy())
    expected = model.predict(inputs, verbose=0)
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
    model = keras.Sequential([keras.Input((3,)), WithInterface(2)])
    model = apply(model, algorithm=Clip())
    path = os.path.join(self.get_temp_dir(), name)
    model.save(path)
    loaded = keras.models.load_model(path)
    self.assertIsInstance(collect(loaded)[0].layer, WithInterface)
    self.assertAllClose(loaded(ops.ones((2, 3))), model(ops.ones((2, 3))))


if __name__ == '__main__':
  tf.test.main()
