<% include 'license_header.txt' %>
"""Layers of all kinds: those that the registry knows, and others."""

import functools

from <<cookiecutter.__package>>.keras import custom_layer
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

Interface = custom_layer.<<cookiecutter.__able_camel>>Layer

layers = keras.layers

# Built-in layers with technique weights: the arguments to create one, the shape
# of its input, and the weights.
_KERNEL, _CELL = ['kernel'], ['cell.kernel', 'cell.recurrent_kernel']
_WAYS = ('forward', 'backward')
_LAYERS = {
  'Conv1D': ((2, 3), (6, 3), _KERNEL),
  'Conv1DTranspose': ((2, 3), (6, 3), _KERNEL),
  'Conv2D': ((2, 3), (6, 6, 3), _KERNEL),
  'Conv2DTranspose': ((2, 3), (6, 6, 3), _KERNEL),
  'Conv3D': ((2, 3), (4, 4, 4, 3), _KERNEL),
  'Conv3DTranspose': ((2, 3), (4, 4, 4, 3), _KERNEL),
  'ConvLSTM1D': ((2, 3), (4, 6, 3), _CELL),
  'ConvLSTM2D': ((2, 3), (2, 4, 4, 3), _CELL),
  'ConvLSTM3D': ((2, 3), (2, 3, 3, 3, 2), _CELL),
  'Dense': ((2,), (3,), _KERNEL),
  'EinsumDense': (('ab,bc->ac', 2), (3,), _KERNEL),
  'Embedding': ((9, 2), (3,), ['embeddings']),
  'LocallyConnected1D': ((2, 3), (6, 3), _KERNEL),
  'LocallyConnected2D': ((2, 3), (6, 6, 3), _KERNEL),
  'SeparableConv1D': ((2, 3), (6, 3), ['pointwise_kernel']),
  'SeparableConv2D': ((2, 3), (6, 6, 3), ['pointwise_kernel']),
  'LSTM': ((2,), (4, 3), _CELL),
  'GRU': ((2,), (4, 3), _CELL),
  'SimpleRNN': ((2,), (4, 3), _CELL),
}
# Name, function, shape of the input, weights.
WITH_WEIGHTS = (
  *(
    (name, functools.partial(getattr(layers, name), *arguments), *row)
    for name, (arguments, *row) in _LAYERS.items()
    if hasattr(layers, name)
  ),
  ('RNN', lambda: layers.RNN(layers.LSTMCell(2)), (4, 3), _CELL),
  (
    'Bidirectional',
    lambda: layers.Bidirectional(layers.GRU(2)),
    (4, 3),
    [f'{way}_layer.{name}' for way in _WAYS for name in _CELL],
  ),
  (
    'TimeDistributed',
    lambda: layers.TimeDistributed(layers.Dense(2)),
    (4, 3),
    ['layer.kernel'],
  ),
)

# Built-in layers with an argument `activation` that is applied to the output.
MAY_ACTIVATE = [
  layers.Activation,
  *(
    functools.partial(getattr(layers, name), 2, 3)
    for name in """
    Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose
    LocallyConnected1D LocallyConnected2D SeparableConv1D SeparableConv2D
    """.split()
    if hasattr(layers, name)
  ),
  functools.partial(layers.Dense, 2),
  functools.partial(layers.DepthwiseConv1D, 3),
  functools.partial(layers.DepthwiseConv2D, 3),
  functools.partial(layers.EinsumDense, 'ab,bc->ac', 2),
]

