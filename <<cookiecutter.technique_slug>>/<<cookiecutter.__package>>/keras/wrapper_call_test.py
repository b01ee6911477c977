<% include 'license_header.txt' %>
"""Tests for the wrapper: what its calls compute, in training and else."""

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

Wrapper = test_algorithms.Wrapper
Constant = test_algorithms.Constant

Clip = test_algorithms.Clip
batch = test_algorithms.batch
compile_step = test_algorithms.compile_step
train = test_algorithms.train
wrap = test_algorithms.wrap

layers = keras.layers


class CallTest(test_models.TestCase):
  """What a call does, in training and else."""

  def testInferenceOnlyCallsTheLayer(self):
    layer = layers.Dense(2)
    wrapped = wrap(layer)
    for training in (None, False, ops.convert_to_tensor(False)):
      outputs = wrapped(batch(4, 3), training=training)
      self.assertAllEqual(outputs, layer(batch(4, 3)))
      self.assertEqual(wrapped.step.numpy(), -1)
      self.assertEqual(wrapped.technique_vars[0][2].numpy(), 0)

  @parameterized.parameters(bool, ops.convert_to_tensor)
  def testTrainingUsesWhatTheAlgorithmMakesOfTheWeights(self, flag):
    self.assertTrains(lambda wrapped: wrapped, flag)

  @parameterized.parameters(bool, ops.convert_to_tensor)
  @test_settings.needs('function')
  def testDoesSoInAFunction(self, flag):
    self.assertTrains(tf.function, flag)

  def assertTrains(self, get_call, flag):
    wrapped = wrap(layers.Dense(2, kernel_initializer='ones'))
    wrapped(batch(4, 3))
    wrapped.step.assign(0)
    wrapped.calls.has_begun = True
    call = get_call(wrapped)
    for step in (1, 2, 3):
      wrapped.layer.kernel.assign(ops.ones((3, 2)))
      outputs = call(ops.convert_to_tensor(batch(4, 3)), training=flag(True))
      self.assertAllClose(outputs, batch(4, 3) @ np.full((3, 2), 0.5))
      self.assertAllClose(wrapped.layer.kernel, np.full((3, 2), 0.5))
      self.assertEqual(wrapped.step.numpy(), step)
      self.assertEqual(wrapped.technique_vars[0][2].numpy(), step)

  def testUpdatesOnScheduleButAppliesInEveryStep(self):
    wrapped = wrap(layers.Dense(2, kernel_initializer='ones'), frequency=3)
    wrapped(batch(4, 3))
    wrapped.step.assign(0)
    updates = []
    for _ in range(7):
      wrapped.layer.kernel.assign(ops.ones((3, 2)))
      wrapped(batch(4, 3), training=True)
      updates.append(int(wrapped.technique_vars[0][2]))
      largest = 0.5 if updates[-1] else 1.0
      self.assertAllClose(wrapped.layer.kernel, np.full((3, 2), largest))
    self.assertEqual(updates, [0, 0, 1, 1, 1, 2, 2])

  @parameterized.named_parameters(
    # The kernel and the output in a step without update, then after `settle`.
    ('Weight', target_lib.Weight(), (0.5, 1.5), (0.5, 1.5)),
    ('WeightOnUpdate', target_lib.WeightOnUpdate(), (1.0, 3.0), (0.5, 1.5)),
    ('WeightInForward', target_lib.WeightInForward(), (1.0, 1.5), (1.0, 1.5)),
    ('Output', target_lib.Output(), (1.0, 0.5), (1.0, 0.5)),
  )
  def testTargetSaysWhereTheResultGoes(self, a_target, between, settled):
    dense = layers.Dense(1, 'relu', use_bias=False, kernel_initializer='ones')
    wrapped = Wrapper(dense, Constant(0.5, 0, -1, 2), Clip(100.0, a_target))
    inputs = ops.ones((1, 3))
    self.assertAllClose(train(wrapped, inputs), [[3.0]])  # No update yet.
    wrapped(inputs, training=True)
    self.assertEqual(wrapped.slots[0].state['updates'].numpy(), 1)
    dense.kernel.assign(ops.ones((3, 1)))  # What an optimizer may do.
    outputs = wrapped(inputs, training=True)
    self.assertAllClose((dense.kernel[0, 0], outputs[0, 0]), between)
    wrapped.settle()
    outputs = wrapped(inputs)
    self.assertAllClose((dense.kernel[0, 0], outputs[0, 0]), settled)

  def testSettleStripAndSummarizeAskTheAlgorithm(self):
    wrapped = wrap(layers.Dense(2, kernel_initializer='ones', name='top'))
    algorithm = wrapped.algorithm
    algorithm.finish = lambda weight, state: ops.sign(weight) * state['bound']
    train(wrapped, batch(4, 3))
    ((name, value),) = wrapped.summarize().items()
    self.assertEqual(name, f'{wrapped.slots[0].path}/updates')
    self.assertEndsWith(name, 'top/kernel/updates')
    self.assertEqual(value, 1)
    for value, settled, stripped in ((-7.0, -0.5, -0.5), (0.2, 0.2, 0.5)):
      wrapped.layer.kernel.assign(np.full((3, 2), value))
      wrapped.settle()
      self.assertAllClose(wrapped.layer.kernel, np.full((3, 2), settled))
      self.assertEqual(wrapped.strip(), [wrapped.layer])
      self.assertAllClose(wrapped.layer.kernel, np.full((3, 2), stripped))

  def testAdvanceCountsAndAsksTheSchedule(self):
    wrapped = wrap(layers.Dense(2), level=0.25, frequency=2)
    wrapped(batch(4, 3))
    with self.assertRaisesRegex(test_models.ERRORS, 'needs a callback'):
      wrapped.advance(wrapped.step)
    wrapped.step.assign(0)
    for due in (False, True):
      self.assertAllEqual(wrapped.advance(wrapped.step), (due, 0.25))
    self.assertEqual(wrapped.step.numpy(), 2)

  def testPassesFurtherArgumentsToTheLayer(self):
    recurrent, inputs = layers.SimpleRNN(2), batch(4, 5, 3)
    mask = ops.arange(5) < ops.convert_to_tensor([[1], [2], [3], [4]])
    state = ops.convert_to_tensor(batch(4, 2))
    for kwargs in ({'initial_state': state}, {'mask': mask}):
      outputs = wrap(recurrent)(inputs, **kwargs)
      self.assertAllEqual(outputs, recurrent(inputs, **kwargs))
      self.assertNotAllClose(outputs, recurrent(inputs))
    attention = layers.MultiHeadAttention(2, 3)
    query, value = batch(2, 4, 6), batch(2, 5, 6)
    mask = ops.convert_to_tensor(batch(2, 4, 5) > 0)
    kwargs = {'attention_mask': mask, 'return_attention_scores': True}
    outputs, scores = wrap(attention)(query, value, **kwargs)
    expected = attention(query, value, **kwargs)
    self.assertAllEqual(outputs, expected[0])
    self.assertAllEqual(scores, expected[1])

  def testHandsMasksOn(self):
    plain = [
      layers.Embedding(9, 3, mask_zero=True),
      layers.TimeDistributed(layers.Dense(3)),
      layers.LSTM(3),
    ]
    wrapped = [wrap(layer) for layer in plain]
    tokens = ops.convert_to_tensor([[1, 2, 0, 0], [3, 0, 0, 0]])
    masked = keras.Sequential(wrapped)(tokens)
    self.assertAllClose(masked, keras.Sequential(plain)(tokens))
    # What follows the end of a sequence must not matter.
    self.assertAllClose(masked, keras.Sequential(wrapped)(tokens[:, :2]))
    mask = wrapped[0].compute_mask(tokens)
    self.assertAllEqual(mask, tokens != 0)
    self.assertAllEqual(wrapped[1].compute_mask(batch(2, 4, 3), mask), mask)
    self.assertIsNone(wrapped[2].compute_mask(batch(2, 4, 3), mask))

  def testDoesNotCastWhatTheLayerDoesNotCast(self):
    # 3001 is no float16, so an index that was cast would miss its row.
    layer = layers.Embedding(3002, 2, dtype='mixed_float16')
    row = wrap(layer)(ops.convert_to_tensor([3001.0]))
    self.assertAllClose(row[0], layer.embeddings[3001], 1e-3, 1e-3)

  def testShapes(self):
    self.assertEqual(wrap(layers.Dense(2)).compute_output_shape((4, 3)), (4, 2))
    self.assertTrue(wrap(layers.Dense(2)).supports_masking)
    self.assertFalse(wrap(layers.Conv2D(2, 3)).supports_masking)


