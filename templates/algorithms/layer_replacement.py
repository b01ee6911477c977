<% include 'license_header.txt' %>
"""The algorithm of the technique: the one file a contributor writes."""

import math

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops


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
    full = keras.initializers.Constant(_full_rank(tensor.shape))
    return {'rank': {'shape': [], 'dtype': 'int32', 'initializer': full}}

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
    rank = ops.cast(ops.round(full * (1.0 - level)), 'int32')
    return {'rank': ops.maximum(rank, 1)}

  def apply(self, tensor, state):
    """Cuts the kernel to the rank, if that makes the layer smaller."""

    def truncate():
      matrix = ops.reshape(tensor, [-1, tensor.shape[-1]])
      u, s, v = ops.svd(matrix, full_matrices=False)
      kept = ops.cast(ops.arange(s.shape[0]) < state['rank'], s.dtype)
      return ops.reshape(ops.matmul(u * (s * kept), v), tensor.shape)

    pays = state['rank'] <= _largest_rank_that_pays(tensor.shape)
    return ops.cond(pays, truncate, lambda: tensor + 0)

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
    matrix = ops.reshape(kernel, [-1, kernel.shape[-1]])
    u, s, v = ops.svd(matrix, full_matrices=False)
    root = ops.sqrt(s[:rank])
    left = ops.reshape(u[:, :rank] * root, [*kernel.shape[:-1], rank])
    right = v[:rank] * ops.reshape(root, [-1, 1])
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
    space = ()
    if size == 'filters':
      space = (None, None)
      right = ops.reshape(right, [1, 1, *right.shape])
      sizes = dict.fromkeys(['kernel_size', 'strides', 'dilation_rate'], 1)
      second |= {**sizes, 'padding': 'valid'}
    create = type(layer).from_config
    shapes = [(None, *space, size) for size in (kernel.shape[-2], rank)]
    return [
      base_algorithm.build_layer(create(first), shapes[0], [left]),
      base_algorithm.build_layer(create(second), shapes[1], [right, *bias]),
    ]

  def summarize(self, tensor, state):
    """Reports the rank, and by how much it is reduced."""
    rank = state['rank']
    full = _full_rank(tensor.shape)
    pays = rank <= _largest_rank_that_pays(tensor.shape)
    reduced = ops.where(pays, 1.0 - ops.cast(rank, 'float32') / full, 0.0)
    return {'rank': rank, '<<cookiecutter.level>>': reduced}


def _full_rank(shape):
  rows = math.prod(shape) // shape[-1]
  return min(rows, shape[-1])


def _largest_rank_that_pays(shape):
  """Returns the rank up to which two factors hold fewer weights than one."""
  columns = shape[-1]
  rows = math.prod(shape) // columns
  return (rows * columns - 1) // (rows + columns)
