<% include 'license_header.txt' %>
"""Tests for the registry."""

import functools

from absl.testing import parameterized
import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import custom_layer
from <<cookiecutter.__package>>.keras import registry

Interface = custom_layer.<<cookiecutter.__able_camel>>Layer
Registry = registry.<<cookiecutter.__camel>>Registry
make_able = Registry.make_<<cookiecutter.__able>>
GETTER = '<<cookiecutter.__getter>>'
# What the getter of a layer that was made able returns.
get = Registry.get_<<cookiecutter.__getter.split('_')[-1]>>

layers = keras.layers

# Built-in layers with technique weights: how to create one, the shape of its
# input, and the weights.
_LAYERS = {
  'Conv1D': (lambda: layers.Conv1D(2, 3), (6, 3), ['kernel']),
  'Conv1DTranspose': (
    lambda: layers.Conv1DTranspose(2, 3),
    (6, 3),
    ['kernel'],
  ),
  'Conv2D': (lambda: layers.Conv2D(2, 3), (6, 6, 3), ['kernel']),
  'Conv2DTranspose': (
    lambda: layers.Conv2DTranspose(2, 3),
    (6, 6, 3),
    ['kernel'],
  ),
  'Conv3D': (lambda: layers.Conv3D(2, 3), (4, 4, 4, 3), ['kernel']),
  'Conv3DTranspose': (
    lambda: layers.Conv3DTranspose(2, 3),
    (4, 4, 4, 3),
    ['kernel'],
  ),
  'Dense': (lambda: layers.Dense(2), (3,), ['kernel']),
  'EinsumDense': (
    lambda: layers.EinsumDense('ab,bc->ac', output_shape=2),
    (3,),
    ['kernel'],
  ),
  'Embedding': (lambda: layers.Embedding(9, 2), (3,), ['embeddings']),
  'LocallyConnected1D': (
    lambda: layers.LocallyConnected1D(2, 3),
    (6, 3),
    ['kernel'],
  ),
  'LocallyConnected2D': (
    lambda: layers.LocallyConnected2D(2, 3),
    (6, 6, 3),
    ['kernel'],
  ),
  'SeparableConv1D': (
    lambda: layers.SeparableConv1D(2, 3),
    (6, 3),
    ['pointwise_kernel'],
  ),
  'SeparableConv2D': (
    lambda: layers.SeparableConv2D(2, 3),
    (6, 6, 3),
    ['pointwise_kernel'],
  ),
  'LSTM': (
    lambda: layers.LSTM(2),
    (4, 3),
    ['cell.kernel', 'cell.recurrent_kernel'],
  ),
  'GRU': (
    lambda: layers.GRU(2),
    (4, 3),
    ['cell.kernel', 'cell.recurrent_kernel'],
  ),
  'SimpleRNN': (
    lambda: layers.SimpleRNN(2),
    (4, 3),
    ['cell.kernel', 'cell.recurrent_kernel'],
  ),
  'RNN': (
    lambda: layers.RNN(layers.LSTMCell(2)),
    (4, 3),
    ['cell.kernel', 'cell.recurrent_kernel'],
  ),
  'Bidirectional': (
    lambda: layers.Bidirectional(layers.GRU(2)),
    (4, 3),
    [
      'forward_layer.cell.kernel',
      'forward_layer.cell.recurrent_kernel',
      'backward_layer.cell.kernel',
      'backward_layer.cell.recurrent_kernel',
    ],
  ),
  'TimeDistributed': (
    lambda: layers.TimeDistributed(layers.Dense(2)),
    (4, 3),
    ['layer.kernel'],
  ),
}
_WITH_WEIGHTS = tuple((name, *row) for name, row in _LAYERS.items())

# Built-in layers with an argument `activation` that is applied to the output.
_MAY_ACTIVATE = [
  layers.Activation,
  *(
    functools.partial(getattr(layers, name), 2, 3)
    for name in """
    Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose
    LocallyConnected1D LocallyConnected2D SeparableConv1D SeparableConv2D
    """.split()
  ),
  functools.partial(layers.Dense, 2),
  functools.partial(layers.DepthwiseConv1D, 3),
  functools.partial(layers.DepthwiseConv2D, 3),
  functools.partial(layers.EinsumDense, 'ab,bc->ac', 2),
]

