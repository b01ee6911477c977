<% include 'license_header.txt' %>
"""The algorithm of the technique: the one file a contributor writes."""

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops


@keras.utils.register_keras_serializable('<<cookiecutter.technique_slug>>')
class <<cookiecutter.__camel>>Algorithm(base_algorithm.Algorithm):
  """Ternarization: weights become -scale, 0 or scale, one scale per channel.

  The layer computes with the nearest of the three values, and the optimizer
  trains the float weights behind them through a straight-through gradient. The
  <<cookiecutter.__level_words>> is the fraction of the output channels (the last
  axis) that is ternary; those that lose least come first.

  This is the baseline the template starts from. Replace the bodies of the
  methods by your own: `base_algorithm.Algorithm` says when each is called and
  with which shapes and dtypes. Nothing else has to change.

  Sources: Li et al., "Ternary weight networks", https://arxiv.org/abs/1605.04711
  (scale); Zhou et al., "Incremental network quantization",
  https://arxiv.org/abs/1702.03044 (part of the weights at a time).
  """

  target = target_lib.WeightInForward()

  def create_state(self, tensor):
    """Keeps the scale of each output channel, 0 while it is not ternary."""
    return {
      'scale': {
        'shape': tensor.shape[-1:],
        'dtype': tensor.dtype,
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
      Dict with 'scale', a tensor of shape [channels] and the dtype of `tensor`.
    """
    del state
    scale = _find_scale(tensor)
    axes = tuple(range(len(tensor.shape) - 1))
    error = ops.sum(ops.square(_ternarize(tensor, scale) - tensor), axes)
    energy = ops.sum(ops.square(tensor), axes)
    rank = ops.argsort(ops.argsort(ops.divide_no_nan(error, energy)))
    count = ops.ceil(level * scale.shape[0])
    chosen = rank < ops.cast(count, rank.dtype)
    return {'scale': ops.where(chosen, scale, ops.zeros_like(scale))}

  def apply(self, tensor, state):
    """Ternarizes the chosen channels; gradients pass straight through."""
    scale = state['scale']
    value = ops.where(scale > 0, _ternarize(tensor, scale), tensor)
    return base_algorithm.straight_through(tensor, value)

  def summarize(self, tensor, state):
    """Reports the fraction of channels that are ternary."""
    ternary = ops.cast(state['scale'] > 0, 'float32')
    return {'<<cookiecutter.level>>': ops.mean(ternary)}


def _find_scale(weight):
  """Returns the mean of the large magnitudes of each channel, 1 for zeros."""
  axes = tuple(range(len(weight.shape) - 1))
  magnitude = ops.abs(weight)
  threshold = 0.7 * ops.mean(magnitude, axes, keepdims=True)
  kept = ops.cast(magnitude > threshold, weight.dtype)
  total = ops.sum(magnitude * kept, axes)
  count = ops.sum(kept, axes)
  return ops.where(count > 0, total / ops.maximum(count, 1), 1)


def _ternarize(weight, scale):
  """Rounds to -scale, 0 or scale: zeros where the scale is 0."""
  inverse = ops.divide_no_nan(ops.ones_like(scale), scale)
  return ops.clip(ops.round(weight * inverse), -1, 1) * scale
