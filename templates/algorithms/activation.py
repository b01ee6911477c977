<% include 'license_header.txt' %>
"""The algorithm of the technique: the one file a contributor writes."""

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops


@keras.utils.register_keras_serializable('<<cookiecutter.technique_slug>>')
class <<cookiecutter.__camel>>Algorithm(base_algorithm.Algorithm):
  """Top-k activation sparsity: keeps the largest outputs, zeroes the others.

  The k-th largest value of a batch is tracked as a running threshold, so that
  inference needs no sorting and treats every example alike. Negative values are
  zeroed, too. The stripped model has one more `ReLU` behind each such layer:
  which outputs are zero depends on the input, so weights cannot hold it.

  This is the baseline the template starts from. Replace the bodies of the
  methods by your own: `base_algorithm.Algorithm` says when each is called and
  with which shapes and dtypes. Nothing else has to change.

  Sources: Ahmad and Scheinkman, "How can we be so dense? The benefits of using
  highly sparse representations", https://arxiv.org/abs/1903.11257 (top-k);
  Kurtz et al., "Inducing and exploiting activation sparsity for fast inference
  on deep neural networks", ICML 2020 (threshold).

  Args:
    momentum: Float in [0, 1), the weight of the past in the running threshold.
  """

  target = target_lib.Output()

  def __init__(self, momentum=0.9):
    self.momentum = momentum

  def create_state(self, tensor):
    """Keeps a threshold, negative until the first update, and what it did."""
    del tensor
    scalar = {'shape': [], 'dtype': 'float32'}
    below = keras.initializers.Constant(-1.0)
    return {
      'threshold': {**scalar, 'initializer': below},
      '<<cookiecutter.level>>': {**scalar, 'initializer': 'zeros'},
    }

  def update_state(self, tensor, state, level):
    """Moves the threshold towards the `level` quantile of the batch.

    Args:
      tensor: Tensor [batch, ...], the output.
      state: Dict with 'threshold' and '<<cookiecutter.level>>', float32
        scalar tensors.
      level: float32 scalar tensor, the <<cookiecutter.__level_words>> in [0, 1).

    Returns:
      Dict with 'threshold', never negative: at the start there is no past to
      keep. And with '<<cookiecutter.level>>', the fraction of the batch that
      it zeroes.
    """
    values = ops.cast(ops.reshape(tensor, [-1]), 'float32')
    last = ops.size(values) - 1
    index = ops.cast(ops.cast(last + 1, 'float32') * level, 'int32')
    index = ops.minimum(index, last)
    quantile = base_algorithm.select(ops.maximum(values, 0.0), index)
    past = state['threshold']
    moved = self.momentum * past + (1.0 - self.momentum) * quantile
    threshold = ops.where(past < 0.0, quantile, moved)
    threshold = ops.where(level > 0.0, threshold, past)  # 0 asks for no zeros.
    zeroed = ops.cast(values <= threshold, 'float32')
    return {
      'threshold': threshold,
      '<<cookiecutter.level>>': ops.mean(zeroed),
    }

  def apply(self, tensor, state):
    """Zeroes what is not above the threshold."""
    threshold = ops.cast(state['threshold'], tensor.dtype)
    kept = ops.logical_or(tensor > threshold, threshold < 0.0)
    return tensor * ops.cast(kept, tensor.dtype)

  def replace(self, layer, states):
    """Puts a `ReLU` behind the layer that zeroes up to the threshold."""
    threshold = float(states[0]['threshold'])
    if threshold < 0.0:
      return [layer]
    name = f'{layer.name}_threshold'
    policy = layer.dtype_policy
    return [
      layer,
      keras.layers.ReLU(threshold=threshold, name=name, dtype=policy),
    ]

  def summarize(self, tensor, state):
    """Reports the threshold, and the fraction of the last batch it zeroed."""
    del tensor
    return state

  def get_config(self):
    """See base class."""
    return {'momentum': self.momentum}
