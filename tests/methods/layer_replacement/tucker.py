"""Tucker-2 decomposition of convolutions."""

import math

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Makes three of a convolution: 1x1, a smaller one, 1x1.

  The kernel is projected on the leading singular vectors of its inputs and of
  its outputs, by a higher-order SVD. The schedule gives the rank of both; the
  paper finds it by a Bayesian method instead.

  Source: Kim et al., "Compression of deep convolutional neural networks for
  fast and low power mobile applications", https://arxiv.org/abs/1511.06530.
  """

  target = target_lib.WeightOnUpdate()

  def accepts(self, layer):
    """Acts on plain two-dimensional convolutions that are not 1x1."""
    return (
      type(layer) is keras.layers.Conv2D
      and layer.kernel_size != (1, 1)
      and layer.groups == 1
      and layer.data_format == 'channels_last'
    )

  def create_state(self, tensor):
    """Keeps the ranks of inputs and outputs, at first the full ones."""
    return {
      'ranks': {
        'shape': [2],
        'dtype': 'int32',
        'initializer': keras.initializers.Constant(list(tensor.shape[-2:])),
      }
    }

  def update_state(self, tensor, state, level):
    """Reduces both ranks to `1 - level` of the full ones, at least to 1."""
    del state
    full = ops.cast(list(tensor.shape[-2:]), 'float32')
    ranks = ops.maximum(ops.round(full * (1.0 - level)), 1.0)
    return {'ranks': ops.cast(ranks, 'int32')}

  def apply(self, tensor, state):
    """Cuts the kernel to the ranks, if that makes the layer smaller."""
    ranks = state['ranks']

    def project():
      value = tensor
      for axis, equation in (2, 'hwio,ij->hwjo'), (3, 'hwio,oj->hwij'):
        vectors = _singular_vectors(tensor, axis)
        first = vectors.shape[-1] - ranks[axis - 2]
        kept = ops.arange(vectors.shape[-1]) >= first
        vectors = vectors * ops.cast(kept, vectors.dtype)
        projection = ops.matmul(vectors, ops.transpose(vectors))
        value = ops.einsum(equation, value, projection)
      return value

    pays = _size(tensor.shape, ranks) < math.prod(tensor.shape)
    return ops.cond(pays, project, lambda: tensor + 0)

  def replace(self, layer, states):
    """Builds three convolutions, or keeps one that is smaller than those."""
    ranks = [int(rank) for rank in states[0]['ranks']]
    kernel, *bias = layer.get_weights()
    if _size(kernel.shape, ranks) >= kernel.size:
      return [layer]
    kernel = ops.convert_to_tensor(kernel)
    inputs, outputs = (
      _singular_vectors(kernel, axis)[:, -rank:]
      for axis, rank in zip((2, 3), ranks, strict=True)
    )
    core = ops.einsum('hwio,ij,ok->hwjk', kernel, inputs, outputs)
    last = ops.transpose(outputs)[None, None]
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    inner = {
      'activation': None,
      'activity_regularizer': None,
      'use_bias': False,
    }
    point = {
      'kernel_size': 1,
      'strides': 1,
      'dilation_rate': 1,
      'padding': 'valid',
    }
    parts = [
      {**inner, **point, 'filters': ranks[0], 'name': f'{layer.name}_inputs'},
      {**inner, 'filters': ranks[1], 'name': f'{layer.name}_core'},
      point,
    ]
    weights = [[inputs[None, None]], [core], [last, *bias]]
    return [
      base_algorithm.build_layer(
        keras.layers.Conv2D.from_config({**config, **part}),
        (None, None, None, values[0].shape[-2]),
        values,
      )
      for part, values in zip(parts, weights, strict=True)
    ]

  def summarize(self, tensor, state):
    """Reports by how much the ranks are reduced, on average."""
    ranks = state['ranks']
    pays = _size(tensor.shape, ranks) < math.prod(tensor.shape)
    full = ops.cast(list(tensor.shape[-2:]), 'float32')
    reduced = 1.0 - ops.mean(ops.cast(ranks, 'float32') / full)
    return {'rank_reduction': ops.where(pays, reduced, 0.0)}


def _singular_vectors(kernel, axis):
  """Returns the left singular vectors of an unfolding, the leading one last."""
  others = [other for other in range(4) if other != axis]
  return ops.eigh(ops.tensordot(kernel, kernel, [others, others]))[1]


def _size(shape, ranks):
  """Returns how many weights three kernels have."""
  height, width, inputs, outputs = shape
  core = height * width * ranks[0] * ranks[1]
  return inputs * ranks[0] + core + ranks[1] * outputs