class TrainingTest(test_models.TestCase):
  """What an optimizer gets to see."""

  def testLossesOfTheLayerAreKeptAndCountOnce(self):
    def create():
      regularizers = ('kernel_regularizer', 'bias_regularizer')
      kwargs = dict.fromkeys((*regularizers, 'activity_regularizer'), 'l2')
      return layers.Dense(2, bias_initializer='ones', **kwargs)

    plain, wrapped = create(), wrap(create())
    plain(batch(4, 3))
    wrapped(batch(4, 3))
    wrapped.layer.set_weights(plain.get_weights())
    plain(batch(4, 3))
    wrapped(batch(4, 3))
    self.assertLen(plain.losses, 3)
    self.assertAllClose(sorted(wrapped.losses), sorted(plain.losses))

  def testGradientIsThatOfTheLayerAtTheNewWeights(self):
    wrapped = wrap(layers.Dense(2, kernel_initializer='ones'))
    plain = layers.Dense(2, kernel_initializer=keras.initializers.Constant(0.5))
    for layer in (wrapped, plain):
      layer(batch(4, 3))
      step = compile_step(layer, 1.0, lambda x: ops.sum(ops.square(x)))
      step(batch(4, 3))
    self.assertAllClose(wrapped.slots[0].read_weight(), plain.kernel)
    self.assertAllClose(wrapped.layer.bias, plain.bias)

  def testTrainableIsThatOfTheLayer(self):
    frozen = wrap(layers.Dense(2, trainable=False))
    frozen(batch(4, 3))
    self.assertFalse(frozen.trainable)
    self.assertEmpty(frozen.trainable_weights)
    frozen.trainable = True
    self.assertTrue(frozen.layer.trainable)
    self.assertLen(frozen.trainable_weights, 2)
    frozen.trainable = False
    self.assertFalse(frozen.layer.trainable)
    copy = Wrapper.from_config(frozen.get_config())
    self.assertFalse(copy.trainable)
    self.assertFalse(copy.layer.trainable)

  def testFrozenNormalizationStaysInInferenceMode(self):
    wrapped = wrap(layers.BatchNormalization(trainable=False))
    outputs = train(wrapped, batch(4, 3))
    self.assertAllClose(outputs, batch(4, 3), 1e-3, 1e-2)
    self.assertAllEqual(wrapped.layer.moving_mean, np.zeros(3))


if __name__ == '__main__':
  tf.test.main()
