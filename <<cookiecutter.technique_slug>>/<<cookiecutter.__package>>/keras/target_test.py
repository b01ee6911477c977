<% include 'license_header.txt' %>
"""Tests for target: where the result of an algorithm goes."""

from absl.testing import parameterized
import numpy as np
import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import target
from <<cookiecutter.__package>>.keras import wrapper

Wrapper = wrapper.<<cookiecutter.__wrapper>>
Constant = schedule.Constant<<cookiecutter.__level_camel>>

layers = keras.layers

_ON_WEIGHTS = [
  ('weight', target.Weight),
  ('weight_on_update', target.WeightOnUpdate),
  ('weight_in_forward', target.WeightInForward),
]
_ALL = [*_ON_WEIGHTS, ('output', target.Output)]


class CapAlgorithm(base_algorithm.Algorithm):
  """Caps values at the level of the last update, with a gradient of one."""

  def __init__(self, a_target):
    self.target = a_target
    self.given = []

  def create_state(self, tensor):
    self.given.append(tensor)
    start = keras.initializers.Constant(9.0)
    return {'cap': {'shape': [], 'dtype': tf.float32, 'initializer': start}}

  def update_state(self, tensor, state, level):
    return {'cap': level}

  def apply(self, tensor, state):
    cap = tf.cast(state['cap'], tensor.dtype)
    return tf.grad_pass_through(lambda x: tf.minimum(x, cap))(tensor)


class Pair(layers.Layer):
  """Has a weight of its own, and one in a layer inside."""

  def __init__(self, fails=False, **kwargs):
    super().__init__(**kwargs)
    self.dense = layers.Dense(2, kernel_initializer='ones')
    self.fails = fails

  def build(self, input_shape):
    self.scale = self.add_weight('scale', [2], initializer='ones')
    self.dense.build(input_shape)

  def call(self, inputs):
    if self.fails and not isinstance(self.scale, tf.Variable):
      raise RuntimeError('from the layer')
    return self.dense(inputs) * self.scale

  def <<cookiecutter.__getter>>(self):
    return [self.scale, self.dense.kernel]


class Bag(layers.Layer):
  """Holds its weight in a list."""

  def build(self, input_shape):
    self.kernels = [self.add_weight('kernel', [2, 2])]

  def call(self, inputs):
    return inputs @ self.kernels[0]

  def <<cookiecutter.__getter>>(self):
    return self.kernels


def wrap(a_target, layer=None, frequency=1, inputs=2, **kwargs):
  """Returns a wrapped layer whose training has begun; updates cap at 0.5."""
  layer = layer or layers.Dense(
    1, activation='relu', kernel_initializer='ones', **kwargs
  )
  algorithm = CapAlgorithm(a_target())
  wrapped = Wrapper(layer, Constant(0.5, 0, frequency=frequency), algorithm)
  wrapped(tf.zeros([1, inputs]))
  wrapped.step.assign(0)
  return wrapped


def train(wrapped, inputs=2):
  return wrapped(tf.ones([1, inputs]), training=True)


class TargetTest(tf.test.TestCase, parameterized.TestCase):
  """What is computed, and what the variables hold."""

  @parameterized.named_parameters(
    ('weight', target.Weight, 1.0, [[0.5], [0.5]]),
    ('weight_on_update', target.WeightOnUpdate, 1.0, [[0.5], [0.5]]),
    ('weight_in_forward', target.WeightInForward, 1.0, [[1.0], [1.0]]),
    ('output', target.Output, 0.5, [[1.0], [1.0]]),
  )
  def testTrains(self, a_target, output, kernel):
    wrapped = wrap(a_target)
    self.assertAllClose(train(wrapped), [[output]])
    self.assertAllClose(wrapped.layer.kernel, kernel)
    self.assertAllClose(wrapped(tf.ones([1, 2])), [[output]])

  @parameterized.named_parameters(*_ALL)
  def testUpdatesOnSchedule(self, a_target):
    wrapped = wrap(a_target, frequency=2)
    caps = []
    for _ in range(3):
      train(wrapped)
      caps.append(float(wrapped.slots[0].state['cap']))
    self.assertAllClose(caps, [9.0, 0.5, 0.5])

  @parameterized.named_parameters(
    ('weight', target.Weight, 0.5),
    ('weight_on_update', target.WeightOnUpdate, 2.0),
    ('weight_in_forward', target.WeightInForward, 2.0),
  )
  def testLeavesTheWeightBetweenUpdates(self, a_target, expected):
    wrapped = wrap(a_target, frequency=2)
    train(wrapped)
    train(wrapped)
    wrapped.layer.kernel.assign([[2.0], [2.0]])  # As an optimizer would.
    train(wrapped)
    self.assertAllClose(wrapped.layer.kernel, [[expected]] * 2)

  @parameterized.named_parameters(
    ('weight', target.Weight, 0.5),
    ('weight_on_update', target.WeightOnUpdate, 0.5),
    ('weight_in_forward', target.WeightInForward, 2.0),
  )
  def testSettlesWhatTheOptimizerMoved(self, a_target, expected):
    wrapped = wrap(a_target)
    train(wrapped)
    wrapped.layer.kernel.assign([[2.0], [2.0]])
    before = wrapped(tf.ones([1, 2]))
    wrapped.settle()
    self.assertAllClose(wrapped.layer.kernel, [[expected]] * 2)
    if expected == 2.0:
      self.assertAllClose(wrapped(tf.ones([1, 2])), before)

  @parameterized.named_parameters(*_ON_WEIGHTS)
  def testStripsToWhatWasTrained(self, a_target):
    wrapped = wrap(a_target)
    output = train(wrapped)
    (layer,) = wrapped.strip()
    self.assertIs(layer, wrapped.layer)
    self.assertAllClose(layer.kernel, [[0.5], [0.5]])
    self.assertAllClose(layer(tf.ones([1, 2])), output)

  @parameterized.named_parameters(*_ALL)
  def testSaysWhatItWorksOn(self, a_target):
    wrapped = wrap(a_target)
    (slot,) = wrapped.slots
    (spec,) = wrapped.algorithm.given
    name = wrapped.layer.name
    if a_target is target.Output:
      self.assertEqual((slot.path, slot.index), (f'{name}/output', 0))
      self.assertEqual(spec, tf.TensorSpec([1, 1], tf.float32))
      self.assertEqual(wrapped.technique_vars, ((slot.state['cap'],),))
    else:
      self.assertEndsWith(slot.path, 'kernel')
      self.assertEqual(spec, tf.TensorSpec([2, 1], tf.float32))
      held = (wrapped.layer.kernel, slot.state['cap'])
      found = wrapped.technique_vars[0]
      self.assertEqual([v.ref() for v in found], [v.ref() for v in held])

  @parameterized.named_parameters(*_ALL)
  def testGradientReachesTheVariable(self, a_target):
    wrapped = wrap(a_target)
    with tf.GradientTape() as tape:
      output = train(wrapped)
    gradient = tape.gradient(output, wrapped.trainable_variables[0])
    self.assertAllClose(gradient, [[1.0], [1.0]])

  @parameterized.named_parameters(*_ALL)
  def testComputesInHalfPrecision(self, a_target):
    policy = keras.mixed_precision.Policy('mixed_float16')
    wrapped = wrap(a_target, dtype=policy)
    self.assertEqual(train(wrapped).dtype, tf.float16)
    (spec,) = wrapped.algorithm.given
    is_output = a_target is target.Output
    self.assertEqual(spec.dtype, tf.float16 if is_output else tf.float32)

  @parameterized.named_parameters(*_ALL)
  def testTrainsInAFunctionWithATensorThatSaysSo(self, a_target):
    wrapped = wrap(a_target)
    step = tf.function(lambda on: wrapped(tf.ones([1, 2]), training=on))
    step(tf.constant(False))
    self.assertEqual(int(wrapped.step), 0)
    step(tf.constant(True))
    self.assertEqual(int(wrapped.step), 1)
    self.assertAllClose(wrapped.slots[0].state['cap'], 0.5)