# Built-in layers without technique weights, and the arguments they need.
_WITHOUT_WEIGHTS = {
  **dict.fromkeys(
    """
    Add AdditiveAttention Attention Average BatchNormalization Concatenate
    DepthwiseConv1D DepthwiseConv2D ELU Flatten GlobalAveragePooling1D
    GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D LayerNormalization LeakyReLU Masking
    Maximum Minimum Multiply PReLU ReLU Softmax Subtract ThresholdedReLU
    AveragePooling1D AveragePooling2D AveragePooling3D MaxPooling1D MaxPooling2D
    MaxPooling3D Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D
    UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    ActivityRegularization GroupNormalization UnitNormalization
    """.split(),
    (),
  ),
  **dict.fromkeys(
    """
    AlphaDropout Dropout GaussianDropout GaussianNoise Rescaling RepeatVector
    SpatialDropout1D SpatialDropout2D SpatialDropout3D
    """.split(),
    (1,),
  ),
  **dict.fromkeys(['DepthwiseConv1D', 'DepthwiseConv2D'], (3,)),
  'Activation': ('relu',),
  'Dot': (1,),
  'Lambda': (abs,),
  'Permute': ((1, 2),),
  'Reshape': ((1,),),
}
_ARE_ACTIVATIONS = [
  'Activation',
  'ELU',
  'LeakyReLU',
  'PReLU',
  'ReLU',
  'ThresholdedReLU',
]


class Cell(layers.Layer):
  """A recurrent cell that a user wrote."""

  def __init__(self, units, **kwargs):
    super().__init__(**kwargs)
    self.units = self.state_size = units

  def build(self, input_shape):
    shape = (input_shape[-1], self.units)
    self.kernel = self.add_weight(name='kernel', shape=shape)
    self.built = True

  def call(self, inputs, states):
    output = tf.matmul(inputs, self.kernel) + states[0]
    return output, [output]


class KnownCell(Cell, Interface):
  """The same, with the interface."""

  def <<cookiecutter.__getter>>(self):
    return [self.kernel]


class DenseLike(layers.Dense):
  """Computes what Dense does, but that cannot be known."""


class DenseWithInterface(DenseLike, Interface):
  """Says itself what its weights are."""

  def <<cookiecutter.__getter>>(self):
    return [self.kernel]


_UNSUPPORTED = (
  ('BuiltIn', lambda: layers.ConvLSTM2D(2, 3)),
  ('Custom', lambda: Cell(2)),
  ('Subclass', lambda: DenseLike(2)),
  ('RnnOverUnknownCell', lambda: layers.RNN(Cell(2))),
  ('StackOfUnknownCells', lambda: layers.RNN([layers.GRUCell(2), Cell(2)])),
  ('BidirectionalOverUnknown', lambda: layers.Bidirectional(_unknown_rnn())),
  ('TimeDistributedOverUnknown', lambda: layers.TimeDistributed(DenseLike(2))),
)


def _unknown_rnn():
  return layers.RNN(Cell(2))


def call_on_zeros(layer, shape):
  keras.Sequential([layer])(tf.zeros((2, *shape)))


def attribute(layer, path):
  for name in path.split('.'):
    layer = getattr(layer, name)
  return layer


