"""Binarization with a scale per channel."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Makes weights -scale or scale, the mean magnitude of their channel.

  The gradient passes straight through, but not to weights that have left
  [-1, 1]: moving them further would not change their sign. The strength is the
  fraction of output channels (the last axis) that is binary; those that lose
  least come first.

  Sources: Rastegari et al., "XNOR-Net: ImageNet classification using binary
  convolutional neural networks", https://arxiv.org/abs/1603.05279 (scale);
  Courbariaux et al., "BinaryConnect: training deep neural networks with binary
  weights during propagations", https://arxiv.org/abs/1511.00363 (gradient).
  """

  target = target_lib.WeightInForward()

  def create_state(self, tensor):
    """Keeps one bool per output channel: whether it is binary."""
    return {
      'binary': {
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
      Dict with 'binary', a bool tensor of shape [channels].
    """
    del state
    axes = list(range(tensor.shape.rank - 1))
    error = tf.reduce_sum(tf.square(_binarize(tensor) - tensor), axes)
    energy = tf.reduce_sum(tf.square(tensor), axes)
    rank = tf.argsort(tf.argsort(tf.math.divide_no_nan(error, energy)))
    count = tf.math.ceil(level * tf.cast(tf.size(rank), tf.float32))
    return {'binary': rank < tf.cast(count, rank.dtype)}

  def apply(self, tensor, state):
    """Binarizes the chosen channels; gradients stop outside of [-1, 1]."""
    binary = state['binary']

    @tf.custom_gradient
    def project(weight):
      is_stuck = binary & (tf.abs(weight) > 1.0)

      def gradient(upstream):
        return tf.where(is_stuck, tf.zeros_like(upstream), upstream)

      return tf.where(binary, _binarize(weight), weight), gradient

    return project(tensor)

  def summarize(self, tensor, state):
    """Reports the fraction of channels that are binary."""
    return {'strength': tf.reduce_mean(tf.cast(state['binary'], tf.float32))}


def _binarize(weight):
  """Maps a tensor to -scale or scale, with one scale per channel."""
  axes = list(range(weight.shape.rank - 1))
  scale = tf.reduce_mean(tf.abs(weight), axes, keepdims=True)
  return tf.where(weight < 0.0, -scale, scale)
