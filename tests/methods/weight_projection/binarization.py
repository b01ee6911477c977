"""Binarization with a scale per channel."""

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


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
        'dtype': 'bool',
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
    axes = tuple(range(len(tensor.shape) - 1))
    error = ops.sum(ops.square(_binarize(tensor) - tensor), axes)
    energy = ops.sum(ops.square(tensor), axes)
    rank = ops.argsort(ops.argsort(ops.divide_no_nan(error, energy)))
    count = ops.ceil(level * tensor.shape[-1])
    return {'binary': rank < ops.cast(count, rank.dtype)}

  def apply(self, tensor, state):
    """Binarizes the chosen channels; gradients stop outside of [-1, 1]."""
    binary = state['binary']
    is_stuck = ops.logical_and(binary, ops.abs(tensor) > 1.0)
    trained = ops.where(is_stuck, ops.stop_gradient(tensor), tensor)
    value = ops.where(binary, _binarize(tensor), tensor)
    return base_algorithm.straight_through(trained, value)

  def summarize(self, tensor, state):
    """Reports the fraction of channels that are binary."""
    return {'strength': ops.mean(ops.cast(state['binary'], 'float32'))}


def _binarize(weight):
  """Maps a tensor to -scale or scale, with one scale per channel."""
  axes = tuple(range(len(weight.shape) - 1))
  scale = ops.mean(ops.abs(weight), axes, keepdims=True)
  return ops.where(weight < 0.0, -scale, scale)
