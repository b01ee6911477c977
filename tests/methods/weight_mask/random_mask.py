"""Random pruning with a mask that is fixed by a seed."""

import math

import numpy as np

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


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
    seed: Int from 0 on, another one gives other masks.
  """

  def __init__(self, seed=0):
    self.seed = seed

  def create_state(self, weight):
    """Keeps one bool per element. The order is computed when it is needed."""
    return {
      'mask': {'shape': weight.shape, 'dtype': 'bool', 'initializer': 'ones'}
    }

  def update_state(self, weight, state, level):
    """Masks the first `level` of all elements in the order of the seed."""
    del state
    size = math.prod(weight.shape)
    place = ops.argsort(ops.argsort(self._draw(size)))
    pruned = base_algorithm.count(level, size)
    pruned = ops.minimum(pruned, size - 1)  # One element is always kept.
    return {'mask': ops.reshape(place >= pruned, weight.shape)}

  def _draw(self, size):
    """Returns different numbers, as if at random, the same on each backend.

    They are hashes of 0, 1, 2 and so on: multiplied, with what is over 32 bits
    cut off, by odd numbers that the seed decides on. So a program that computes
    them need not hold as many numbers as there are weights.
    """
    numbers = ops.arange(size, dtype='int32')
    random = np.random.default_rng([self.seed, size])
    for factor in random.integers(2**30, size=3):
      high = ops.bitwise_and(ops.right_shift(numbers, 16), 2**16 - 1)
      numbers = ops.bitwise_xor(numbers, high) * (2 * int(factor) + 1)
    return numbers

  def apply(self, weight, state):
    """Sets the masked elements to zero."""
    return weight * ops.cast(state['mask'], weight.dtype)

  def summarize(self, weight, state):
    """Reports the fraction of elements that are zero."""
    is_zero = ops.equal(self.apply(weight, state), 0)
    return {'sparsity': ops.mean(ops.cast(is_zero, 'float32'))}

  def get_config(self):
    """See base class."""
    return {'seed': self.seed}
