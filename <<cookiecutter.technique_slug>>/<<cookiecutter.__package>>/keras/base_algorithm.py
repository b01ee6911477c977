<% include 'license_header.txt' %>
"""The interface between an algorithm and the wrapper that trains with it."""

import abc
import math

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras.compat import ops


def count(fraction, size):
  """Returns how many elements a fraction of `size` elements is, rounded.

  A float32 cannot tell apart integers above 2**24, which the number of elements
  of an embedding may be. So the product alone may be larger than `size`.

  Args:
    fraction: float32 scalar tensor in [0, 1].
    size: int32 scalar tensor, or int, the number of all elements.

  Returns:
    int32 scalar tensor in [0, size], exact for the fractions 0 and 1.
  """
  size = ops.cast(size, 'int32')
  product = ops.round(ops.cast(size, 'float32') * fraction)
  part = ops.minimum(ops.cast(product, 'int32'), size)
  return ops.where(fraction < 1.0, part, size)


def select(values, index):
  """Returns the element that sorting would put at an index.

  Floats that are not negative are in the order of their bits. `select` counts
  how often each value of the highest bits occurs, which tells those of the
  result, then the next bits among the elements that share them. That takes a
  small part of the time of sorting, and XLA can compile it.

  Args:
    values: Tensor of any shape, floating point, no element negative.
    index: int32 scalar tensor in [0, size).

  Returns:
    A scalar tensor with the dtype of `values`, one of its elements.
  """
  # A table takes as long as so many elements.
  is_large = None not in values.shape and math.prod(values.shape) > 2**18
  return _select(ops.reshape(values, [-1]), index, 16 if is_large else 11)


@compat.trace_once
def _select(values, index, digit):
  """See `select`. Finds `digit` bits at a time, by a table of that size."""
  dtype = compat.dtype_name(values.dtype)
  wide = 'float64' if dtype == 'float64' else 'float32'
  # One in a row: on TensorFlow `view` has to know the last size in advance.
  bits = ops.reshape(ops.cast(values, wide), [-1, 1])
  bits = ops.reshape(ops.view(bits, wide.replace('float', 'int')), [-1])
  found = None
  # All bits but the sign. The last digit may have fewer.
  for first in range(int(wide[-2:]) - 1 - digit, -digit, -digit):
    shift, base = max(first, 0), 2 ** (digit + min(first, 0))
    digits = ops.right_shift(bits, shift)
    if found is not None:
      digits = digits - found * base
      digits = ops.where((digits >= 0) & (digits < base), digits, base)
    counts = compat.count_values(ops.cast(digits, 'int32'), base)
    is_below = ops.cumsum(counts) <= index
    index = index - ops.sum(ops.where(is_below, counts, 0))
    value = ops.sum(ops.cast(is_below, bits.dtype))
    found = value if found is None else found * base + value
  return ops.cast(ops.view(ops.reshape(found, [1]), wide)[0], dtype)


def straight_through(tensor, value):
  """Returns a value whose gradient goes to what it was computed from.

  Args:
    tensor: Tensor.
    value: Tensor of the same shape and dtype, computed from it.

  Returns:
    `value`, exactly. Its gradient is that of `tensor`.
  """
  return ops.stop_gradient(value) + (tensor - ops.stop_gradient(tensor))


def build_layer(layer, input_shape, weights):
  """Gives a new layer its weights.

  Args:
    layer: A `keras.layers.Layer` that is not built yet.
    input_shape: Tuple of ints and None, the shape of its inputs.
    weights: List of arrays or tensors, in the order of `layer.weights`.

  Returns:
    The layer.
  """
  with compat.open_scope(layer.name):
    layer.build(input_shape)
  layer.set_weights([compat.to_numpy(weight) for weight in weights])
  return layer


