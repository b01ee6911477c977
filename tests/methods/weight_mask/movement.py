"""Movement pruning."""

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Prunes the weights that training moves towards zero, large or small.

  The score of a weight adds up `-gradient * weight`. An algorithm sees weights
  and no gradients, so this one takes how far a weight moved since the last
  update for minus the gradient: under SGD that is the sum of the gradients but
  for the learning rate, under other optimizers an estimate. The first update
  only notes where the weights are, and prunes nothing.

  The layer computes with the masked weights, but the weights behind the mask
  train on through a straight-through gradient, so that they can come back.

  Source: Sanh et al., "Movement pruning: adaptive sparsity by fine-tuning",
  https://arxiv.org/abs/2005.07683.
  """

  target = target_lib.WeightInForward()

  def create_state(self, weight):
    """Keeps the scores, the weights at the last update, and the mask."""
    values = {
      'shape': weight.shape,
      'dtype': weight.dtype,
      'initializer': 'zeros',
    }
    mask = {'shape': weight.shape, 'dtype': 'bool', 'initializer': 'ones'}
    return {'score': values, 'previous': values, 'mask': mask}

  def update_state(self, weight, state, level):
    """Adds to the scores and masks the fraction `level` with the lowest.

    Weights as good as the threshold are all kept: those that never moved too.

    Args:
      weight: Tensor of any shape, floating point.
      state: Dict with 'score' and 'previous', tensors like the weight. Zeros
        before the first update, so that the first movement counts as zero.
      level: float32 scalar tensor, the sparsity in [0, 1).

    Returns:
      Dict with the same keys, and 'mask', a bool tensor.
    """
    previous = state['previous']
    score = state['score'] + (weight - previous) * previous
    size = ops.size(score)
    kept = ops.maximum(base_algorithm.count(1.0 - level, size), 1)
    # Scores may be negative, which `base_algorithm.select` does not take.
    threshold = ops.sort(ops.reshape(score, [-1]))[size - kept]
    return {'score': score, 'previous': weight, 'mask': score >= threshold}

  def apply(self, weight, state):
    """Sets the masked elements to zero; gradients pass straight through."""
    masked = weight * ops.cast(state['mask'], weight.dtype)
    return base_algorithm.straight_through(weight, masked)

  def summarize(self, weight, state):
    """Reports the fraction of elements that are masked."""
    is_zero = ops.equal(self.apply(weight, state), 0)
    return {'sparsity': ops.mean(ops.cast(is_zero, 'float32'))}
