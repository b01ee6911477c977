<% include 'license_header.txt' %>
"""Tests for the wrapper."""

import json

from absl.testing import parameterized
import numpy as np
import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import checked_algorithm
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import wrapper

Wrapper = wrapper.<<cookiecutter.__wrapper>>
collect = wrapper.collect_<<cookiecutter.__able>>_layers
Constant = schedule.Constant<<cookiecutter.__level_camel>>
ENTRY = '<<cookiecutter.__entry>>'

layers = keras.layers


@keras.utils.register_keras_serializable('wrapper_test')
class Clip(base_algorithm.Algorithm):
  """Clips weights, or outputs, to a bound: the level of the last update."""

  def __init__(self, start=100.0, a_target=None):
    self.start = start
    self.specs = []
    self.target = a_target or target_lib.Weight()

  def create_state(self, weight):
    self.specs.append(weight)
    initializer = keras.initializers.Constant(self.start)
    return {
      'bound': {'shape': [], 'dtype': weight.dtype, 'initializer': initializer},
      'updates': {'shape': [], 'dtype': tf.float64, 'initializer': 'zeros'},
    }

  def update_state(self, weight, state, level):
    return {
      'bound': tf.cast(level, weight.dtype),
      'updates': state['updates'] + 1,
    }

  def apply(self, weight, state):
    return tf.clip_by_value(weight, -state['bound'], state['bound'])

  def finish(self, weight, state):
    return tf.sign(weight) * state['bound']

  def summarize(self, weight, state):
    return {'updates': state['updates']}

  def get_config(self):
    return {'start': self.start}


def wrap(layer, level=0.5, frequency=1, **kwargs):
  return Wrapper(layer, Constant(level, 0, -1, frequency), Clip(), **kwargs)


def batch(*shape):
  return tf.constant(np.random.RandomState(0).normal(size=shape), tf.float32)


def train(layer, *args, **kwargs):
  """Calls a layer as the first training step does."""
  layer(*args, **kwargs)  # Creates the variables.
  layer.step.assign(0)
  return layer(*args, training=True, **kwargs)


class ConstructionTest(tf.test.TestCase, parameterized.TestCase):
  """What the wrapper takes."""

  def testEverythingButTheLayerHasADefault(self):
    wrapped = Wrapper(layers.Dense(2))
    self.assertIsInstance(wrapped.schedule, Constant)
    self.assertIsInstance(wrapped.algorithm, base_algorithm.Algorithm)
    checked = checked_algorithm.CheckedAlgorithm
    self.assertIsInstance(wrapped.checked, checked)

  def testNameSaysTechniqueAndLayer(self):
    self.assertEqual(wrap(layers.Dense(2, name='top')).name, f'{ENTRY}_top')
    self.assertEqual(Wrapper.__name__.lower(), ENTRY.replace('_', ''))

  @parameterized.named_parameters(
    ('NoLayer', lambda: Wrapper(object()), 'object'),
    ('ClassOfLayers', lambda: Wrapper(layers.Dense), 'Dense'),
    ('Unsupported', lambda: Wrapper(layers.ConvLSTM2D(2, 3)), 'ConvLSTM2D'),
    ('Schedule', lambda: Wrapper(layers.Dense(2), 0.5), 'schedule'),
    ('ScheduleClass', lambda: Wrapper(layers.Dense(2), Constant), 'schedule'),
    ('Algorithm', lambda: Wrapper(layers.Dense(2), None, 'a'), 'algorithm'),
    ('AlgorithmClass', lambda: Wrapper(layers.Dense(2), None, Clip), 'Clip'),
  )
  def testRefusesWrongTypes(self, create, named):
    with self.assertRaisesRegex(ValueError, named):
      create()

  def testInputShapeBuildsAModel(self):
    for wrapped in (
      wrap(layers.Embedding(10, 4), input_shape=(5,)),
      wrap(layers.Embedding(10, 4, input_shape=(5,))),
    ):
      model = keras.Sequential([wrapped])
      self.assertTrue(model.built)
      self.assertEqual(model.output_shape, (None, 5, 4))


