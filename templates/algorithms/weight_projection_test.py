<% include 'license_header.txt' %>
"""Tests for the algorithm: replace them together with it."""

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


# Each column is a channel.
WEIGHT = np.array(
  [[1.0, 4.0, 0.0], [-2.0, 4.0, 0.0], [3.0, -4.0, 0.0], [0.5, 0.1, 0.0]],
  np.float32,
)
# Means of what is above 0.7 * 1.625 and 0.7 * 3.025: (2 + 3) / 2 and 4. Zeros
# stay zeros with any scale.
SCALE = [2.5, 4, 1]
TERNARY = [[0, 4, 0], [-2.5, 4, 0], [2.5, -4, 0], [0, 0, 0]]


def normal(*shape):
  return np.random.RandomState(0).normal(size=shape).astype(np.float32)


def choose(weight, level):
  state = {'scale': ops.zeros(weight.shape[-1:], 'float32')}
  level = ops.convert_to_tensor(level, 'float32')
  return Algorithm().update_state(ops.convert_to_tensor(weight), state, level)


def project(weight, level=0.999):
  """Returns what the layer computes with at a level."""
  weight, state = ops.convert_to_tensor(weight), choose(weight, level)
  return compat.to_numpy(Algorithm().apply(weight, state))


def ternarize(channel):
  """Computes the same for one channel, with the scale of the paper."""
  magnitude = np.abs(channel)
  scale = np.mean(magnitude[magnitude > 0.7 * np.mean(magnitude)])
  return np.sign(channel) * (magnitude > scale / 2) * scale


def graded(channels):
  """Returns channels that fit worse and worse, but have smaller errors."""
  i = np.arange(channels)
  columns = [np.ones_like(i), -np.ones_like(i), 0.01 + 0.05 * i]
  return (np.array(columns) * 2.0**-i).astype(np.float32)


def count_values(weight):
  """Returns the number of different values in each channel."""
  return [len(np.unique(c)) for c in weight.reshape([-1, weight.shape[-1]]).T]


class ProjectionTest(test_models.TestCase):
  """What is made of the weights."""

  def testIsAsComputedByHand(self):
    self.assertAllClose(project(WEIGHT), TERNARY, 1e-6)

  @parameterized.parameters(
    ([6.5, -13.1], [0.0, -13.1]),  # Below 0.7 * 9.8, so the scale is 13.1.
    ([6.6, -13.1], [13.1, -13.1]),  # Above half of the scale.
    ([7.1, -12.9], [10.0, -10.0]),
    ([-5.0, -5.0], [-5.0, -5.0]),
    ([0.0, 3.0], [0.0, 3.0]),
    ([-2.0], [-2.0]),
  )
  def testRoundsToTheNearest(self, channel, expected):
    weight = np.array(channel, np.float32)[:, np.newaxis]
    self.assertAllClose(project(weight)[:, 0], expected)

  @parameterized.named_parameters(
    ('Embedding', (10, 6)),
    ('Conv1D', (3, 4, 6)),
    ('Conv2D', (3, 3, 4, 8)),
    ('Conv3D', (2, 2, 2, 3, 4)),
  )
  def testFollowsThePaperOnEachShape(self, shape):
    weight = normal(*shape)
    projected = project(weight)
    self.assertEqual(projected.shape, shape)
    for channel in range(shape[-1]):
      expected = ternarize(weight[..., channel])
      self.assertAllClose(projected[..., channel], expected, 1e-5, 1e-6)
    self.assertAllInRange(count_values(projected), 2, 3)
    # Once more it changes nothing.
    self.assertAllClose(project(projected), projected, 1e-6, 1e-6)

  @parameterized.parameters(0.0, 0.5, 0.999)
  def testZerosStayZeros(self, level):
    weight = np.zeros((4, 3), np.float32)
    self.assertAllEqual(project(weight, level), weight)
    weight[:, 1] = [1, 2, 3, 4]
    self.assertAllEqual(project(weight, level)[:, ::2], weight[:, ::2])
    self.assertAllInRange(project(weight, level), 0, 4)

  @parameterized.product(first=(False, True), second=(False, True))
  def testOnlyChosenChannelsChange(self, first, second):
    ternary = [first, second, not first]
    state = {'scale': ops.convert_to_tensor(np.where(ternary, SCALE, 0), 'float32')}
    applied = Algorithm().apply(ops.convert_to_tensor(WEIGHT), state)
    self.assertAllClose(applied, np.where(ternary, TERNARY, WEIGHT), 1e-6)

  @parameterized.parameters(0.0, 0.5, 0.999)
  def testGradientPassesStraightThrough(self, level):
    state, factors = choose(WEIGHT, level), normal(*WEIGHT.shape)
    gradient = test_algorithms.get_gradient(
      lambda weight: ops.multiply(Algorithm().apply(weight, state), factors),
      WEIGHT,
    )
    self.assertAllClose(gradient, factors)


