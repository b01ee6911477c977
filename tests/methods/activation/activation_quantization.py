"""Fake quantization of activations."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Rounds outputs to the points of a grid between running bounds.

  The bounds follow the smallest and the largest output, and zero is a point of
  the grid. The level, which schedules of this kind call sparsity, is the
  fraction of the bits that is saved. In the stripped model a `Discretization`
  layer finds the point and a `Rescaling` layer its value: these have no
  gradient, so that is a model to deploy, not to train.

  Source: Jacob et al., "Quantization and training of neural networks for
  efficient integer-arithmetic-only inference",
  https://arxiv.org/abs/1712.05877.

  Args:
    bits: Int in [1, 8], for one output at level zero.
    momentum: Float in [0, 1), the weight of the past in the running bounds.
  """

  target = target_lib.Output()

  def __init__(self, bits=8, momentum=0.9):
    self.bits = bits
    self.momentum = momentum

  def create_state(self, tensor):
    """Keeps the bounds, and the bits: zero until the first update."""
    del tensor
    zero = {'shape': [], 'dtype': tf.float32, 'initializer': 'zeros'}
    return {'low': zero, 'high': zero, 'bits': zero}

  def update_state(self, tensor, state, level):
    """Moves the bounds towards those of the batch."""
    momentum = tf.where(state['bits'] > 0.0, self.momentum, 0.0)
    low = tf.cast(tf.minimum(tf.reduce_min(tensor), 0.0), tf.float32)
    high = tf.cast(tf.maximum(tf.reduce_max(tensor), 0.0), tf.float32)
    return {
      'low': momentum * state['low'] + (1.0 - momentum) * low,
      'high': momentum * state['high'] + (1.0 - momentum) * high,
      'bits': tf.maximum(tf.round(self.bits * (1.0 - level)), 1.0),
    }

  def apply(self, tensor, state):
    """Rounds; gradients pass straight through between the bounds."""
    boundaries, scale, offset = _grid(state)

    def quantize(values):
      shape = tf.shape(values)
      values = tf.reshape(tf.cast(values, tf.float32), [-1])
      index = tf.searchsorted(boundaries, values, side='right')
      rounded = tf.cast(index, tf.float32) * scale + offset
      return tf.cast(tf.reshape(rounded, shape), tensor.dtype)

    def fake_quantize():
      low = tf.cast(state['low'], tensor.dtype)
      high = tf.cast(state['high'], tensor.dtype)
      clipped = tf.clip_by_value(tensor, low, high)
      return tf.grad_pass_through(quantize)(clipped)

    is_ready = state['bits'] > 0.0
    return tf.cond(is_ready, fake_quantize, lambda: tf.identity(tensor))

  def replace(self, layer, states):
    """Puts layers behind the layer that find the point and its value."""
    if not states[0]['bits']:
      return [layer]
    boundaries, scale, offset = (part.numpy() for part in _grid(states[0]))
    layers = keras.layers
    # `Discretization` takes no half precision.
    return [
      layer,
      layers.Activation('linear', name=f'{layer.name}_float', dtype='float32'),
      layers.Discretization(boundaries.tolist(), name=f'{layer.name}_point'),
      layers.Rescaling(
        float(scale),
        float(offset),
        name=f'{layer.name}_value',
        dtype=layer.dtype_policy,
      ),
    ]

  def summarize(self, tensor, state):
    """Reports the bounds, the bits, and the fraction of them that is saved."""
    del tensor
    return {**state, 'sparsity': 1.0 - state['bits'] / self.bits}

  def get_config(self):
    """See base class."""
    return {'bits': self.bits, 'momentum': self.momentum}


def _grid(state):
  """Returns where one point ends and the next begins, scale and offset."""
  steps = tf.maximum(tf.pow(2.0, state['bits']) - 1.0, 1.0)
  scale = tf.maximum(state['high'] - state['low'], 1e-6) / steps
  offset = -tf.round(-state['low'] / scale) * scale
  return (tf.range(steps) + 0.5) * scale + offset, scale, offset
