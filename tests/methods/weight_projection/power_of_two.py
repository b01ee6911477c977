"""Incremental network quantization to powers of two."""

import numpy as np

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops

_FREE = -128  # The code of a weight that is trained.


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Makes weights zero or plus or minus a power of two, the largest first.

  A weight that is quantized keeps its value, and the others are trained on to
  make up for it. The strength is the fraction of weights that are quantized.

  Source: Zhou et al., "Incremental network quantization: towards lossless CNNs
  with low-precision weights", https://arxiv.org/abs/1702.03044.

  Args:
    bits: Int in [3, 8]. There are `2 ** (bits - 2)` powers of two, each with
      either sign, and zero.

  Raises:
    ValueError: If `bits` is out of range.
  """

  target = target_lib.Weight()

  def __init__(self, bits=5):
    if not 3 <= bits <= 8:
      raise ValueError(f'`bits` must be in [3, 8]. Received: {bits}.')
    self.bits = bits

  def create_state(self, tensor):
    """Keeps a code for each weight, and the smallest exponent of two."""
    return {
      'code': {
        'shape': tensor.shape,
        'dtype': 'int8',
        'initializer': keras.initializers.Constant(_FREE),
      },
      'exponent': {'shape': [], 'dtype': 'int32', 'initializer': 'zeros'},
    }

  def update_state(self, tensor, state, level):
    """Quantizes weights until the fraction `level` of them is.

    Args:
      tensor: Tensor of any shape, floating point.
      state: Dict with 'code', an int8 tensor of the same shape: the sign times
        one more than the exponent above the smallest, zero, or `_FREE`. And
        with 'exponent', an int32 scalar tensor.
      level: float32 scalar tensor, the fraction of weights in [0, 1).

    Returns:
      Dict with the same keys.
    """
    is_free = ops.equal(state['code'], _FREE)
    magnitude = ops.abs(ops.cast(tensor, 'float32'))
    # Between two powers of two the arithmetic mean decides.
    nearest = _exponent(magnitude * (4 / 3))
    count = 2 ** (self.bits - 2)
    smallest = ops.max(nearest) + 1 - count
    is_first = ops.all(is_free)
    smallest = ops.where(is_first, smallest, state['exponent'])
    code = ops.clip(nearest - smallest, 0, count - 1) + 1
    is_zero = magnitude < _power(smallest - 1)
    code = ops.where(is_zero, 0, code) * ops.cast(ops.sign(tensor), 'int32')

    # What is quantized stays so: it comes first.
    priority = ops.where(is_free, magnitude, np.finfo('float32').max)
    size = ops.size(priority)
    wanted = ops.ceil(level * ops.cast(size, 'float32'))
    wanted = ops.minimum(ops.cast(wanted, 'int32'), size)
    index = size - ops.maximum(wanted, 1)
    threshold = base_algorithm.select(priority, index)
    is_new = ops.logical_and(priority >= threshold, wanted > 0)
    is_new = ops.logical_and(is_new, is_free)
    code = ops.where(is_new, ops.cast(code, 'int8'), state['code'])
    return {'code': code, 'exponent': smallest}

  def apply(self, tensor, state):
    """Puts quantized weights back to their values."""
    code = ops.cast(state['code'], 'int32')
    power = _power(ops.abs(code) - 1 + state['exponent'])
    value = ops.cast(ops.sign(code), 'float32') * power
    value = ops.cast(value, tensor.dtype)
    return ops.where(ops.equal(code, _FREE), tensor, value)

  def summarize(self, tensor, state):
    """Reports the fraction of weights that are quantized."""
    quantized = ops.cast(ops.not_equal(state['code'], _FREE), 'float32')
    return {'strength': ops.mean(quantized)}

  def get_config(self):
    """See base class."""
    return {'bits': self.bits}


# A float32 holds its exponent, plus 127, from bit 23 on. Those bits are exact,
# and the logarithms of some backends are not.


def _exponent(magnitude):
  """Returns the exponent of two of floats that are not negative."""
  return ops.right_shift(ops.view(magnitude, 'int32'), 23) - 127


def _power(exponent):
  """Returns two to the power of an int32 tensor, the least one for less."""
  exponent = ops.maximum(exponent, -126) + 127
  return ops.view(ops.left_shift(exponent, 23), 'float32')
