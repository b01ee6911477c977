<% include 'license_header.txt' %>
"""The algorithm of the technique: the one file a contributor writes."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import target as target_lib


@keras.utils.register_keras_serializable('<<cookiecutter.technique_slug>>')
class <<cookiecutter.__camel>>Algorithm(base_algorithm.Algorithm):
  """Truncated SVD: a layer becomes two smaller layers of a lower rank.

  A kernel, seen as a matrix [inputs, outputs], is cut to the rank that the
  schedule asks for, and trained on. The stripped model computes it as a product
  of two matrices: Dense becomes Dense, Dense; Conv2D becomes Conv2D, 1x1
  Conv2D. A layer for which two would not be smaller stays as it is.

  This is the baseline the template starts from. Replace the bodies of the
  methods by your own: `base_algorithm.Algorithm` says when each is called and
  with which shapes and dtypes. Nothing else has to change.

  Sources: Sainath et al., "Low-rank matrix factorization for deep neural
  network training with high-dimensional output targets", ICASSP 2013 (Dense);
  Denton et al., "Exploiting linear structure within convolutional networks for
  efficient evaluation", https://arxiv.org/abs/1404.0736 (convolutions).
  """

  target = target_lib.WeightOnUpdate()

  def accepts(self, layer):
    """Acts on plain dense layers and convolutions."""
    if type(layer) is keras.layers.Conv2D:
      return layer.groups == 1 and layer.data_format == 'channels_last'
    return type(layer) is keras.layers.Dense

  def create_state(self, tensor):
    """Keeps the rank, at first the full one."""
    return {
      'rank': {
        'shape': [],
        'dtype': tf.int32,
        'initializer': keras.initializers.Constant(_full_rank(tensor.shape)),
      }
    }

  def update_state(self, tensor, state, level):
    """Reduces the rank to `1 - level` of the full rank.

    Args:
      tensor: Tensor [..., inputs, outputs], floating point.
      state: Dict with 'rank', an int32 scalar tensor. Not used.
      level: float32 scalar tensor, the <<cookiecutter.__level_words>> in [0, 1).

    Returns:
      Dict with 'rank', an int32 scalar tensor, at least 1.
    """
    del state
    full = _full_rank(tensor.shape)
    rank = tf.cast(tf.round(full * (1.0 - level)), tf.int32)
    return {'rank': tf.maximum(rank, 1)}

  def apply(self, tensor, state):
    """Cuts the kernel to the rank, if that makes the layer smaller."""

    def truncate():
      s, u, v = tf.linalg.svd(tf.reshape(tensor, [-1, tensor.shape[-1]]))
      kept = tf.cast(tf.range(tf.size(s)) < state['rank'], s.dtype)
      product = tf.matmul(u * (s * kept), v, transpose_b=True)
      return tf.reshape(product, tensor.shape)

    pays = state['rank'] <= _largest_rank_that_pays(tensor.shape)
    return tf.cond(pays, truncate, lambda: tf.identity(tensor))

  def replace(self, layer, states):
    """Builds two layers from the largest singular values of the kernel.

    Args:
      layer: A `Dense` or `Conv2D`, its kernel cut to the rank.
      states: List with one dict, with 'rank', an int32 scalar tensor.

    Returns:
      A list of two layers of the same class, or of `layer` alone where two
      would not be smaller.
    """
    rank = int(states[0]['rank'])
    kernel, *bias = layer.get_weights()
    if rank > _largest_rank_that_pays(kernel.shape):
      return [layer]
    s, u, v = tf.linalg.svd(tf.reshape(kernel, [-1, kernel.shape[-1]]))
    root = tf.sqrt(s[:rank])
    left = tf.reshape(u[:, :rank] * root, [*kernel.shape[:-1], rank]).numpy()
    right = tf.transpose(v[:, :rank] * root).numpy()
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    size = 'filters' if 'filters' in config else 'units'
    first = {
      **config,
      size: rank,
      'name': f'{layer.name}_low_rank',
      'activation': None,
      'activity_regularizer': None,
      'use_bias': False,
    }
    second = config
    if size == 'filters':
      right = right.reshape([1, 1, *right.shape])
      second |= {
        'kernel_size': 1,
        'strides': 1,
        'dilation_rate': 1,
        'padding': 'valid',
      }
    # The values go with the configuration: the layers are not built yet.
    return [
      type(layer).from_config({**first, 'weights': [left]}),
      type(layer).from_config({**second, 'weights': [right, *bias]}),
    ]

  def summarize(self, tensor, state):
    """Reports the rank, and by how much it is reduced."""
    rank = state['rank']
    full = _full_rank(tensor.shape)
    pays = rank <= _largest_rank_that_pays(tensor.shape)
    reduced = tf.where(pays, 1.0 - tf.cast(rank / full, tf.float32), 0.0)
    return {'rank': rank, '<<cookiecutter.level>>': reduced}


def _full_rank(shape):
  rows = tf.TensorShape(shape).num_elements() // shape[-1]
  return min(rows, shape[-1])


def _largest_rank_that_pays(shape):
  """Returns the rank up to which two factors hold fewer weights than one."""
  columns = shape[-1]
  rows = tf.TensorShape(shape).num_elements() // columns
  return (rows * columns - 1) // (rows + columns)