# Built-in layers without technique weights, and the arguments they need.
WITHOUT_WEIGHTS = {
  **dict.fromkeys(
    """
    Add AdditiveAttention Attention Average BatchNormalization Concatenate
    DepthwiseConv1D DepthwiseConv2D ELU Flatten GlobalAveragePooling1D
    GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D LayerNormalization LeakyReLU Masking
    Maximum Minimum Multiply PReLU ReLU Softmax Subtract ThresholdedReLU
    Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D
    UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    ActivityRegularization GroupNormalization UnitNormalization
    """.split(),
    (),
  ),
  **dict.fromkeys(
    """
    AlphaDropout Dropout GaussianDropout GaussianNoise Rescaling RepeatVector
    SpatialDropout1D SpatialDropout2D SpatialDropout3D AveragePooling1D
    AveragePooling2D AveragePooling3D MaxPooling1D MaxPooling2D MaxPooling3D
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
WITHOUT_WEIGHTS = {
  name: row for name, row in WITHOUT_WEIGHTS.items() if hasattr(layers, name)
}
ARE_ACTIVATIONS = ['Activation', 'ELU', 'LeakyReLU', 'PReLU', 'ReLU']
if test_settings.has('keras_2_layers'):
  ARE_ACTIVATIONS.append('ThresholdedReLU')


@keras.utils.register_keras_serializable('test_layers')
class Cell(layers.Layer):
  """A recurrent cell that a user wrote.

  Attributes:
    kernel: The weight, once the cell is built.
  """

  def __init__(self, units, **kwargs):
    super().__init__(**kwargs)
    self.units = self.state_size = units

  def build(self, input_shape):
    """Creates the kernel."""
    shape = (input_shape[-1], self.units)
    self.kernel = self.add_weight(name='kernel', shape=shape)
    self.built = True

  def call(self, inputs, states):
    """Adds to the state, which is the output, too."""
    output = ops.matmul(inputs, self.kernel) + states[0]
    return output, [output]

  def get_config(self):
    """See base class."""
    return {**super().get_config(), 'units': self.units}


class KnownCell(Cell, Interface):
  """The same, with the interface."""

  def <<cookiecutter.__getter>>(self):
    """Returns the kernel."""
    return [self.kernel]


class DenseLike(layers.Dense):
  """Computes what Dense does, but that cannot be known."""


class DenseWithInterface(DenseLike, Interface):
  """Says itself what its weights are."""

  def <<cookiecutter.__getter>>(self):
    """Returns the kernel."""
    return [self.kernel]


UNSUPPORTED = (
  ('BuiltIn', lambda: layers.RandomCrop(2, 3)),
  ('Custom', lambda: Cell(2)),
  ('Subclass', lambda: DenseLike(2)),
  ('RnnOverUnknownCell', lambda: layers.RNN(Cell(2))),
  ('StackOfUnknownCells', lambda: layers.RNN([layers.GRUCell(2), Cell(2)])),
  ('BidirectionalOverUnknown', lambda: layers.Bidirectional(_unknown_rnn())),
  ('TimeDistributedOverUnknown', lambda: layers.TimeDistributed(DenseLike(2))),
)


def _unknown_rnn():
  return layers.RNN(Cell(2))


def _small():
  return keras.Sequential([layers.Dense(4), layers.Dense(2)])


RELU = {'activation': 'relu'}

# Small layers to train, of each kind that has technique weights or activations:
# name, function, shape of the input.
KINDS = (
  ('Conv1D', lambda: layers.Conv1D(4, 2, **RELU), (3, 6)),
  ('Conv1DTranspose', lambda: layers.Conv1DTranspose(4, 2, **RELU), (3, 6)),
  ('Conv2D', lambda: layers.Conv2D(4, 2, **RELU), (4, 6, 1)),
  ('Conv2DTranspose', lambda: layers.Conv2DTranspose(4, 2, **RELU), (4, 6, 1)),
  ('Conv3D', lambda: layers.Conv3D(2, 2, **RELU), (3, 4, 3, 2)),
  ('Conv3DTranspose', lambda: layers.Conv3DTranspose(2, 2), (3, 4, 3, 2)),
  ('DepthwiseConv1D', lambda: layers.DepthwiseConv1D(2, **RELU), (3, 6)),
  ('DepthwiseConv2D', lambda: layers.DepthwiseConv2D(2, **RELU), (4, 6, 1)),
  ('SeparableConv1D', lambda: layers.SeparableConv1D(4, 3, **RELU), (3, 6)),
  ('SeparableConv2D', lambda: layers.SeparableConv2D(4, 2, **RELU), (4, 6, 2)),
  ('Dense', lambda: layers.Dense(4, **RELU), (6,)),
  ('EinsumDense', lambda: layers.EinsumDense('abc,cd->abd', (3, 4)), (3, 6)),
  ('LSTM', lambda: layers.LSTM(4), (3, 6)),
  ('GRU', lambda: layers.GRU(4), (3, 6)),
  ('SimpleRNN', lambda: layers.SimpleRNN(4), (3, 6)),
  ('Cell', lambda: layers.RNN(layers.GRUCell(4)), (3, 6)),
  ('Cells', lambda: layers.RNN([layers.LSTMCell(4)] * 2), (3, 4)),
  ('Bidirectional', lambda: layers.Bidirectional(layers.GRU(4)), (3, 6)),
  ('TimeDistributed', lambda: layers.TimeDistributed(layers.Dense(4)), (3, 6)),
  ('TimeDistributedModel', lambda: layers.TimeDistributed(_small()), (3, 6)),
  ('ConvLSTM1D', lambda: layers.ConvLSTM1D(2, 2), (3, 6, 1)),
  ('ConvLSTM2D', lambda: layers.ConvLSTM2D(2, 2), (3, 4, 3, 1)),
  ('ReLU', layers.ReLU, (6,)),
  ('Activation', lambda: layers.Activation('tanh'), (6,)),
)
if test_settings.has('keras_2_layers'):
  KINDS += (
    ('LocallyConnected1D', lambda: layers.LocallyConnected1D(4, 2), (3, 6)),
    ('LocallyConnected2D', lambda: layers.LocallyConnected2D(4, 2), (4, 6, 1)),
  )
