"""Separable filters: a column, then a row."""

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Makes two of a convolution, one that is vertical and one horizontal.

  A kernel [height, width, inputs, outputs], seen as a matrix [height * inputs,
  width * outputs], is cut to the rank that the schedule asks for.

  Source: Jaderberg et al., "Speeding up convolutional neural networks with low
  rank expansions", https://arxiv.org/abs/1405.3866 (scheme 2).
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
    """Keeps the rank, at first the full one."""
    initializer = keras.initializers.Constant(min(_matrix_shape(tensor.shape)))
    return {'rank': {'shape': [], 'dtype': 'int32', 'initializer': initializer}}

  def update_state(self, tensor, state, level):
    """Reduces the rank to `1 - level` of the full rank, at least to 1."""
    del state
    full = min(_matrix_shape(tensor.shape))
    rank = ops.cast(ops.round(full * (1.0 - level)), 'int32')
    return {'rank': ops.maximum(rank, 1)}

  def apply(self, tensor, state):
    """Cuts the kernel to the rank, if that makes the layer smaller."""

    def truncate():
      u, s, v = _decompose(tensor)
      kept = ops.cast(ops.arange(s.shape[0]) < state['rank'], s.dtype)
      height, width, inputs, outputs = tensor.shape
      product = ops.matmul(u * (s * kept), v)
      product = ops.reshape(product, [height, inputs, width, outputs])
      return ops.swapaxes(product, 1, 2)

    pays = _pays(tensor.shape, state['rank'])
    return ops.cond(pays, truncate, lambda: tensor + 0)

  def replace(self, layer, states):
    """Builds two convolutions, or keeps one that is smaller than those."""
    rank = int(states[0]['rank'])
    kernel, *bias = layer.get_weights()
    if not _pays(kernel.shape, rank):
      return [layer]
    height, width, inputs, outputs = kernel.shape
    u, s, v = _decompose(ops.convert_to_tensor(kernel))
    column = ops.reshape((u * s)[:, :rank], [height, 1, inputs, rank])
    row = ops.reshape(v[:rank], [1, rank, width, outputs])
    row = ops.swapaxes(row, 1, 2)
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    first = {
      'activation': None,
      'activity_regularizer': None,
      'use_bias': False,
      'filters': rank,
      'name': f'{layer.name}_column',
    }
    second = {}
    for key in 'kernel_size', 'strides', 'dilation_rate':
      first[key] = (config[key][0], 1)
      second[key] = (1, config[key][1])
    create = keras.layers.Conv2D.from_config
    shapes = [(None, None, None, size) for size in (inputs, rank)]
    return [
      base_algorithm.build_layer(
        create({**config, **first}), shapes[0], [column]
      ),
      base_algorithm.build_layer(
        create({**config, **second}), shapes[1], [row, *bias]
      ),
    ]

  def summarize(self, tensor, state):
    """Reports by how much the rank is reduced."""
    full = min(_matrix_shape(tensor.shape))
    reduced = 1.0 - ops.cast(state['rank'], 'float32') / full
    pays = _pays(tensor.shape, state['rank'])
    return {'rank_reduction': ops.where(pays, reduced, 0.0)}


def _matrix_shape(shape):
  height, width, inputs, outputs = shape
  return height * inputs, width * outputs


def _pays(shape, rank):
  """Returns whether two factors hold fewer weights than one matrix."""
  rows, columns = _matrix_shape(shape)
  return rank * (rows + columns) < rows * columns


def _decompose(kernel):
  """Returns singular vectors, values and vectors of the kernel as a matrix."""
  shape = _matrix_shape(kernel.shape)
  matrix = ops.reshape(ops.swapaxes(kernel, 1, 2), shape)
  return ops.svd(matrix, full_matrices=False)