class ChoiceTest(test_models.TestCase):
  """Which channels are ternary."""

  @parameterized.parameters(
    (0.0, 8, 0),
    (0.125, 8, 1),
    (0.5, 1, 1),
    (0.5, 5, 3),
    (0.5, 8, 4),
    (0.999, 8, 8),
  )
  def testChoosesThoseThatLoseLeastForTheirSize(self, level, size, count):
    order = np.random.RandomState(size).permutation(size)
    scale = choose(graded(size)[:, order], level)['scale']
    self.assertAllEqual(scale > 0, order < count)

  def testZerosComeFirstAndEqualsAreCounted(self):
    self.assertAllEqual(choose(WEIGHT, 0.3)['scale'], [0, 0, SCALE[2]])
    self.assertAllEqual(choose(WEIGHT, 0.5)['scale'], [0, *SCALE[1:]])
    equal = choose(np.ones((3, 10), np.float32), 0.5)['scale']
    self.assertEqual(ops.sum(equal), 5)

  @parameterized.parameters((0.0, 0.0), (0.5, 2 / 3), (0.999, 1.0))
  def testSummaryIsTheFractionOfTernaryChannels(self, level, expected):
    summary = Algorithm().summarize(WEIGHT, choose(WEIGHT, level))
    self.assertEqual(list(summary), ['<<cookiecutter.level>>'])
    self.assertAllClose(summary['<<cookiecutter.level>>'], expected)


class TrainingTest(test_models.TestCase):
  """Layers compute with ternary weights, and float weights are trained."""

  def create(self, level):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
      [
        layers.Embedding(10, 6, input_length=8),
        layers.Reshape((4, 2, 6)),
        layers.Conv2D(5, 2, padding='same', activation='relu'),
        layers.Flatten(),
        layers.Dense(3),
      ]
    )
    model = apply(model, Constant(level, 0, frequency=1))
    model.compile(keras.optimizers.Adam(0.01), 'mse')
    self.inputs = np.random.RandomState(0).randint(10, size=(16, 8))
    return model

  def fit(self, model, *others):
    kwargs = {'callbacks': list(others), 'shuffle': False, 'verbose': 0}
    model.fit(self.inputs, normal(16, 3), 4, 2, **kwargs)

  @parameterized.parameters((0.5, [3, 3, 2]), (0.999, [6, 5, 3]))
  def testTrainsFloatsAndStripsToThreeValues(self, level, counts):
    model = self.create(level)
    self.fit(model, UpdateStep())
    weights = [v[0] for w in collect(model) for v in w.technique_vars]
    self.assertLen(weights, 3)
    for weight in weights:
      rows = int(np.prod(weight.shape[:-1]))
      self.assertEqual(count_values(weight.numpy()), [rows] * weight.shape[-1])
    outputs = model.predict(self.inputs, verbose=0)
    stripped = strip(model)
    self.assertAllClose(stripped.predict(self.inputs, verbose=0), outputs)
    found = [w.numpy() for w in stripped.weights if len(w.shape) > 1]
    for weight, count in zip(found, counts, strict=True):
      self.assertEqual(np.sum(np.array(count_values(weight)) <= 3), count)

  def testZeroStrengthIsNoOp(self):
    model = self.create(0.0)
    plain = strip(self.create(0.0))
    plain.compile(keras.optimizers.Adam(0.01), 'mse')
    self.fit(model, UpdateStep())
    self.fit(plain)
    for one, other in zip(
      strip(model).get_weights(), plain.get_weights(), strict=True
    ):
      self.assertAllClose(one, other)

  def testGradientIsThatOfTheTernaryWeights(self):
    dense = layers.Dense(3, use_bias=False, input_shape=(4,))
    model = apply(keras.Sequential([dense]), Constant(0.999, 0, frequency=1))
    dense.kernel.assign(WEIGHT)
    model.compile(keras.optimizers.SGD(1.0), 'mse')
    inputs, targets = normal(8, 4), normal(8, 3)
    model.fit(inputs, targets, 8, callbacks=[UpdateStep()], verbose=0)
    error = inputs @ np.array(TERNARY, np.float32) - targets
    gradient = inputs.T @ error * 2 / targets.size
    self.assertAllClose(dense.kernel, WEIGHT - gradient, 1e-5, 1e-5)


if __name__ == '__main__':
  tf.test.main()
