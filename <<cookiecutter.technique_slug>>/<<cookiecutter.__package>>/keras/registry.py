<% include 'license_header.txt' %>
"""The built-in layers that the technique supports.

Which of their weights it works on or, if it works on outputs, which of those.
"""

# pylint: disable=protected-access

import functools
import operator

import numpy as np

from <<cookiecutter.__package>>.keras import cloning
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

# Built-in layers and the attributes that hold their technique weights.
_KERNELS = """
  Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose Dense
  EinsumDense LocallyConnected1D LocallyConnected2D
""".split()
_RNN_WEIGHTS = ['kernel', 'recurrent_kernel']
_WEIGHTS = {
  **dict.fromkeys(_KERNELS, ['kernel']),
  **dict.fromkeys(
    ['ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D'],
    [f'cell.{name}' for name in _RNN_WEIGHTS],
  ),
  'Embedding': ['embeddings'],
  'MultiHeadAttention': [
    f'_{name}_dense.kernel' for name in ('query', 'key', 'value', 'output')
  ],
  'SeparableConv1D': ['pointwise_kernel'],
  'SeparableConv2D': ['pointwise_kernel'],
}

# Built-in layers whose outputs are activations. Those with an argument
# `activation` have them, too, if `_is_activation` says so of that.
_ACTIVATIONS = ['ELU', 'LeakyReLU', 'PReLU', 'ReLU', 'ThresholdedReLU']
_MAY_ACTIVATE = [*_KERNELS, 'Activation', 'SeparableConv1D', 'SeparableConv2D']
_MAY_ACTIVATE += ['DepthwiseConv1D', 'DepthwiseConv2D']

# Built-in layers without technique weights: they have none at all, or so few
# (normalization, depthwise convolution) that changing them costs more accuracy
# than it saves bytes.
_NO_WEIGHTS = """
  Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention
  Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization
  CategoryEncoding CenterCrop Concatenate Cropping1D Cropping2D Cropping3D
  DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU Flatten
  GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
  GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D
  GlobalMaxPooling3D GroupNormalization Hashing Lambda LayerNormalization
  LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum
  Multiply Normalization PReLU Permute RandomContrast RandomFlip RandomRotation
  RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
  Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract
  SyncBatchNormalization ThresholdedReLU UnitNormalization UpSampling1D
  UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
""".split()

_RNN_LAYERS = ['RNN', 'LSTM', 'GRU', 'SimpleRNN']

# Layers that wrap other layers, and the attributes that hold those.
_WRAPPERS = {
  'Bidirectional': ['forward_layer', 'backward_layer'],
  'TimeDistributed': ['layer'],
}

# What Keras inserts for `x + y`, `x[:, 0]` or `tf.nn.gelu(x)`. They are not
# exported, and stand for operations rather than for layers.
_OPERATIONS = ['TFOpLambda', 'SlicingOpLambda', 'TensorFlowOpLayer']


def _table(names):
  """Maps classes, those of Keras API v1 included, to the values of names."""
  return {
    getattr(module, name): value
    for name, value in names.items()
    for module in compat.LAYERS
    if hasattr(module, name)
  }


def _cells(layer):
  is_stack = isinstance(layer.cell, keras.layers.StackedRNNCells)
  return layer.cell.cells if is_stack else [layer.cell]


def _has_interface(layer):
  return hasattr(layer, '<<cookiecutter.__getter>>')


