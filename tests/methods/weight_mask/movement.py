"""Movement pruning."""

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib


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
    mask = {'shape': weight.shape, 'dtype': tf.bool, 'initializer': 'ones'}
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
    kept = tf.maximum(base_algorithm.count(1.0 - level, tf.size(score)), 1)
    threshold = tf.raw_ops.NthElement(
      input=tf.reshape(score, [-1]), n=kept - 1, reverse=True
    )
    return {'score': score, 'previous': weight, 'mask': score >= threshold}

  def apply(self, weight, state):
    """Sets the masked elements to zero; gradients pass straight through."""
    mask = tf.cast(state['mask'], weight.dtype)
    return tf.grad_pass_through(lambda value: value * mask)(weight)

  def summarize(self, weight, state):
    """Reports the fraction of elements that are masked."""
    return {'sparsity': tf.math.zero_fraction(self.apply(weight, state))}