class Algorithm(abc.ABC):
  """What a technique does to a weight, or to an output, of a layer.

  A wrapper owns one algorithm and calls it for each tensor of its layer that
  the technique works on: a technique weight or, for the target `Output`, an
  output. An algorithm holds parameters only, no variables: the wrapper creates
  the state, saves it, restores it and keeps it equal on all replicas.

  | method         | called                                    | how often     |
  | -------------- | ----------------------------------------- | ------------- |
  | `accepts`      | when the wrapper is built                 | once          |
  | `create_state` | when the wrapper is built                 | once          |
  | `update_state` | in a training step the schedule asks for  | on schedule   |
  | `apply`        | where `target` says                       | every step    |
  | `finish`       | when a weight is stripped                 | once          |
  | `replace`      | when the wrapper is stripped              | once          |
  | `summarize`    | by the summaries callback and the report  | every epoch   |

  `update_state`, `apply` and `finish` run inside programs such as a
  `tf.function`, so they use `ops` only, and no `if` on a tensor. Weights have
  their variable dtype, float32 under a mixed precision policy; outputs have the
  compute dtype of the layer. For weights `finish` must be a fixed point of
  `apply`: `apply(finish(w)) == finish(w)` for the same state.
  `checked_algorithm.py` checks what the methods return.

  Attributes:
    target: An instance of a class of `target.py`: what the algorithm acts on,
      and where its result goes.
  """

  target = target_lib.Weight()

  def accepts(self, layer):
    """Returns whether the algorithm acts on a layer.

    Args:
      layer: A `keras.layers.Layer` that the registry supports. It is built.

    Returns:
      True by default. A layer for which it is False is left alone.
    """
    del layer
    return True

  @abc.abstractmethod
  def create_state(self, tensor):
    """Describes the variables that the algorithm keeps for a tensor.

    Args:
      tensor: `compat.Spec`: the shape and the dtype of the weight or output.
        Values are not available: pretrained weights may be loaded later. The
        batch size of an output is None.

    Returns:
      A dict from the name of a variable to the arguments `shape`, `dtype` and
      `initializer` of `keras.layers.Layer.add_weight`. Empty without state. For
      outputs all state is floating point, because replicas average it.
    """

  @abc.abstractmethod
  def update_state(self, tensor, state, level):
    """Computes the state for the level that the schedule asks for.

    Args:
      tensor: Tensor, the weight or output.
      state: Dict of tensors as described by `create_state`.
      level: float32 scalar tensor in [0, 1), the level of the schedule.

    Returns:
      A dict of tensors with the keys, shapes and dtypes of `state`.
    """

  @abc.abstractmethod
  def apply(self, tensor, state):
    """Computes what takes the place of the weight or output.

    Args:
      tensor: Tensor, the weight or output.
      state: Dict of tensors as described by `create_state`.

    Returns:
      A tensor with the shape and the dtype of `tensor`.
    """

  def finish(self, tensor, state):
    """Computes the value of a weight in the stripped model.

    Args:
      tensor: Tensor, the weight.
      state: Dict of tensors as described by `create_state`.

    Returns:
      A tensor like `tensor`. By default the result of `apply`.
    """
    return self.apply(tensor, state)

  def replace(self, layer, states):
    """Chooses the layers that take the place of a layer in the stripped model.

    Args:
      layer: The wrapped layer. Its weights are finished.
      states: List of dicts of tensors, one per technique weight or output.

    Returns:
      A list of `keras.layers.Layer`, to be called one after the other, that
      compute what the wrapped layer computes. By default `[layer]`. Layers
      that are new get their weights by `build_layer`.
    """
    del states
    return [layer]

  def summarize(self, tensor, state):
    """Computes what is worth watching during training.

    Args:
      tensor: Tensor, the weight. For an output None.
      state: Dict of tensors as described by `create_state`.

    Returns:
      A dict from a name to a scalar tensor. The report shows the level that a
      weight or output has reached, if one is called as what schedules control:
      `<<cookiecutter.level>>`. Empty by default.
    """
    del tensor, state
    return {}

  def get_config(self):
    """Returns the constructor's arguments, JSON serializable."""
    return {}

  @classmethod
  def from_config(cls, config):
    """Returns an algorithm that is like the one with a config.

    Args:
      config: What `get_config` returned.
    """
    return cls(**config)