class SupportsTest(tf.test.TestCase, parameterized.TestCase):
  """Which layers the registry knows."""

  @parameterized.named_parameters(*_WITH_WEIGHTS)
  def testKnowsLayersWithWeights(self, create, unused_shape, unused_names):
    self.assertTrue(Registry.supports(create()))

  def testKnowsLayersWithoutWeights(self):
    for name, arguments in _WITHOUT_WEIGHTS.items():
      layer = getattr(layers, name)(*arguments)
      self.assertTrue(Registry.supports(layer), name)
      self.assertEmpty(Registry.get_weights(layer), name)
      self.assertFalse(Registry.has_weights(layer), name)

  def testKnowsAttentionOverHeads(self):
    self.assertTrue(Registry.supports(layers.MultiHeadAttention(2, 3)))

  @parameterized.named_parameters(
    ('Sync', lambda: layers.experimental.SyncBatchNormalization()),
    ('V1', lambda: tf.compat.v1.keras.layers.BatchNormalization()),
    ('Frozen', lambda: layers.BatchNormalization(trainable=False)),
  )
  def testKnowsEachBatchNormalization(self, create):
    self.assertTrue(Registry.supports(create()))

  @parameterized.named_parameters(
    ('V1', lambda: tf.compat.v1.keras.layers.LSTM(2)),
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

  @parameterized.named_parameters(*_UNSUPPORTED)
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

  def testKnowsOperationsInAModel(self):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, tf.nn.relu(inputs[:, 1:] * 2.0))
    operations = model.layers[1:]
    self.assertNotEmpty(operations)
    for layer in operations:
      self.assertTrue(Registry.is_operation(layer), layer)
      self.assertTrue(Registry.supports(layer), layer)
    self.assertFalse(Registry.is_operation(layers.Dense(2)))


class WeightsTest(tf.test.TestCase, parameterized.TestCase):
  """Which weights are the technique's."""

  def assertSameObjects(self, found, expected):
    self.assertEqual([id(w) for w in found], [id(w) for w in expected])

  @parameterized.named_parameters(*_WITH_WEIGHTS)
  def testReturnsWeightsOnceTheyExist(self, create, shape, names):
    layer = create()
    self.assertTrue(Registry.has_weights(layer))
    with self.assertRaises(AttributeError):
      Registry.get_weights(layer)
    call_on_zeros(layer, shape)
    expected = [attribute(layer, name) for name in names]
    self.assertSameObjects(Registry.get_weights(layer), expected)
    self.assertTrue(Registry.has_weights(layer))

  @parameterized.named_parameters(*_WITH_WEIGHTS)
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
    layer(tf.zeros((1, 4, 6)), tf.zeros((1, 4, 6)))
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


class ActivationsTest(tf.test.TestCase, parameterized.TestCase):
  """Which outputs are activations."""

  @parameterized.named_parameters(
    ('None', None, []),
    ('Linear', 'linear', []),
    ('Softmax', 'softmax', []),
    ('Sigmoid', 'sigmoid', []),
    ('HardSigmoid', 'hard_sigmoid', []),
    ('Relu', 'relu', [0]),
    ('Tanh', 'tanh', [0]),
    ('Function', lambda x: x, [0]),
    ('Layer', layers.LeakyReLU, [0]),
  )
  def testActivationOfALayerDecides(self, activation, expected):
    if activation is layers.LeakyReLU:
      activation = activation()
    for create in _MAY_ACTIVATE:
      layer = create(activation=activation)
      found = Registry.get_activations(layer)
      self.assertEqual(found, expected, type(layer).__name__)

  def testLayersThatAreActivations(self):
    for name, arguments in _WITHOUT_WEIGHTS.items():
      layer = getattr(layers, name)(*arguments)
      expected = [0] if name in _ARE_ACTIVATIONS else []
      self.assertEqual(Registry.get_activations(layer), expected, name)
    for layer in (layers.LSTM(2), layers.MultiHeadAttention(2, 3)):
      self.assertEmpty(Registry.get_activations(layer))

  def testLayerWithInterfaceSaysItself(self):
    class TwoOutputs(layers.Layer, Interface):
      """The second output holds activations."""

      def <<cookiecutter.__getter>>(self):
        return (1,)

    self.assertEqual(Registry.get_activations(TwoOutputs()), [1])


class GetterTest(tf.test.TestCase, parameterized.TestCase):
  """A built-in layer gets the method that custom layers have."""

  @parameterized.named_parameters(
    *_WITH_WEIGHTS,
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

  @parameterized.named_parameters(*_UNSUPPORTED)
  def testRefusesWhatTheRegistryDoesNotKnow(self, create):
    layer = create()
    for function in (make_able, Registry.get_weights, Registry.get_activations):
      with self.assertRaisesRegex(ValueError, type(layer).__name__):
        function(layer)
    self.assertFalse(hasattr(layer, GETTER))


if __name__ == '__main__':
  tf.test.main()
