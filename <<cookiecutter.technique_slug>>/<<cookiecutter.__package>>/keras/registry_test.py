<% include 'license_header.txt' %>
"""Tests for the registry."""

from absl.testing import parameterized
import tensorflow as tf

from <<cookiecutter.__package>>.keras import custom_layer
from <<cookiecutter.__package>>.keras import registry
from <<cookiecutter.__package>>.keras import test_layers
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

Interface = custom_layer.<<cookiecutter.__able_camel>>Layer
Registry = registry.<<cookiecutter.__camel>>Registry
make_able = Registry.make_<<cookiecutter.__able>>
GETTER = '<<cookiecutter.__getter>>'
# What the getter of a layer that was made able returns.
get = Registry.get_<<cookiecutter.__getter.split('_')[-1]>>

DenseWithInterface = test_layers.DenseWithInterface
KnownCell = test_layers.KnownCell

layers = keras.layers


def call_on_zeros(layer, shape):
  keras.Sequential([layer])(ops.zeros((2, *shape)))


def attribute(layer, path):
  for name in path.split('.'):
    layer = getattr(layer, name)
  return layer


class SupportsTest(test_models.TestCase):
  """Which layers the registry knows."""

  @parameterized.named_parameters(*test_layers.WITH_WEIGHTS)
  def testKnowsLayersWithWeights(self, create, unused_shape, unused_names):
    self.assertTrue(Registry.supports(create()))

  def testKnowsLayersWithoutWeights(self):
    for name, arguments in test_layers.WITHOUT_WEIGHTS.items():
      layer = getattr(layers, name)(*arguments)
      self.assertTrue(Registry.supports(layer), name)
      self.assertEmpty(Registry.get_weights(layer), name)
      self.assertFalse(Registry.has_weights(layer), name)

  def testKnowsAttentionOverHeads(self):
    self.assertTrue(Registry.supports(layers.MultiHeadAttention(2, 3)))

  @parameterized.named_parameters(
    ('Plain', lambda: layers.BatchNormalization()),
    ('Frozen', lambda: layers.BatchNormalization(trainable=False)),
  )
  def testKnowsEachBatchNormalization(self, create):
    self.assertTrue(Registry.supports(create()))

  @parameterized.named_parameters(
    ('Sync', lambda: layers.experimental.SyncBatchNormalization()),
    ('Normalization', lambda: tf.compat.v1.keras.layers.BatchNormalization()),
    ('LSTM', lambda: tf.compat.v1.keras.layers.LSTM(2)),
  )
  @test_settings.needs('keras_2_layers')
  def testKnowsLayersThatKeras3HasNot(self, create):
    self.assertTrue(Registry.supports(create()))

  @parameterized.named_parameters(
    ('OneCell', lambda: layers.RNN(layers.GRUCell(2))),
    (
      'Stack',
      lambda: layers.RNN(
        [layers.LSTMCell(2), layers.GRUCell(2), layers.SimpleRNNCell(2)],
      ),
    ),
    ('CustomCell', lambda: layers.RNN(KnownCell(2))),
    ('StackWithCustom', lambda: layers.RNN([KnownCell(2), layers.GRUCell(2)])),
  )
  def testKnowsRecurrentLayersByTheirCells(self, create):
    self.assertTrue(Registry.supports(create()))

  @parameterized.named_parameters(*test_layers.UNSUPPORTED)
  def testDoesNotKnow(self, create):
    layer = create()
    self.assertFalse(Registry.supports(layer))
    self.assertFalse(Registry.supports_or_custom(layer))
    self.assertFalse(Registry.has_weights(layer))

  def testInterfaceMakesALayerUsableButNotBuiltIn(self):
    layer = DenseWithInterface(2)
    self.assertFalse(Registry.supports(layer))
    self.assertTrue(Registry.supports_or_custom(layer))

  def testLayerWithInterfaceMayBeInsideAContainer(self):
    layer = layers.TimeDistributed(DenseWithInterface(2))
    self.assertTrue(Registry.supports(layer))
    call_on_zeros(layer, (4, 3))
    self.assertLen(Registry.get_weights(layer), 1)
    self.assertIs(Registry.get_weights(layer)[0], layer.layer.kernel)

  def testClassIsNotALayer(self):
    for something in (layers.Dense, layers.Dropout, object(), None, 'Dense'):
      self.assertFalse(Registry.supports(something), something)

  @test_settings.needs('keras_2_layers')
  def testKnowsOperationsInAModel(self):
    inputs = keras.Input((4,))
    outputs = keras.activations.relu(inputs[:, 1:] * 2.0)
    model = keras.Model(inputs, outputs)
    operations = model.layers[1:]
    self.assertNotEmpty(operations)
    for layer in operations:
      self.assertTrue(Registry.is_operation(layer), layer)
      self.assertTrue(Registry.supports(layer), layer)
    self.assertFalse(Registry.is_operation(layers.Dense(2)))


