<% include 'license_header.txt' %>
"""Tests for the targets: what they give an algorithm, where its result goes."""

import functools

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

Wrapper = test_algorithms.Wrapper
Constant = test_algorithms.Constant

layers = keras.layers


class Scale(base_algorithm.Algorithm):
  """Multiplies by a factor: 1 at first, the level after an update."""

  def __init__(self, target):
    self.target = target
    self.seen = []

  def create_state(self, tensor):
    self.seen.append(tensor)
    arguments = {'shape': [], 'dtype': 'float32', 'initializer': 'ones'}
    return {'factor': arguments}

  def update_state(self, tensor, state, level):
    return {'factor': level}

  def apply(self, tensor, state):
    self.seen.append(tensor)
    return tensor * ops.cast(state['factor'], tensor.dtype)

  def finish(self, tensor, state):
    return ops.zeros_like(tensor)

  def replace(self, layer, states):
    if not isinstance(self.target, target_lib.Output):
      return [layer]
    return [layer, layers.Rescaling(float(states[0]['factor']))]

  def summarize(self, tensor, state):
    return {'is_weight': ops.convert_to_tensor(tensor is not None)}


class Round(Scale):
  """Rounds, with a gradient that passes straight through."""

  def apply(self, tensor, state):
    return base_algorithm.straight_through(tensor, ops.round(tensor))


class Halves(keras.layers.Layer):
  """Multiplies with two weights, which give two outputs."""

  def __init__(self, named, **kwargs):
    super().__init__(**kwargs)
    self.named = named

  def build(self, input_shape):
    first, second = (
      self.add_weight(name=name, shape=[], initializer='ones')
      for name in ('first', 'second')
    )
    self.held = [first, second]
    self.second = second

  def call(self, inputs):
    return inputs * self.held[0], inputs * self.second

  def compute_output_shape(self, input_shape):
    return [input_shape, input_shape]

  def <<cookiecutter.__getter>>(self):
    return [getattr(self, self.named)] if self.named == 'second' else self.held


_TARGETS = {
  'Weight': target_lib.Weight(),
  'WeightOnUpdate': target_lib.WeightOnUpdate(),
  'WeightInForward': target_lib.WeightInForward(),
  'Output': target_lib.Output(),
}


def dense(target, algorithm=Scale, **kwargs):
  """Returns a wrapped layer, ready to train, that updates in even steps."""
  kwargs = {'activation': 'relu', 'kernel_initializer': 'ones', **kwargs}
  wrapped = Wrapper(
    layers.Dense(1, name='top', **kwargs),
    Constant(0.5, 0, frequency=2),
    algorithm(_TARGETS[target]),
  )
  wrapped(ops.ones((1, 1)))
  wrapped.step.assign(0)
  return wrapped


def kernel_of(wrapped):
  weight = wrapped.slots[0].read_weight()
  weight = wrapped.layer.kernel if weight is None else weight
  return compat.to_numpy(weight).item()


