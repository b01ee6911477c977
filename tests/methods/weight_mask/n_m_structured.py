"""N:M structured sparsity, 2:4 by default."""

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops

# Layers whose last but one axis is not the one that inputs are summed over.
_OTHER_AXES = (
  keras.layers.Conv1DTranspose,
  keras.layers.Conv2DTranspose,
  keras.layers.Conv3DTranspose,
  keras.layers.EinsumDense,
  keras.layers.Embedding,
  keras.layers.MultiHeadAttention,
)


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Keeps the n largest of every m weights that one output is summed from.

  The sparsity rises group by group, those that lose least first, up to
  `1 - n / m`, where all groups have the pattern. Inputs at the end that fill no
  group stay dense.

  Source: Mishra et al., "Accelerating sparse deep neural networks",
  https://arxiv.org/abs/2104.08378.

  Args:
    n: Int, how many weights of a group may be other than zero.
    m: Int, the size of a group.

  Raises:
    ValueError: Unless 0 < n < m.
  """

  def __init__(self, n=2, m=4):
    if not 0 < n < m:
      raise ValueError(f'Expected 0 < n < m. Received: n={n}, m={m}.')
    self.n = n
    self.m = m

  def accepts(self, layer):
    """Acts on layers with weights [..., inputs, outputs]."""
    return not isinstance(layer, _OTHER_AXES)

  def create_state(self, weight):
    """Keeps one bool per element."""
    return {
      'mask': {'shape': weight.shape, 'dtype': 'bool', 'initializer': 'ones'}
    }

  def update_state(self, weight, state, level):
    """Chooses groups until the fraction `level` of all weights is masked."""
    if len(weight.shape) < 2 or weight.shape[-2] < self.m:
      return state
    # [..., inputs, outputs] -> [..., outputs, inputs] -> [groups, m]
    magnitude = ops.swapaxes(ops.abs(weight), -1, -2)
    usable = weight.shape[-2] // self.m * self.m
    grouped = ops.reshape(magnitude[..., :usable], [-1, self.m])
    kept = _rank(-grouped) < self.n
    masked = ops.where(kept, ops.zeros_like(grouped), grouped)
    lost = ops.sum(ops.square(masked), axis=-1)
    fraction = ops.minimum(level / (1.0 - self.n / self.m), 1.0)
    chosen = _rank(lost) < base_algorithm.count(fraction, lost.shape[0])
    mask = ops.logical_or(kept, ops.logical_not(chosen)[:, None])
    mask = ops.reshape(mask, magnitude[..., :usable].shape)
    rest = ops.ones_like(magnitude[..., usable:], dtype='bool')
    mask = ops.concatenate([mask, rest], axis=-1)
    return {'mask': ops.swapaxes(mask, -1, -2)}

  def apply(self, weight, state):
    """Sets the masked elements to zero."""
    return weight * ops.cast(state['mask'], weight.dtype)

  def summarize(self, weight, state):
    """Reports the fraction of elements that are zero."""
    is_zero = ops.equal(self.apply(weight, state), 0)
    return {'sparsity': ops.mean(ops.cast(is_zero, 'float32'))}

  def get_config(self):
    """See base class."""
    return {'n': self.n, 'm': self.m}


def _rank(values):
  """Returns the place of each value among those of the last axis."""
  return ops.argsort(ops.argsort(values))
