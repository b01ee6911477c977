"""Low-rank factorization by a randomized range finder and QR."""

import math

import numpy as np

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Makes two layers of one, without a singular value decomposition.

  The kernel, seen as a matrix A = [inputs, outputs], is multiplied by a few
  random vectors. An orthonormal basis Q of what they span is almost as good as
  the leading singular vectors: A becomes Q (Q^T A), a product of two matrices.

  Source: Halko et al., "Finding structure with randomness: probabilistic
  algorithms for constructing approximate matrix decompositions",
  https://arxiv.org/abs/0909.4061.

  Args:
    iterations: Int, how often the vectors are multiplied by the matrix and its
      transpose. More come closer to the singular vectors.
  """

  target = target_lib.WeightOnUpdate()

  def __init__(self, iterations=2):
    self.iterations = iterations

  def accepts(self, layer):
    """Acts on plain dense layers and convolutions."""
    if type(layer) is keras.layers.Conv2D:
      return layer.groups == 1 and layer.data_format == 'channels_last'
    return type(layer) is keras.layers.Dense

  def create_state(self, tensor):
    """Keeps the rank, at first the full one."""
    full = min(_matrix_shape(tensor.shape))
    initializer = keras.initializers.Constant(full)
    return {'rank': {'shape': [], 'dtype': 'int32', 'initializer': initializer}}

  def update_state(self, tensor, state, level):
    """Reduces the rank to `1 - level` of the full rank, at least to 1."""
    del state
    full = min(_matrix_shape(tensor.shape))
    rank = ops.cast(ops.round(full * (1.0 - level)), 'int32')
    return {'rank': ops.maximum(rank, 1)}

  def apply(self, tensor, state):
    """Cuts the kernel to the rank, if that makes the layer smaller."""

    def project():
      basis, others = self._factorize(tensor)
      kept = ops.arange(basis.shape[-1]) < state['rank']
      basis = basis * ops.cast(kept, basis.dtype)
      return ops.reshape(ops.matmul(basis, others), tensor.shape)

    pays = _pays(tensor.shape, state['rank'])
    return ops.cond(pays, project, lambda: tensor + 0)

  def _factorize(self, tensor):
    """Returns matrices [inputs, full rank] and [full rank, outputs].

    The first columns and rows do not depend on how many follow, so those for a
    lower rank are the first ones.
    """
    matrix = ops.reshape(tensor, [-1, tensor.shape[-1]])
    transposed = ops.transpose(matrix)
    size = [tensor.shape[-1], min(_matrix_shape(tensor.shape))]
    vectors = np.random.default_rng(0).normal(size=size)
    vectors = ops.cast(vectors, matrix.dtype)
    basis, _ = ops.qr(ops.matmul(matrix, vectors))
    for _ in range(self.iterations):
      vectors, _ = ops.qr(ops.matmul(transposed, basis))
      basis, _ = ops.qr(ops.matmul(matrix, vectors))
    return basis, ops.matmul(ops.transpose(basis), matrix)

  def replace(self, layer, states):
    """Builds two layers of the same class, or keeps one that is smaller."""
    rank = int(states[0]['rank'])
    kernel, *bias = layer.get_weights()
    if not _pays(kernel.shape, rank):
      return [layer]
    first, second = self._factorize(ops.convert_to_tensor(kernel))
    first = ops.reshape(first[:, :rank], [*kernel.shape[:-1], rank])
    second = second[:rank]
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    inner = {
      'activation': None,
      'activity_regularizer': None,
      'use_bias': False,
    }
    inner['name'] = f'{layer.name}_basis'
    outer, space = {}, ()
    if 'filters' in config:
      inner['filters'] = rank
      second = second[None, None]
      outer = {'strides': 1, 'dilation_rate': 1, 'kernel_size': 1}
      space = (None, None)
    else:
      inner['units'] = rank
    create = type(layer).from_config
    shapes = [(None, *space, size) for size in (kernel.shape[-2], rank)]
    return [
      base_algorithm.build_layer(
        create({**config, **inner}), shapes[0], [first]
      ),
      base_algorithm.build_layer(
        create({**config, **outer}), shapes[1], [second, *bias]
      ),
    ]

  def summarize(self, tensor, state):
    """Reports by how much the rank is reduced."""
    full = min(_matrix_shape(tensor.shape))
    reduced = 1.0 - ops.cast(state['rank'], 'float32') / full
    pays = _pays(tensor.shape, state['rank'])
    return {'rank_reduction': ops.where(pays, reduced, 0.0)}

  def get_config(self):
    """See base class."""
    return {'iterations': self.iterations}


def _matrix_shape(shape):
  """Returns the shape of a kernel seen as a matrix."""
  return math.prod(shape) // shape[-1], shape[-1]


def _pays(shape, rank):
  """Returns whether two factors hold fewer weights than one matrix."""
  rows, columns = _matrix_shape(shape)
  return rank * (rows + columns) < rows * columns
