"""Hard clipping of activations."""

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Clips outputs from above, so that they need few bits later.

  The bound follows a quantile of the positive outputs. PACT trains it instead,
  and ReLU6 has a constant one. The level, which schedules of this kind call
  sparsity, is the fraction of the positive outputs that is clipped.

  Source: Choi et al., "PACT: parameterized clipping activation for quantized
  neural networks", https://arxiv.org/abs/1805.06085.

  Args:
    momentum: Float in [0, 1), the weight of the past in the running bound.
  """

  target = target_lib.Output()

  def __init__(self, momentum=0.9):
    self.momentum = momentum

  def create_state(self, tensor):
    """Keeps the bound, negative until there is one, and what it did."""
    del tensor
    return {
      'bound': {
        'shape': [],
        'dtype': 'float32',
        'initializer': keras.initializers.Constant(-1.0),
      },
      'sparsity': {'shape': [], 'dtype': 'float32', 'initializer': 'zeros'},
    }

  def update_state(self, tensor, state, level):
    """Moves the bound towards the `1 - level` quantile of positive outputs.

    Args:
      tensor: Tensor [batch, ...], the output.
      state: Dict with 'bound' and 'sparsity', float32 scalar tensors.
      level: float32 scalar tensor in [0, 1).

    Returns:
      Dict with 'bound', as it was if no output is positive. And with
      'sparsity', the fraction of the positive outputs that it clips.
    """
    values = ops.cast(ops.reshape(tensor, [-1]), 'float32')
    values = ops.maximum(values, 0.0)
    count = ops.sum(ops.cast(values > 0.0, 'float32'))
    # The place among all values, of which the largest is the last.
    index = ops.size(values) - 1 - ops.cast(count * level, 'int32')
    quantile = base_algorithm.select(values, ops.maximum(index, 0))
    past = state['bound']
    moved = self.momentum * past + (1.0 - self.momentum) * quantile
    moved = ops.where(past < 0.0, quantile, moved)
    bound = ops.where(count > 0.0, moved, past)
    is_clipped = ops.logical_and(values > 0.0, values >= bound)
    clipped = ops.sum(ops.cast(is_clipped, 'float32'))
    return {'bound': bound, 'sparsity': ops.divide_no_nan(clipped, count)}

  def apply(self, tensor, state):
    """Clips what is above the bound. Its gradient is zero."""
    bound = ops.cast(state['bound'], tensor.dtype)
    is_clipped = ops.logical_and(tensor > bound, bound >= 0.0)
    return ops.where(is_clipped, bound, tensor)

  def replace(self, layer, states):
    """Puts a `ReLU` behind the layer that clips and keeps negative outputs."""
    bound = float(states[0]['bound'])
    if bound < 0.0:
      return [layer]
    clip = keras.layers.ReLU(
      max_value=bound,
      negative_slope=1.0,
      name=f'{layer.name}_clipped',
      dtype=layer.dtype_policy,
    )
    return [layer, clip]

  def summarize(self, tensor, state):
    """Reports the bound, and the fraction of the last batch it clipped."""
    del tensor
    return state

  def get_config(self):
    """See base class."""
    return {'momentum': self.momentum}