class WeightInForwardTest(tf.test.TestCase):
  """The layer computes with tensors and gets its variables back."""

  def testStandsInForAllWeightsThatALayerNames(self):
    wrapped = wrap(target.WeightInForward, Pair())
    self.assertAllClose(train(wrapped), [[0.5, 0.5]])
    self.assertEqual([slot.name for slot in wrapped.slots], ['scale', 'kernel'])
    for weight in [wrapped.layer.scale, wrapped.layer.dense.kernel]:
      self.assertIsInstance(weight, tf.Variable)
      self.assertAllEqual(weight, tf.ones_like(weight))

  def testGivesTheVariablesBackWhenTheLayerFails(self):
    wrapped = wrap(target.WeightInForward, Pair())
    wrapped.layer.fails = True
    with self.assertRaisesRegex(RuntimeError, 'from the layer'):
      train(wrapped)
    self.assertIsInstance(wrapped.layer.scale, tf.Variable)
    self.assertIsInstance(wrapped.layer.dense.kernel, tf.Variable)

  def testNeedsWeightsThatAreAttributes(self):
    with self.assertRaisesRegex(
      ValueError, 'kernel of layer bag must be an attribute'
    ):
      wrap(target.WeightInForward, Bag())

  def testWeightsInAListAreFineForOtherTargets(self):
    train(wrap(target.Weight, Bag()))

  def testTracksNoFurtherVariables(self):
    wrapped = wrap(target.WeightInForward)
    before = [v.ref() for v in wrapped.variables]
    train(wrapped)
    self.assertEqual([v.ref() for v in wrapped.variables], before)


class OutputTest(tf.test.TestCase):
  """Which outputs, and in which structure."""

  def testLayersWithoutActivationsComputeAsEver(self):
    layer = layers.Dense(1, kernel_initializer='ones')
    wrapped = wrap(target.Output, layer)
    self.assertEmpty(wrapped.slots)
    self.assertAllClose(train(wrapped), [[2.0]])

  def testReplacesTheOutputsThatALayerNames(self):
    class Two(layers.Layer):
      """Puts out a tuple, of which the second is an activation."""

      def call(self, inputs):
        return inputs, inputs * 2.0

      def compute_output_shape(self, input_shape):
        return [input_shape, input_shape]

      def <<cookiecutter.__getter>>(self):
        return [1]

    first, second = train(wrap(target.Output, Two()))
    self.assertAllClose(first, [[1.0, 1.0]])
    self.assertAllClose(second, [[0.5, 0.5]])

  def testDoesNotLearnFromTheState(self):
    wrapped = wrap(target.Output)
    with tf.GradientTape() as tape:
      train(wrapped)
      cap = tf.convert_to_tensor(wrapped.slots[0].state['cap'])
    self.assertIsNone(tape.gradient(cap, wrapped.layer.kernel))


class StoredTest(tf.test.TestCase):
  """The variable behind a weight that casts itself."""

  def testReturnsTheVariable(self):
    layer = layers.Dense(2, dtype=keras.mixed_precision.Policy('mixed_float16'))
    layer.build([None, 2])
    self.assertEqual(target.stored(layer.kernel).dtype, tf.float32)
    variable = tf.Variable(np.ones(2))
    self.assertIs(target.stored(variable), variable)


if __name__ == '__main__':
  tf.test.main()