class TechniqueVarsTest(tf.test.TestCase, parameterized.TestCase):
  """The variables of the algorithm."""

  @parameterized.named_parameters(
    ('Dense', lambda: layers.Dense(2), (3,), 1),
    ('Conv2D', lambda: layers.Conv2D(2, 3), (6, 6, 3), 1),
    ('Embedding', lambda: layers.Embedding(10, 4), (3,), 1),
    ('LSTM', lambda: layers.LSTM(2), (4, 3), 2),
    ('Stack', lambda: layers.RNN([layers.GRUCell(2)] * 2), (4, 2), 4),
    ('Two', lambda: layers.Bidirectional(layers.GRU(2)), (4, 3), 4),
    ('Dropout', lambda: layers.Dropout(0.5), (3,), 0),
    ('BatchNormalization', lambda: layers.BatchNormalization(), (3,), 0),
  )
  def testOneTuplePerTechniqueWeight(self, create, shape, count):
    wrapped = wrap(create())
    self.assertEqual((wrapped.technique_vars, wrapped.slots), ((), []))
    model = keras.Sequential([wrapped])
    model.build((2, *shape))
    self.assertLen(wrapped.technique_vars, count)
    for weight, bound, updates in wrapped.technique_vars:
      self.assertIn(id(weight), [id(w) for w in wrapped.layer.weights])
      self.assertEqual((bound.dtype, updates.dtype), (tf.float32, tf.float64))
      self.assertAllClose(bound, 100.0)
    names = [variable.name for variable in model.weights]
    self.assertLen(set(names), len(names), names)

  def testAttentionGetsThemInItsFirstCall(self):
    wrapped = wrap(layers.MultiHeadAttention(2, 3))
    wrapped(batch(1, 4, 6), batch(1, 5, 6))
    self.assertLen(wrapped.technique_vars, 4)
    names = [variable.name for variable in wrapped.weights]
    self.assertLen(set(names), len(names), names)

  def testEachVariableIsHeldOnceAndNotTrained(self):
    wrapped = wrap(layers.Dense(2))
    wrapped(batch(1, 3))
    ((kernel, bound, updates),) = wrapped.technique_vars
    (slot,) = wrapped.slots
    self.assertIs(kernel, wrapped.layer.kernel)
    self.assertIs(slot.weight, kernel)
    self.assertIs(slot.state['bound'], bound)
    self.assertIs(slot.state['updates'], updates)
    expected = [kernel, wrapped.layer.bias, wrapped.step, bound, updates]
    self.assertCountEqual(map(id, wrapped.weights), map(id, expected))
    self.assertLen(wrapped.trainable_weights, 2)
    path = tf.train.Checkpoint(wrapped).save(self.get_temp_dir() + '/saved')
    shapes = [shape for _, shape in tf.train.list_variables(path)]
    self.assertEqual(shapes.count([3, 2]), 1, shapes)

  def testOutputsHaveStateButNoWeight(self):
    dense = layers.Dense(2, activation='relu', name='top')
    wrapped = Wrapper(dense, algorithm=Clip(3.0, target_lib.Output()))
    wrapped(batch(1, 3))
    ((bound, updates),) = wrapped.technique_vars
    self.assertEqual((bound.numpy(), updates.numpy()), (3.0, 0))
    self.assertEqual(wrapped.slots[0].path, 'top/output')
    self.assertIsNone(wrapped.slots[0].weight)
    spec = tf.TensorSpec((None, 2), tf.float32)
    self.assertTrue(wrapped.algorithm.specs[0].is_compatible_with(spec))

  def testLayerThatTheAlgorithmDoesNotAcceptComputesAsEver(self):
    wrapped = wrap(layers.Dense(2), level=0.0)
    wrapped.algorithm.accepts = lambda layer: layer is not wrapped.layer
    outputs = train(wrapped, batch(1, 3))
    self.assertAllEqual(outputs, wrapped.layer(batch(1, 3)))
    self.assertEmpty(wrapped.slots)
    self.assertEqual(wrapped.strip(), [wrapped.layer])

  def testLayerThatIsBuiltKeepsItsWeights(self):
    layer = layers.Dense(2)
    layer(batch(1, 3))
    kernel, values = layer.kernel, layer.kernel.numpy()
    wrapped = wrap(layer)
    wrapped(batch(1, 3))
    self.assertIs(wrapped.technique_vars[0][0], kernel)
    self.assertAllEqual(kernel, values)

  @parameterized.named_parameters(
    ('Float32', 'float32', tf.float32),
    ('Float64', 'float64', tf.float64),
    ('Mixed', 'mixed_float16', tf.float32),
  )
  def testAlgorithmLearnsShapeAndDtypeOfTheVariable(self, policy, dtype):
    wrapped = wrap(layers.Dense(2, dtype=policy))
    outputs = train(wrapped, batch(4, 3))
    self.assertEqual(wrapped.algorithm.specs, [tf.TensorSpec((3, 2), dtype)])
    self.assertEqual(outputs.dtype, wrapped.layer.compute_dtype)
    self.assertEqual(wrapped.technique_vars[0][1].dtype, dtype)


