<% include 'license_header.txt' %>
"""The interface between an algorithm and the wrapper that trains with it."""

import abc


class Algorithm(abc.ABC):
  """What a technique does to one weight of a layer.

  A wrapper owns one algorithm and calls it once for each technique weight of
  its layer. An algorithm holds parameters only, no variables: the wrapper
  creates the state, saves it, restores it and keeps it equal on all replicas.

  | method         | called                                    | how often     |
  | -------------- | ----------------------------------------- | ------------- |
  | `create_state` | when the wrapper is built                 | once          |
  | `update_state` | in a training step the schedule asks for  | on schedule   |
  | `apply`        | in each training step, after the update   | every step    |
  | `finish`       | when the wrapper is stripped              | once          |
  | `summarize`    | by the summaries callback and the tables  | every epoch   |

  All but `create_state` run inside `tf.function`, so they use TensorFlow ops
  only. Tensors have the weight's variable dtype: float32 under a mixed
  precision policy. `apply` must be a fixed point, `apply(apply(w)) == apply(w)`
  for the same state, because it runs again whenever training pauses.
  """

  @abc.abstractmethod
  def create_state(self, weight):
    """Describes the variables that the algorithm keeps for a weight.

    Args:
      weight: `tf.TensorSpec`, the shape and the dtype of the weight. Values are
        not available: pretrained weights may be loaded later.

    Returns:
      A dict from the name of a variable to the arguments `shape`, `dtype` and
      `initializer` of `keras.layers.Layer.add_weight`. Empty without state.
    """

  @abc.abstractmethod
  def update_state(self, weight, state, level):
    """Computes the state for the level that the schedule asks for.

    Args:
      weight: Tensor with the shape and the dtype of the weight.
      state: Dict of tensors as described by `create_state`.
      level: float32 scalar tensor in [0, 1), the level of the schedule.

    Returns:
      A dict of tensors with the keys, shapes and dtypes of `state`.
    """

  @abc.abstractmethod
  def apply(self, weight, state):
    """Computes the value that replaces the weight in the forward pass.

    Args:
      weight: Tensor with the shape and the dtype of the weight.
      state: Dict of tensors as described by `create_state`.

    Returns:
      A tensor with the shape and the dtype of `weight`.
    """

  def finish(self, weight, state):
    """Computes the value of the weight in the stripped model.

    Args:
      weight: Tensor with the shape and the dtype of the weight.
      state: Dict of tensors as described by `create_state`.

    Returns:
      A tensor with the shape and the dtype of `weight`. By default the result
      of `apply`.
    """
    return self.apply(weight, state)

  def summarize(self, weight, state):
    """Computes what is worth watching during training.

    Args:
      weight: Tensor with the shape and the dtype of the weight.
      state: Dict of tensors as described by `create_state`.

    Returns:
      A dict from a name to a scalar tensor. Empty by default.
    """
    del weight, state
    return {}

  def get_config(self):
    """Returns the constructor's arguments, JSON serializable."""
    return {}

  @classmethod
  def from_config(cls, config):
    """Creates the algorithm from the output of `get_config`."""
    return cls(**config)
