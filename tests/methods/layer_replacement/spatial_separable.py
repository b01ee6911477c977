"""Separable filters: a column, then a row."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib


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
    return {
      'rank': {'shape': [], 'dtype': tf.int32, 'initializer': initializer}
    }

  def update_state(self, tensor, state, level):
    """Reduces the rank to `1 - level` of the full rank, at least to 1."""
    del state
    full = min(_matrix_shape(tensor.shape))
    rank = tf.cast(tf.round(full * (1.0 - level)), tf.int32)
    return {'rank': tf.maximum(rank, 1)}

  def apply(self, tensor, state):
    """Cuts the kernel to the rank, if that makes the layer smaller."""

    def truncate():
      s, u, v = _decompose(tensor)
      kept = tf.cast(tf.range(tf.size(s)) < state['rank'], s.dtype)
      product = tf.matmul(u * (s * kept), v, transpose_b=True)
      height, width, inputs, outputs = tensor.shape
      product = tf.reshape(product, [height, inputs, width, outputs])
      return tf.transpose(product, [0, 2, 1, 3])

    pays = _pays(tensor.shape, state['rank'])
    return tf.cond(pays, truncate, lambda: tf.identity(tensor))

  def replace(self, layer, states):
    """Builds two convolutions, or keeps one that is smaller than those."""
    rank = int(states[0]['rank'])
    kernel, *bias = layer.get_weights()
    if not _pays(kernel.shape, rank):
      return [layer]
    height, width, inputs, outputs = kernel.shape
    s, u, v = (
      part[..., :rank].numpy() for part in _decompose(tf.constant(kernel))
    )
    column = (u * s).reshape([height, 1, inputs, rank])
    row = v.reshape([1, width, outputs, rank]).swapaxes(2, 3)
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    first = {
      'activation': None,
      'activity_regularizer': None,
      'use_bias': False,
      'filters': rank,
      'name': f'{layer.name}_column',
      'weights': [column],
    }
    second = {'weights': [row, *bias]}
    for key in 'kernel_size', 'strides', 'dilation_rate':
      first[key] = (config[key][0], 1)
      second[key] = (1, config[key][1])
    return [
      keras.layers.Conv2D.from_config({**config, **part})
      for part in (first, second)
    ]

  def summarize(self, tensor, state):
    """Reports by how much the rank is reduced."""
    reduced = 1.0 - state['rank'] / min(_matrix_shape(tensor.shape))
    pays = _pays(tensor.shape, state['rank'])
    return {'rank_reduction': tf.where(pays, tf.cast(reduced, tf.float32), 0.0)}


def _matrix_shape(shape):
  height, width, inputs, outputs = shape
  return height * inputs, width * outputs


def _pays(shape, rank):
  """Returns whether two factors hold fewer weights than one matrix."""
  rows, columns = _matrix_shape(shape)
  return rank * (rows + columns) < rows * columns


def _decompose(kernel):
  """Returns singular values and vectors of the kernel as a matrix."""
  matrix = tf.reshape(
    tf.transpose(kernel, [0, 2, 1, 3]), _matrix_shape(kernel.shape)
  )
  return tf.linalg.svd(matrix)
