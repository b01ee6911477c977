<% include 'license_header.txt' %>
"""Tests for the wrapper: what it takes, what it keeps, its configuration."""

import json

from absl.testing import parameterized
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import checked_algorithm
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras

Wrapper = test_algorithms.Wrapper
collect = test_algorithms.collect
Constant = test_algorithms.Constant
ENTRY = '<<cookiecutter.__entry>>'

Clip = test_algorithms.Clip
batch = test_algorithms.batch
train = test_algorithms.train
wrap = test_algorithms.wrap

layers = keras.layers


class ConstructionTest(test_models.TestCase):
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
    ('Unsupported', lambda: Wrapper(layers.RandomCrop(2, 3)), 'RandomCrop'),
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


class TechniqueVarsTest(test_models.TestCase):
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
      dtypes = map(compat.dtype_name, (bound.dtype, updates.dtype))
      self.assertEqual(list(dtypes), ['float32', 'float16'])
      self.assertAllClose(bound, 100.0)
    names = [compat.get_path(variable, model) for variable in model.weights]
    self.assertLen(set(names), len(names), names)

  def testAttentionGetsThemInItsFirstCall(self):
    wrapped = wrap(layers.MultiHeadAttention(2, 3))
    wrapped(batch(1, 4, 6), batch(1, 5, 6))
    self.assertLen(wrapped.technique_vars, 4)
    names = [compat.get_path(weight, wrapped) for weight in wrapped.weights]
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
    offset = [] if slot.offset is None else [slot.offset]  # See `compat`.
    expected = [kernel, wrapped.layer.bias, wrapped.step, bound, updates]
    expected += offset
    self.assertCountEqual(map(id, wrapped.weights), map(id, expected))
    self.assertLen(wrapped.trainable_weights, 2)

  @test_settings.needs('checkpoint')
  def testCheckpointHasEachWeightOnce(self):
    wrapped = wrap(layers.Dense(2))
    wrapped(batch(1, 3))
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
    self.assertEqual(tuple(wrapped.algorithm.specs[0].shape), (None, 2))
    self.assertEqual(wrapped.algorithm.specs[0].dtype, 'float32')

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

  @parameterized.parameters(*test_models.POLICIES)
  def testAlgorithmLearnsShapeAndDtypeOfTheVariable(self, policy):
    dtype = policy.replace('mixed_float16', 'float32')
    wrapped = wrap(layers.Dense(2, dtype=policy))
    outputs = train(wrapped, batch(4, 3))
    self.assertEqual(wrapped.algorithm.specs, [compat.Spec((3, 2), dtype)])
    dtypes = outputs.dtype, wrapped.technique_vars[0][1].dtype
    expected = [wrapped.layer.compute_dtype, dtype]
    self.assertEqual(list(map(compat.dtype_name, dtypes)), expected)


class ConfigTest(test_models.TestCase):
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


class CollectTest(test_models.TestCase):
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