class CallTest(tf.test.TestCase, parameterized.TestCase):
  """What a call does, in training and else."""

  def testInferenceOnlyCallsTheLayer(self):
    layer = layers.Dense(2)
    wrapped = wrap(layer)
    for training in (None, False, tf.constant(False)):
      outputs = wrapped(batch(4, 3), training=training)
      self.assertAllEqual(outputs, layer(batch(4, 3)))
      self.assertEqual(wrapped.step.numpy(), -1)
      self.assertEqual(wrapped.technique_vars[0][2].numpy(), 0)

  @parameterized.named_parameters(
    ('Eager', False, bool),
    ('Graph', True, bool),
    ('TensorInEager', False, tf.constant),
    ('TensorInGraph', True, tf.constant),
  )
  def testTrainingUsesWhatTheAlgorithmMakesOfTheWeights(self, graph, flag):
    wrapped = wrap(layers.Dense(2, kernel_initializer='ones'))
    wrapped(batch(4, 3))
    wrapped.step.assign(0)
    call = tf.function(wrapped) if graph else wrapped
    for step in (1, 2, 3):
      wrapped.layer.kernel.assign(tf.ones((3, 2)))
      outputs = call(batch(4, 3), training=flag(True))
      self.assertAllClose(outputs, batch(4, 3) @ tf.fill((3, 2), 0.5))
      self.assertAllClose(wrapped.layer.kernel, tf.fill((3, 2), 0.5))
      self.assertEqual(wrapped.step.numpy(), step)
      self.assertEqual(wrapped.technique_vars[0][2].numpy(), step)

  def testUpdatesOnScheduleButAppliesInEveryStep(self):
    wrapped = wrap(layers.Dense(2, kernel_initializer='ones'), frequency=3)
    wrapped(batch(4, 3))
    wrapped.step.assign(0)
    updates = []
    for _ in range(7):
      wrapped.layer.kernel.assign(tf.ones((3, 2)))
      wrapped(batch(4, 3), training=True)
      updates.append(int(wrapped.technique_vars[0][2]))
      largest = 0.5 if updates[-1] else 1.0
      self.assertAllClose(wrapped.layer.kernel, tf.fill((3, 2), largest))
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
    inputs = tf.ones((1, 3))
    self.assertAllClose(train(wrapped, inputs), [[3.0]])  # No update yet.
    wrapped(inputs, training=True)
    self.assertEqual(wrapped.slots[0].state['updates'].numpy(), 1)
    dense.kernel.assign(tf.ones((3, 1)))  # What an optimizer may do.
    outputs = wrapped(inputs, training=True)
    self.assertAllClose((dense.kernel[0, 0], outputs[0, 0]), between)
    wrapped.settle()
    outputs = wrapped(inputs)
    self.assertAllClose((dense.kernel[0, 0], outputs[0, 0]), settled)

  def testSettleStripAndSummarizeAskTheAlgorithm(self):
    wrapped = wrap(layers.Dense(2, kernel_initializer='ones', name='top'))
    train(wrapped, batch(4, 3))
    ((name, value),) = wrapped.summarize().items()
    self.assertEqual(name, f'{wrapped.slots[0].path}/updates')
    self.assertEndsWith(name, 'top/kernel/updates')
    self.assertEqual(value.numpy(), 1)
    for value, settled, stripped in ((-7.0, -0.5, -0.5), (0.2, 0.2, 0.5)):
      wrapped.layer.kernel.assign(tf.fill((3, 2), value))
      wrapped.settle()
      self.assertAllClose(wrapped.layer.kernel, tf.fill((3, 2), settled))
      self.assertEqual(wrapped.strip(), [wrapped.layer])
      self.assertAllClose(wrapped.layer.kernel, tf.fill((3, 2), stripped))

  def testAdvanceCountsAndAsksTheSchedule(self):
    wrapped = wrap(layers.Dense(2), level=0.25, frequency=2)
    wrapped(batch(4, 3))
    with self.assertRaises(tf.errors.InvalidArgumentError):
      wrapped.advance(wrapped.step)
    wrapped.step.assign(0)
    for due in (False, True):
      found = wrapped.run_on_replicas(lambda step, _: wrapped.advance(step))
      self.assertAllEqual(found, (due, 0.25))
    self.assertEqual(wrapped.step.numpy(), 2)

  def testPassesFurtherArgumentsToTheLayer(self):
    recurrent, inputs = layers.SimpleRNN(2), batch(4, 5, 3)
    mask = tf.sequence_mask([1, 2, 3, 4], 5)
    for kwargs in ({'initial_state': batch(4, 2)}, {'mask': mask}):
      outputs = wrap(recurrent)(inputs, **kwargs)
      self.assertAllEqual(outputs, recurrent(inputs, **kwargs))
      self.assertNotAllClose(outputs, recurrent(inputs))
    attention = layers.MultiHeadAttention(2, 3)
    query, value = batch(2, 4, 6), batch(2, 5, 6)
    mask = tf.cast(batch(2, 4, 5) > 0, tf.bool)
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
    tokens = tf.constant([[1, 2, 0, 0], [3, 0, 0, 0]])
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
    row = wrap(layer)(tf.constant([3001.0]))
    self.assertAllClose(row[0], layer.embeddings.value()[3001], 1e-3, 1e-3)

  def testShapes(self):
    self.assertEqual(wrap(layers.Dense(2)).compute_output_shape((4, 3)), (4, 2))
    self.assertTrue(wrap(layers.Dense(2)).supports_masking)
    self.assertFalse(wrap(layers.Conv2D(2, 3)).supports_masking)


