"""Hard clipping of activations."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib


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
        'dtype': tf.float32,
        'initializer': keras.initializers.Constant(-1.0),
      },
      'sparsity': {'shape': [], 'dtype': tf.float32, 'initializer': 'zeros'},
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
    values = tf.cast(tf.reshape(tensor, [-1]), tf.float32)
    is_positive = values > 0.0
    count = tf.reduce_sum(tf.cast(is_positive, tf.float32))
    index = tf.cast(count * level, tf.int32)
    quantile = tf.raw_ops.NthElement(input=values, n=index, reverse=True)
    past = state['bound']
    moved = self.momentum * past + (1.0 - self.momentum) * quantile
    moved = tf.where(past < 0.0, quantile, moved)
    bound = tf.where(count > 0.0, moved, past)
    clipped = tf.cast(is_positive & (values >= bound), tf.float32)
    sparsity = tf.math.divide_no_nan(tf.reduce_sum(clipped), count)
    return {'bound': bound, 'sparsity': sparsity}

  def apply(self, tensor, state):
    """Clips what is above the bound. Its gradient is zero."""
    bound = tf.cast(state['bound'], tensor.dtype)
    return tf.where(bound < 0.0, tensor, tf.minimum(tensor, bound))

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
