"""Fake quantization of activations."""

import math

from tfmot_connection_pruning.keras import base_algorithm
from tfmot_connection_pruning.keras import target as target_lib
from tfmot_connection_pruning.keras.compat import keras
from tfmot_connection_pruning.keras.compat import ops


@keras.utils.register_keras_serializable('connection_pruning')
class ConnectionPruningAlgorithm(base_algorithm.Algorithm):
  """Rounds outputs to the points of a grid between running bounds.

  The bounds follow the smallest and the largest output, and zero is a point of
  the grid. The level, which schedules of this kind call sparsity, is the
  fraction of the bits that is saved. In the stripped model a `Discretization`
  layer finds the point and a `Rescaling` layer its value: these have no
  gradient, so that is a model to deploy, not to train.

  Source: Jacob et al., "Quantization and training of neural networks for
  efficient integer-arithmetic-only inference",
  https://arxiv.org/abs/1712.05877.

  Args:
    bits: Int in [1, 8], for one output at level zero.
    momentum: Float in [0, 1), the weight of the past in the running bounds.
  """

  target = target_lib.Output()

  def __init__(self, bits=8, momentum=0.9):
    self.bits = bits
    self.momentum = momentum

  def create_state(self, tensor):
    """Keeps the bounds, and the bits: zero until the first update."""
    del tensor
    zero = {'shape': [], 'dtype': 'float32', 'initializer': 'zeros'}
    return {'low': zero, 'high': zero, 'bits': zero}

  def update_state(self, tensor, state, level):
    """Moves the bounds towards those of the batch."""
    momentum = ops.where(state['bits'] > 0.0, self.momentum, 0.0)
    values = ops.cast(tensor, 'float32')
    low = ops.minimum(ops.min(values), 0.0)
    high = ops.maximum(ops.max(values), 0.0)
    return {
      'low': momentum * state['low'] + (1.0 - momentum) * low,
      'high': momentum * state['high'] + (1.0 - momentum) * high,
      'bits': ops.maximum(ops.round(self.bits * (1.0 - level)), 1.0),
    }

  def apply(self, tensor, state):
    """Rounds; gradients pass straight through between the bounds."""
    boundaries, scale, offset = self._grid(state)
    values = ops.cast(tensor, 'float32')
    point = ops.searchsorted(boundaries, ops.reshape(values, [-1]), 'right')
    point = ops.reshape(ops.cast(point, 'float32'), ops.shape(tensor))
    value = ops.cast(point * scale + offset, tensor.dtype)
    is_inside = ops.logical_and(values >= state['low'], values <= state['high'])
    trained = ops.where(is_inside, tensor, ops.stop_gradient(tensor))
    value = base_algorithm.straight_through(trained, value)
    return ops.where(state['bits'] > 0.0, value, tensor)

  def replace(self, layer, states):
    """Puts layers behind the layer that find the point and its value."""
    if not states[0]['bits']:
      return [layer]
    boundaries, scale, offset = self._grid(states[0])
    steps = 2 ** int(states[0]['bits']) - 1
    layers = keras.layers
    # `Discretization` takes no half precision.
    return [
      layer,
      layers.Activation('linear', name=f'{layer.name}_float', dtype='float32'),
      layers.Discretization(
        [float(boundary) for boundary in boundaries[:steps]],
        name=f'{layer.name}_point',
      ),
      layers.Rescaling(
        float(scale),
        float(offset),
        name=f'{layer.name}_value',
        dtype=layer.dtype_policy,
      ),
    ]

  def summarize(self, tensor, state):
    """Reports the bounds, the bits, and the fraction of them that is saved."""
    del tensor
    return {**state, 'sparsity': 1.0 - state['bits'] / self.bits}

  def get_config(self):
    """See base class."""
    return {'bits': self.bits, 'momentum': self.momentum}

  def _grid(self, state):
    """Returns where one point ends and the next begins, scale and offset.

    There are as many ends as `bits` at level zero need: others are infinite.
    """
    steps = ops.maximum(ops.round(ops.power(2.0, state['bits'])) - 1.0, 1.0)
    scale = ops.maximum(state['high'] - state['low'], 1e-6) / steps
    offset = -ops.round(-state['low'] / scale) * scale
    index = ops.arange(2**self.bits - 1, dtype='float32')
    ends = (index + 0.5) * scale + offset
    return ops.where(index < steps, ends, math.inf), scale, offset