class TrainingTest(tf.test.TestCase):
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

    def gradients(call, layer):
      with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(call()))
      return tape.gradient(loss, layer.trainable_weights)

    plain(batch(4, 3))
    actual = gradients(lambda: train(wrapped, batch(4, 3)), wrapped.layer)
    self.assertLen(actual, 2)
    for one, other in zip(
      actual, gradients(lambda: plain(batch(4, 3)), plain), strict=True
    ):
      self.assertAllClose(one, other)

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
    self.assertAllEqual(wrapped.layer.moving_mean, tf.zeros(3))


class ConfigTest(tf.test.TestCase):
  """A wrapper survives its configuration."""

  def testKeepsLayerScheduleAndAlgorithm(self):
    layer = layers.Dense(2, activation='relu', name='top')
    wrapped = Wrapper(layer, Constant(0.3, 4, 50, 7), Clip(start=3.0))
    config = json.loads(json.dumps(wrapped.get_config()))
    loaded = Wrapper.from_config(config)
    self.assertEqual(config, json.loads(json.dumps(wrapped.get_config())))
    self.assertEqual(loaded.get_config(), wrapped.get_config())
    self.assertEqual(loaded.layer.get_config(), layer.get_config())
    self.assertEqual(vars(loaded.schedule), vars(wrapped.schedule))
    self.assertIsInstance(loaded.algorithm, Clip)
    self.assertEqual(loaded.algorithm.start, 3.0)

  def testModelOfWrappersIsMadeFromItsConfig(self):
    model = keras.Sequential([wrap(layers.Conv2D(2, 3)), wrap(layers.ReLU())])
    model.build((1, 6, 6, 1))
    scope = {Wrapper.__name__: Wrapper}
    loaded = keras.Sequential.from_config(model.get_config(), scope)
    self.assertEqual(loaded.get_config(), model.get_config())
    self.assertIsInstance(loaded.layers[0], Wrapper)


class CollectTest(tf.test.TestCase):
  """The wrappers in a model."""

  def testFindsAllWrappersInOrder(self):
    inner = keras.Sequential([wrap(layers.Dropout(0.1)), layers.Dense(2)])
    cells = layers.RNN([layers.LSTMCell(4), layers.GRUCell(2)])
    expected = [wrap(cells), inner.layers[0], wrap(layers.Flatten())]
    model = keras.Sequential([expected[0], layers.ReLU(), inner, expected[2]])
    self.assertEqual(collect(model), expected)
    model.build((2, 5, 3))
    self.assertEqual(collect(model), expected)

  def testFindsNoneInAPlainModel(self):
    self.assertEqual(collect(keras.Sequential([layers.Dense(2)])), [])


if __name__ == '__main__':
  tf.test.main()
