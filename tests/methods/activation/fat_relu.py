"""FATReLU: a ReLU with a fixed threshold above zero."""

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Zeroes outputs up to a threshold that does not depend on the data.

  The threshold rises with the level of the schedule, which is its fraction of
  `limit`. How many outputs are zero then depends on the output of the layer.

  Source: Kurtz et al., "Inducing and exploiting activation sparsity for fast
  inference on deep neural networks", ICML 2020,
  https://proceedings.mlr.press/v119/kurtz20a.html.

  Args:
    limit: Positive float, the threshold at a level of one.
  """

  target = target_lib.Output()

  def __init__(self, limit=1.0):
    self.limit = limit

  def create_state(self, tensor):
    """Keeps the threshold, negative before the first update."""
    del tensor
    return {
      'threshold': {
        'shape': [],
        'dtype': 'float32',
        'initializer': keras.initializers.Constant(-1.0),
      },
      'sparsity': {'shape': [], 'dtype': 'float32', 'initializer': 'zeros'},
    }

  def update_state(self, tensor, state, level):
    """Moves the threshold and counts what it zeroes in the batch."""
    del state
    threshold = level * self.limit
    zeroed = ops.cast(ops.cast(tensor, 'float32') <= threshold, 'float32')
    return {'threshold': threshold, 'sparsity': ops.mean(zeroed)}

  def apply(self, tensor, state):
    """Zeroes what is not above the threshold."""
    threshold = ops.cast(state['threshold'], tensor.dtype)
    kept = ops.logical_or(tensor > threshold, threshold < 0.0)
    return ops.where(kept, tensor, ops.zeros_like(tensor))

  def replace(self, layer, states):
    """Puts a `ReLU` with the threshold behind the layer."""
    threshold = float(states[0]['threshold'])
    if threshold < 0.0:
      return [layer]
    name = f'{layer.name}_threshold'
    policy = layer.dtype_policy
    relu = keras.layers.ReLU(threshold=threshold, name=name, dtype=policy)
    return [layer, relu]

  def summarize(self, tensor, state):
    """Reports the threshold, and the fraction of the last batch it zeroed."""
    del tensor
    return state

  def get_config(self):
    """See base class."""
    return {'limit': self.limit}