class ResultTest(test_models.TestCase):
  """Where the result goes, and what the variable holds."""

  @parameterized.product(
    case=(
      ('Weight', [1.0, 0.5, 0.25, 0.125], 0.125),
      ('WeightOnUpdate', [1.0, 0.5, 0.5, 0.25], 0.25),
      ('WeightInForward', [1.0, 1.0, 1.0, 1.0], 0.5),
      ('Output', [1.0, 1.0, 1.0, 1.0], 0.5),
    ),
    graph=(True, False),
  )
  def testFourSteps(self, case, graph):
    target, kernels, output = case
    wrapped = dense(target)
    step = functools.partial(wrapped, training=True)
    if graph:
      step = test_algorithms.compile_step(wrapped)
    found = []
    for _ in range(4):
      outputs = ops.sum(step(np.ones((1, 1))))
      found.append(kernel_of(wrapped))
    self.assertEqual(found, kernels)
    self.assertAllEqual(outputs, output)
    self.assertAllEqual(wrapped(ops.ones((1, 1))), [[output]])
    self.assertEqual(kernel_of(wrapped), kernels[-1])
    (variables,) = wrapped.technique_vars
    held = [] if target == 'Output' else [wrapped.layer.kernel]
    self.assertLen(variables, len(held) + 1)
    for one, other in zip(variables, held, strict=False):
      self.assertIs(one, other)
    self.assertEqual(variables[-1].numpy(), 0.5)

  @parameterized.parameters(
    ('Weight', 0.5, 0.0),
    ('WeightOnUpdate', 0.5, 0.0),
    ('WeightInForward', 1.0, 0.0),
    ('Output', 1.0, 1.0),
  )
  def testSettleAndFinish(self, target, settled, finished):
    wrapped = dense(target)
    for _ in range(2):
      wrapped(ops.ones((1, 1)), training=True)
    wrapped.layer.kernel.assign([[1.0]])  # As an optimizer moves it.
    wrapped.settle()
    self.assertEqual(kernel_of(wrapped), settled)
    layer, *others = wrapped.strip()
    self.assertIs(layer, wrapped.layer)
    self.assertLen(others, 1 if target == 'Output' else 0)
    self.assertEqual(kernel_of(wrapped), finished)

  @parameterized.parameters(
    ('Weight', True), ('WeightInForward', True), ('Output', False)
  )
  def testSummaryIsOfTheWeightIfThereIsOne(self, target, is_weight):
    ((name, value),) = dense(target).summarize().items()
    place = 'kernel' if is_weight else 'output'
    self.assertEndsWith(name, f'{place}/is_weight')
    self.assertEqual(bool(value), is_weight)


class GradientTest(test_models.TestCase):
  """What the optimizer gets: the loss is (3 output) ** 2 with kernel 1.2."""

  @parameterized.parameters(
    ('Weight', Scale, 0.6, 2 * 9 * 0.6),  # That of the new kernel.
    ('WeightOnUpdate', Scale, 0.6, 2 * 9 * 0.6),
    ('WeightInForward', Scale, 1.2, 2 * 9 * 0.6 * 0.5),  # That of `apply`.
    ('WeightInForward', Round, 1.2, 2 * 9 * 1.0),  # Straight through.
    ('Output', Scale, 1.2, 2 * 9 * 0.6 * 0.5),
    ('Output', Round, 1.2, 2 * 4 * 3),  # 3.6 becomes 4.
  )
  def testGradient(self, target, algorithm, kernel, expected):
    wrapped = dense(target, algorithm)
    wrapped(ops.ones((1, 1)), training=True)
    wrapped.layer.kernel.assign([[1.2]])
    step = test_algorithms.compile_step(wrapped, 1.0, ops.square)
    step(np.array([[3.0]]))
    self.assertAllClose(kernel_of(wrapped), kernel - expected)


