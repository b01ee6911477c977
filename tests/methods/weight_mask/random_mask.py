"""Random pruning with a mask that is fixed by a seed."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Keeps a random subset of the weights, whatever their values.

  The seed puts the elements of a weight in an order, the same in each update.
  So what is pruned at one level is pruned at all higher ones, and two trainings
  have the same masks. Weights of the same shape share their order.

  Source: Liu et al., "The unreasonable effectiveness of random pruning: return
  of the most naive baseline for sparse training",
  https://arxiv.org/abs/2202.02643.

  Args:
    seed: Int, another one gives other masks.
  """

  def __init__(self, seed=0):
    self.seed = seed

  def create_state(self, weight):
    """Keeps one bool per element. The order is computed when it is needed."""
    return {
      'mask': {'shape': weight.shape, 'dtype': tf.bool, 'initializer': 'ones'}
    }

  def update_state(self, weight, state, level):
    """Masks the first `level` of all elements in the order of the seed."""
    del state
    size = weight.shape.num_elements()
    order = tf.random.stateless_uniform([size], seed=[self.seed, size])
    place = tf.argsort(tf.argsort(order))
    pruned = tf.cast(tf.round(level * size), tf.int32)
    pruned = tf.minimum(pruned, size - 1)  # One element is always kept.
    return {'mask': tf.reshape(place >= pruned, weight.shape)}

  def apply(self, weight, state):
    """Sets the masked elements to zero."""
    return weight * tf.cast(state['mask'], weight.dtype)

  def summarize(self, weight, state):
    """Reports the fraction of elements that are zero."""
    return {'sparsity': tf.math.zero_fraction(self.apply(weight, state))}

  def get_config(self):
    """See base class."""
    return {'seed': self.seed}
