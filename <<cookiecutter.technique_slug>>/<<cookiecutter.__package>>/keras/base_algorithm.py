<% include 'license_header.txt' %>
"""The interface between an algorithm and the wrapper that trains with it."""

import abc

import tensorflow as tf

from <<cookiecutter.__package>>.keras import target as target_lib


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
  size = tf.cast(size, tf.int32)
  product = tf.round(tf.cast(size, tf.float32) * fraction)
  part = tf.minimum(tf.cast(product, tf.int32), size)
  return tf.where(fraction < 1.0, part, size)


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

  `update_state`, `apply` and `finish` run inside `tf.function`, so they use
  TensorFlow ops only. Weights have their variable dtype, float32 under a mixed
  precision policy; outputs have the compute dtype of the layer. For weights
  `finish` must be a fixed point of `apply`: `apply(finish(w)) == finish(w)` for
  the same state. `checked_algorithm.py` checks what the methods return.

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
      tensor: `tf.TensorSpec`, the shape and the dtype of the weight or output.
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
      A tensor with the shape and the dtype of `tensor`. By default the result
      of `apply`.
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
      that are new get their weights with the argument `weights` of their
      constructor, because they are not built yet.
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
    """Creates the algorithm again.

    Args:
      config: Dict, what `get_config` returned.

    Returns:
      An algorithm of this class.
    """
    return cls(**config)
