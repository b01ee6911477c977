<% include 'license_header.txt' %>
"""The algorithm of the technique: the one file a contributor writes."""

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops


@keras.utils.register_keras_serializable('<<cookiecutter.technique_slug>>')
class <<cookiecutter.__camel>>Algorithm(base_algorithm.Algorithm):
  """Magnitude pruning: keeps the weights with the largest absolute values.

  This is the baseline the template starts from. Replace the bodies of the
  methods by your own: `base_algorithm.Algorithm` says when each is called and
  with which shapes and dtypes. Nothing else has to change.

  Source: Zhu and Gupta, "To prune, or not to prune: exploring the efficacy of
  pruning for model compression", https://arxiv.org/abs/1710.01878.
  """

  def create_state(self, weight):
    """Keeps one bool per element, a quarter of the bytes of a float32 mask."""
    return {
      'mask': {
        'shape': weight.shape,
        'dtype': 'bool',
        'initializer': 'ones',
      }
    }

  def update_state(self, weight, state, level):
    """Masks the `level` fraction of elements that is smallest in magnitude.

    Elements equal to the threshold are all kept, and at least one element is.

    Args:
      weight: Tensor of any shape, floating point.
      state: Dict with 'mask', a bool tensor of the same shape. Not used.
      level: float32 scalar tensor, the <<cookiecutter.__level_words>> in [0, 1).

    Returns:
      Dict with 'mask', a bool tensor that is False where the weight is pruned.
    """
    del state
    magnitude = ops.abs(weight)
    size = ops.size(magnitude)
    kept = base_algorithm.count(1.0 - level, size)
    threshold = base_algorithm.select(magnitude, size - ops.maximum(kept, 1))
    return {'mask': magnitude >= threshold}

  def apply(self, weight, state):
    """Sets the masked elements to zero."""
    return ops.where(state['mask'], weight, 0)

  def summarize(self, weight, state):
    """Reports the fraction of elements that are zero."""
    is_zero = ops.equal(self.apply(weight, state), 0)
    return {'<<cookiecutter.level>>': ops.mean(ops.cast(is_zero, 'float32'))}
