<% include 'license_header.txt' %>
"""The algorithm of the technique: the one file a contributor writes."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import target as target_lib


@keras.utils.register_keras_serializable('<<cookiecutter.__package>>')
class <<cookiecutter.__camel>>Algorithm(base_algorithm.Algorithm):
  """Ternarization: weights become -scale, 0 or scale, one scale per channel.

  The layer computes with the ternary weights, and the optimizer trains the
  float weights behind them through a straight-through gradient. The strength
  is the fraction of output channels (the last axis) that is ternary; those
  that lose least come first.

  This is the baseline the template starts from. Replace the bodies of the
  methods by your own: `base_algorithm.Algorithm` says when each is called and
  with which shapes and dtypes. Nothing else has to change.

  Sources: Li et al., "Ternary weight networks", https://arxiv.org/abs/1605.04711
  (threshold and scale); Zhou et al., "Incremental network quantization",
  https://arxiv.org/abs/1702.03044 (part of the weights at a time).
  """

  target = target_lib.WeightInForward()

  def create_state(self, tensor):
    """Keeps one bool per output channel: whether it is ternary."""
    return {
      'ternary': {
        'shape': tensor.shape[-1:],
        'dtype': tf.bool,
        'initializer': 'zeros',
      }
    }

  def update_state(self, tensor, state, level):
    """Chooses the channels with the smallest relative error.

    Args:
      tensor: Tensor of any shape, floating point, channels last.
      state: Not used.
      level: float32 scalar tensor, the fraction of channels in [0, 1).

    Returns:
      Dict with 'ternary', a bool tensor of shape [channels].
    """
    del state
    axes = list(range(tensor.shape.rank - 1))
    error = tf.reduce_sum(tf.square(_ternarize(tensor) - tensor), axes)
    energy = tf.reduce_sum(tf.square(tensor), axes)
    loss = tf.math.divide_no_nan(error, energy)
    rank = tf.argsort(tf.argsort(loss))
    count = tf.math.ceil(level * tf.cast(tf.size(loss), tf.float32))
    return {'ternary': rank < tf.cast(count, rank.dtype)}

  def apply(self, tensor, state):
    """Ternarizes the chosen channels; gradients pass straight through."""

    def project(weight):
      return tf.where(state['ternary'], _ternarize(weight), weight)

    return tf.grad_pass_through(project)(tensor)

  def summarize(self, tensor, state):
    """Reports the fraction of channels that are ternary."""
    ternary = tf.cast(state['ternary'], tf.float32)
    return {'strength': tf.reduce_mean(ternary)}


def _ternarize(weight):
  """Maps a tensor to -scale, 0 or scale, with one scale per channel."""
  axes = list(range(weight.shape.rank - 1))
  magnitude = tf.abs(weight)
  threshold = 0.7 * tf.reduce_mean(magnitude, axes, keepdims=True)
  kept = tf.cast(magnitude > threshold, weight.dtype)
  scale = tf.math.divide_no_nan(
    tf.reduce_sum(magnitude * kept, axes, keepdims=True),
    tf.reduce_sum(kept, axes, keepdims=True),
  )
  return tf.sign(weight) * kept * scale