class WeightsTest(test_models.TestCase):
  """Which weights are the technique's."""

  def assertSameObjects(self, found, expected):
    self.assertEqual([id(w) for w in found], [id(w) for w in expected])

  @parameterized.named_parameters(*test_layers.WITH_WEIGHTS)
  def testReturnsWeightsOnceTheyExist(self, create, shape, names):
    layer = create()
    self.assertTrue(Registry.has_weights(layer))
    with self.assertRaises(AttributeError):
      Registry.get_weights(layer)
    call_on_zeros(layer, shape)
    expected = [attribute(layer, name) for name in names]
    self.assertSameObjects(Registry.get_weights(layer), expected)
    self.assertTrue(Registry.has_weights(layer))

  @parameterized.named_parameters(*test_layers.WITH_WEIGHTS)
  def testRegistryLeavesNoTraceOnTheLayer(self, create, shape, unused_names):
    layer = create()
    call_on_zeros(layer, shape)
    before = set(vars(layer))
    Registry.supports(layer)
    Registry.has_weights(layer)
    Registry.get_weights(layer)
    Registry.get_activations(layer)
    self.assertEqual(set(vars(layer)), before)

  def testAttentionHasOneWeightPerProjection(self):
    layer = layers.MultiHeadAttention(2, 3, value_dim=5)
    self.assertTrue(Registry.has_weights(layer))
    with self.assertRaises(AttributeError):
      Registry.get_weights(layer)
    layer(keras.Input((4, 6)), keras.Input((4, 6)))
    shapes = [tuple(w.shape) for w in Registry.get_weights(layer)]
    self.assertEqual(shapes, [(6, 2, 3), (6, 2, 3), (6, 2, 5), (2, 5, 6)])

  def testStackHasTheWeightsOfAllItsCells(self):
    first, second, third = layers.LSTMCell(4), layers.GRUCell(3), KnownCell(3)
    layer = layers.RNN([first, second, third])
    call_on_zeros(layer, (4, 3))
    self.assertSameObjects(
      Registry.get_weights(layer),
      [
        first.kernel,
        first.recurrent_kernel,
        second.kernel,
        second.recurrent_kernel,
        third.kernel,
      ],
    )

  @parameterized.named_parameters(
    ('Custom', lambda: DenseWithInterface(2), True),
    ('Cell', lambda: layers.RNN(KnownCell(2)), True),
    ('Inside', lambda: layers.TimeDistributed(DenseWithInterface(2)), True),
    ('NoneInside', lambda: layers.TimeDistributed(layers.Dropout(0.1)), False),
    ('NoLayer', object, False),
  )
  def testTellsWhetherThereAreWeights(self, create, expected):
    self.assertIs(Registry.has_weights(create()), expected)


class ActivationsTest(test_models.TestCase):
  """Which outputs are activations."""

  @parameterized.named_parameters(
    ('None', None, []),
    ('Linear', 'linear', []),
    ('Softmax', 'softmax', []),
    ('Sigmoid', 'sigmoid', []),
    ('HardSigmoid', 'hard_sigmoid', []),
    ('Relu', 'relu', [0]),
    ('Tanh', 'tanh', [0]),
    ('Gelu', 'gelu', [0]),
    ('Swish', 'swish', [0]),
    ('Softplus', 'softplus', [0]),
    ('IdentityOperation', ops.copy, []),
    ('SoftmaxOperation', ops.softmax, []),
    ('LogSoftmaxOperation', ops.log_softmax, []),
    ('LogSigmoidOperation', ops.log_sigmoid, []),
    ('ReluOperation', ops.relu6, [0]),
    ('Identity', lambda x: x, []),
    ('Temperature', lambda x: ops.softmax(x / 2.0), []),
    ('Square', lambda x: ops.relu(x) ** 2, [0]),
    ('OfAnotherShape', lambda x: ops.relu(x[:, 1:3, 1:3]), [0]),
    ('Layer', layers.LeakyReLU, [0]),
    ('SoftmaxLayer', layers.Softmax, []),
  )
  def testActivationOfALayerDecides(self, activation, expected):
    if activation in (layers.LeakyReLU, layers.Softmax):
      activation = activation()
    for create in test_layers.MAY_ACTIVATE:
      layer = create(activation=activation)
      found = Registry.get_activations(layer)
      self.assertEqual(found, expected, type(layer).__name__)

  def testLayersThatAreActivations(self):
    for name, arguments in test_layers.WITHOUT_WEIGHTS.items():
      layer = getattr(layers, name)(*arguments)
      expected = [0] if name in test_layers.ARE_ACTIVATIONS else []
      self.assertEqual(Registry.get_activations(layer), expected, name)
    for layer in (layers.LSTM(2), layers.MultiHeadAttention(2, 3)):
      self.assertEmpty(Registry.get_activations(layer))

  def testLayerWithInterfaceSaysItself(self):
    class TwoOutputs(layers.Layer, Interface):
      """The second output holds activations."""

      def <<cookiecutter.__getter>>(self):
        return (1,)

    self.assertEqual(Registry.get_activations(TwoOutputs()), [1])


class GetterTest(test_models.TestCase):
  """A built-in layer gets the method that custom layers have."""

  @parameterized.named_parameters(
    *test_layers.WITH_WEIGHTS,
    ('Activation', lambda: layers.Dense(2, activation='relu'), (3,), ()),
    ('Nothing', lambda: layers.Dropout(0.5), (3,), ()),
  )
  def testReturnsWhatTheRegistryReturns(self, create, shape, unused_names):
    layer = create()
    self.assertFalse(hasattr(layer, GETTER))
    self.assertIs(make_able(make_able(layer)), layer)
    call_on_zeros(layer, shape)
    found = getattr(layer, GETTER)()
    delattr(layer, GETTER)  # The registry would ask it.
    self.assertEqual(list(map(id, found)), list(map(id, get(layer))))

  @parameterized.named_parameters(*test_layers.UNSUPPORTED)
  def testRefusesWhatTheRegistryDoesNotKnow(self, create):
    layer = create()
    for function in (make_able, Registry.get_weights, Registry.get_activations):
      with self.assertRaisesRegex(ValueError, type(layer).__name__):
        function(layer)
    self.assertFalse(hasattr(layer, GETTER))


if __name__ == '__main__':
  tf.test.main()