class InForwardTest(test_models.TestCase):
  """The layer has its variable back after each call."""

  @parameterized.parameters('float32', 'mixed_float16')
  def testAttributeIsRestored(self, policy):
    wrapped = dense('WeightInForward', dtype=policy)
    kernel = wrapped.layer.kernel
    inputs = ops.ones((1, 1))
    wrapped(inputs, training=True)
    self.assertIs(wrapped.layer.kernel, kernel)
    test_algorithms.compile_step(wrapped)(inputs)
    self.assertIs(wrapped.layer.kernel, kernel)
    for wrong in (ops.ones((1, 5)), 'text'):
      with self.assertRaises((ValueError, TypeError)):
        wrapped(wrong)
      self.assertIs(wrapped.layer.kernel, kernel)
    self.assertLen(wrapped.layer.weights, 2)
    self.assertIs(wrapped.layer.weights[0], kernel)

  def testLayerThatRaisesInItsCall(self):
    def fail(unused_inputs):
      self.assertTrue(ops.is_tensor(wrapped.layer.kernel))
      raise RuntimeError('in the call')

    wrapped = Wrapper(
      layers.Dense(1, activation=fail),
      algorithm=Scale(target_lib.WeightInForward()),
    )
    wrapped.build((1, 1))
    kernel = wrapped.layer.kernel
    with self.assertRaisesRegex(RuntimeError, 'in the call'):
      wrapped(ops.ones((1, 1)))
    self.assertIs(wrapped.layer.kernel, kernel)

  def testListOfWeightsIsRefused(self):
    algorithm = Scale(target_lib.WeightInForward())
    wrapped = Wrapper(Halves('held', name='halves'), algorithm=algorithm)
    with self.assertRaisesRegex(ValueError, 'first of layer halves.*attribute'):
      wrapped(ops.ones([1]))
    # Other targets leave it where it is.
    for target in (target_lib.Weight(), target_lib.WeightOnUpdate()):
      wrapped = Wrapper(Halves('held'), algorithm=Scale(target))
      wrapped(ops.ones([1]))
      self.assertLen(wrapped.technique_vars, 2)

  def testWeightStandsInWhereverItIsAnAttribute(self):
    algorithm = Scale(target_lib.WeightInForward())
    layer = Halves('second')
    wrapped = Wrapper(layer, Constant(0.5, 0, frequency=1), algorithm)
    wrapped(ops.ones([1]))
    wrapped.step.assign(0)
    first, second = wrapped(ops.ones([1]), training=True)
    self.assertAllEqual((first, second), [[1.0], [0.5]])
    self.assertIsInstance(layer.second, compat.Variable)


class OutputTest(test_models.TestCase):
  """Layers with several outputs."""

  def testActsOnTheOutputsThatAreNamed(self):
    class Second(Halves):
      """Names its second output."""

      def <<cookiecutter.__getter>>(self):
        return [1]

    algorithm = Scale(target_lib.Output())
    wrapped = Wrapper(Second(''), Constant(0.5, 0, frequency=1), algorithm)
    wrapped(ops.ones([3]))
    wrapped.step.assign(0)
    first, second = wrapped(ops.ones([3]), training=True)
    self.assertAllEqual(first, [1.0] * 3)
    self.assertAllEqual(second, [0.5] * 3)
    self.assertLen(wrapped.technique_vars, 1)

  def testLayerWithoutActivationsStaysAsItIs(self):
    wrapped = dense('Output', activation=None)
    self.assertEqual(wrapped.technique_vars, ())
    outputs = wrapped(ops.ones((1, 1)), training=True)
    self.assertAllEqual(outputs, [[1.0]])
    self.assertEqual(wrapped.step.numpy(), 1)


class DtypeTest(test_models.TestCase):
  """Weights have the dtype of the variable, outputs that of computation."""

  @parameterized.product(target=tuple(_TARGETS), policy=test_models.POLICIES)
  def testAlgorithmGetsWhatItWasTold(self, target, policy):
    wrapped = dense(target, dtype=policy)
    for _ in range(2):
      outputs = wrapped(ops.ones((4, 1)), training=True)
    spec, *given = wrapped.algorithm.seen
    is_output = target == 'Output'
    layer = wrapped.layer
    expected = layer.compute_dtype if is_output else layer.variable_dtype
    dtypes = {compat.dtype_name(tensor.dtype) for tensor in given}
    self.assertEqual(dtypes, {expected})
    self.assertEqual(tuple(spec.shape), (None if is_output else 1, 1))
    self.assertEqual(spec.dtype, expected)
    dtypes = (outputs.dtype, compat.stored(layer.kernel).dtype)
    expected = [layer.compute_dtype, layer.variable_dtype]
    self.assertEqual(list(map(compat.dtype_name, dtypes)), expected)


if __name__ == '__main__':
  tf.test.main()
