"""Incremental network quantization to powers of two."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib

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
        'dtype': tf.int8,
        'initializer': keras.initializers.Constant(_FREE),
      },
      'exponent': {'shape': [], 'dtype': tf.int32, 'initializer': 'zeros'},
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
    is_free = tf.equal(state['code'], _FREE)
    magnitude = tf.maximum(tf.cast(tf.abs(tensor), tf.float32), 1e-30)
    # Between two powers of two the arithmetic mean decides.
    nearest = tf.math.floor(tf.math.log(magnitude * 4 / 3) / tf.math.log(2.0))
    nearest = tf.cast(nearest, tf.int32)
    count = 2 ** (self.bits - 2)
    smallest = tf.reduce_max(nearest) + 1 - count
    is_first = tf.reduce_all(is_free)
    smallest = tf.where(is_first, smallest, state['exponent'])
    code = tf.clip_by_value(nearest - smallest, 0, count - 1) + 1
    is_zero = magnitude < tf.pow(2.0, tf.cast(smallest - 1, tf.float32))
    code = tf.where(is_zero, 0, code) * tf.cast(tf.sign(tensor), tf.int32)

    priority = tf.where(is_free, magnitude, magnitude.dtype.max)
    size = tf.cast(tf.size(priority), tf.float32)
    wanted = tf.cast(tf.math.ceil(level * size), tf.int32)
    wanted = tf.minimum(wanted, tf.size(priority))
    threshold = tf.raw_ops.NthElement(
      input=tf.reshape(priority, [-1]),
      n=tf.maximum(wanted - 1, 0),
      reverse=True,
    )
    is_new = is_free & (priority >= threshold) & (wanted > 0)
    code = tf.where(is_new, tf.cast(code, tf.int8), state['code'])
    return {'code': code, 'exponent': smallest}

  def apply(self, tensor, state):
    """Puts quantized weights back to their values."""
    code = tf.cast(state['code'], tf.int32)
    exponent = tf.abs(code) - 1 + state['exponent']
    power = tf.pow(
      tf.constant(2.0, tensor.dtype), tf.cast(exponent, tensor.dtype)
    )
    value = tf.cast(tf.sign(code), tensor.dtype) * power
    return tf.where(tf.equal(code, _FREE), tensor, value)

  def summarize(self, tensor, state):
    """Reports the fraction of weights that are quantized."""
    quantized = tf.cast(tf.not_equal(state['code'], _FREE), tf.float32)
    return {'strength': tf.reduce_mean(quantized)}

  def get_config(self):
    """See base class."""
    return {'bits': self.bits}