def _is_activation(function):
  """Returns whether a function makes activations of what a layer computes.

  What it computes tells, not its name: `tf.nn.softmax`, a lambda around it and
  `keras.activations.softmax` are the same. Activations are not what leaves its
  input as it is (linear), and not what makes scores, such as (logarithms of)
  probabilities (softmax, sigmoid), where zeros would be wrong: values that
  depend on each other, or that lie between 0 and 1, or never above 0, and are
  far from 0 for an input of 0.
  """
  values = np.linspace(-8.0, 8.0, 17, dtype='float32')
  try:
    with compat.init_scope():  # Layers are built in graphs, too.
      results, others = (
        compat.to_numpy(function(ops.convert_to_tensor([inputs])))[0]
        for inputs in (values, np.append(values[:-1], [80.0]).astype('float32'))
      )
  except Exception:  # pylint: disable=broad-exception-caught
    return True  # It wants another shape, which only its layer knows.
  is_linear = np.array_equal(results, values)
  is_by_element = np.array_equal(results[:-1], others[:-1])
  zero, low, high = results[len(values) // 2], results.min(), results.max()
  is_probability = 0.0 < zero < 1.0 and low >= 0.0 and high <= 1.0
  is_logarithm = zero < 0.0 and high <= 0.0
  return is_by_element and not (is_linear or is_probability or is_logarithm)


def build_attention(layer):
  """Makes the weights of a `MultiHeadAttention` that was read from a config.

  Keras makes them when the layer is called, too late for loading a SavedModel.
  Other layers, and those that know no shapes yet, are left alone.
  """
  known = getattr(layer, '_built_from_signature', False)
  if type(layer) is not keras.layers.MultiHeadAttention or not known:
    return
  heads = [layer._num_heads, layer._value_dim]
  shapes = {
    layer._query_dense: layer._query_shape,
    layer._key_dense: layer._key_shape,
    layer._value_dense: layer._value_shape,
    layer._output_dense: [*layer._query_shape[:-1], *heads],
  }
  for dense, shape in shapes.items():
    if not dense.built:
      with compat.open_scope(f'{layer.name}/{dense.name}'):
        dense.build(shape)


class <<cookiecutter.__camel>>Registry:
  """Tells which layers are supported, and what of them.

  A layer is known by its exact class: a subclass may compute something else.

  >>> layer = keras.layers.Dense(4)
  >>> <<cookiecutter.__camel>>Registry.supports(layer)
  True
  """

  _LAYERS = _table({**_WEIGHTS, **dict.fromkeys(_NO_WEIGHTS, [])})
  _ACTIVATIONS = frozenset(_table(dict.fromkeys(_ACTIVATIONS)))
  _MAY_ACTIVATE = frozenset(_table(dict.fromkeys(_MAY_ACTIVATE)))
  _CELLS = _table({f'{name}Cell': _RNN_WEIGHTS for name in _RNN_LAYERS[1:]})
  _RNNS = frozenset(_table(dict.fromkeys(_RNN_LAYERS)))
  _CONTAINERS = _table(_WRAPPERS)

  @classmethod
  def supports(cls, layer):
    """Returns whether the registry knows the layer.

    Args:
      layer: A `keras.layers.Layer`. A layer of a class of its own is not known
        here, even with the interface for custom layers, but an RNN over a cell
        with that interface is.
    """
    kind = type(layer)
    if kind in cls._RNNS:
      cells = _cells(layer)
      return all(_has_interface(c) or type(c) in cls._CELLS for c in cells)
    if kind in cls._CONTAINERS:
      return all(cls.supports_or_custom(part) for part in cls._parts(layer))
    return kind in cls._LAYERS or cls.is_operation(layer)

  @classmethod
  def supports_or_custom(cls, layer):
    """Returns whether a layer can be wrapped: built in, or with the interface.

    Args:
      layer: Any object.
    """
    return _has_interface(layer) or cls.supports(layer)

  @classmethod
  def is_operation(cls, layer):
    """Returns whether a layer is what Keras makes of `x + y` in a model.

    Args:
      layer: Any object.
    """
    return type(layer).__name__ in _OPERATIONS

  @classmethod
  def get_weights(cls, layer):
    """Returns the technique weights of a layer that has been built.

    Args:
      layer: A layer for which `supports_or_custom` is True.

    Returns:
      A list of variables, empty for a layer without technique weights.

    Raises:
      AttributeError: If the layer has not created its weights yet.
      ValueError: If the layer is not supported.
    """
    if _has_interface(layer):
      return list(layer.<<cookiecutter.__getter>>())
    return cls._get_builtin_weights(layer)

  @classmethod
  def _get_builtin_weights(cls, layer):
    cls._check(layer)
    kind = type(layer)
    if kind in cls._RNNS:
      return sum((cls._get_cell_weights(cell) for cell in _cells(layer)), [])
    if kind in cls._CONTAINERS:
      return sum((cls.get_weights(part) for part in cls._parts(layer)), [])
    names = cls._LAYERS.get(kind, [])
    return [operator.attrgetter(name)(layer) for name in names]

  @classmethod
  def has_weights(cls, layer):
    """Returns whether a layer has technique weights, built or not.

    Args:
      layer: A `keras.layers.Layer`. One that is not supported has none.
    """
    if not cls.supports_or_custom(layer):
      return False
    kind = type(layer)
    if kind in cls._CONTAINERS:
      return any(cls.has_weights(part) for part in cls._parts(layer))
    known = kind in cls._RNNS or bool(cls._LAYERS.get(kind))
    return known or _has_interface(layer)

  @classmethod
  def get_activations(cls, layer):
    """Returns which outputs of a layer are activations.

    Args:
      layer: A layer for which `supports_or_custom` is True.

    Returns:
      A list of ints, positions among the outputs, empty for a layer without
      activations.

    Raises:
      ValueError: If the layer is not supported.
    """
    if _has_interface(layer):
      return list(layer.<<cookiecutter.__getter>>())
    return cls._get_builtin_activations(layer)

  @classmethod
  def _get_builtin_activations(cls, layer):
    cls._check(layer)
    activation = layer
    if type(layer) in cls._MAY_ACTIVATE:
      activation = layer.activation  # A layer, too, or a function.
    is_activation = type(activation) in cls._ACTIVATIONS
    if not isinstance(activation, keras.layers.Layer):
      is_activation = _is_activation(activation)
    return [0] if is_activation else []

  @classmethod
  def _parts(cls, layer):
    """Returns the layers in a layer that wraps others, or in its model."""
    held = [getattr(layer, name) for name in cls._CONTAINERS[type(layer)]]
    parts = [part for one in held for part in cloning.find_layers(one)]
    nothing = keras.layers.InputLayer
    return [part for part in parts if not isinstance(part, nothing)]

  @classmethod
  def _get_cell_weights(cls, cell):
    if _has_interface(cell):
      return list(cell.<<cookiecutter.__getter>>())
    return [getattr(cell, name) for name in cls._CELLS[type(cell)]]

  @classmethod
  def make_<<cookiecutter.__able>>(cls, layer):
    """Adds the method of the interface for custom layers to a built-in layer.

    Args:
      layer: A layer for which `supports` is True. It is changed in place.

    Returns:
      The same layer, with a method `<<cookiecutter.__getter>>`.

    Raises:
      ValueError: If the layer is not supported.
    """
    cls._check(layer)
    if not _has_interface(layer):
      layer.<<cookiecutter.__getter>> = functools.partial(
        cls._get_builtin_<<cookiecutter.__getter.split('_')[-1]>>, layer
      )
    return layer

  @classmethod
  def _check(cls, layer):
    if not cls.supports(layer):
      raise ValueError(f'Layer of {type(layer)} is not supported: {layer}.')
