"""Low-rank factorization by a randomized range finder and QR."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib


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

    def project():
      basis, others = self._factorize(tensor, state['rank'])
      return tf.reshape(tf.matmul(basis, others), tensor.shape)

    return tf.cond(
      _pays(tensor.shape, state['rank']), project, lambda: tf.identity(tensor)
    )

  def _factorize(self, tensor, rank):
    """Returns matrices [inputs, rank] and [rank, outputs]."""
    matrix = tf.reshape(tensor, [-1, tensor.shape[-1]])
    shape = [tensor.shape[-1], rank]
    vectors = tf.random.stateless_normal(shape, seed=[0, 0], dtype=matrix.dtype)
    basis = tf.linalg.qr(tf.matmul(matrix, vectors)).q
    for _ in range(self.iterations):
      vectors = tf.linalg.qr(tf.matmul(matrix, basis, transpose_a=True)).q
      basis = tf.linalg.qr(tf.matmul(matrix, vectors)).q
    return basis, tf.matmul(basis, matrix, transpose_a=True)

  def replace(self, layer, states):
    """Builds two layers of the same class, or keeps one that is smaller."""
    rank = int(states[0]['rank'])
    kernel, *bias = layer.get_weights()
    if not _pays(kernel.shape, rank):
      return [layer]
    first, second = self._factorize(tf.constant(kernel), rank)
    config = layer.get_config()
    config.pop('batch_input_shape', None)
    inner = {
      'activation': None,
      'activity_regularizer': None,
      'use_bias': False,
    }
    inner['name'] = f'{layer.name}_basis'
    outer = {}
    if 'filters' in config:
      inner['filters'] = rank
      second = second[None, None]
      outer = {'strides': 1, 'dilation_rate': 1, 'kernel_size': 1}
    else:
      inner['units'] = rank
    first = tf.reshape(first, [*kernel.shape[:-1], rank]).numpy()
    weights = {'weights': [second.numpy(), *bias]}
    return [
      type(layer).from_config({**config, **inner, 'weights': [first]}),
      type(layer).from_config({**config, **outer, **weights}),
    ]

  def summarize(self, tensor, state):
    """Reports by how much the rank is reduced."""
    full = min(_matrix_shape(tensor.shape))
    reduced = 1.0 - tf.cast(state['rank'] / full, tf.float32)
    return {
      'rank_reduction': tf.where(
        _pays(tensor.shape, state['rank']), reduced, 0.0
      )
    }

  def get_config(self):
    """See base class."""
    return {'iterations': self.iterations}


def _matrix_shape(shape):
  """Returns the shape of a kernel seen as a matrix."""
  return tf.TensorShape(shape).num_elements() // shape[-1], shape[-1]


def _pays(shape, rank):
  """Returns whether two factors hold fewer weights than one matrix."""
  rows, columns = _matrix_shape(shape)
  return rank * (rows + columns) < rows * columns
