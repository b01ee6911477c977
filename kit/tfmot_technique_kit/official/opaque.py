"""Applies the technique inside of layers that it does not know.

The technique wraps the layers of a Functional model by cloning it. Official
Models hide most of theirs in attributes of layers such as
`TransformerEncoderBlock`. Those are replaced where they are: each innermost
layer that the technique supports by its wrapper, and back.
"""

import tensorflow as tf
from tfmot_technique_kit.keras_api import keras

from tfmot_technique_kit.experiments import technique


def apply(model, **kwargs):
  """Wraps all layers of a model that the technique supports, at any depth.

  Layers with weights of their own that the technique does not support, such as
  `OnDeviceEmbedding`, stay as they are.

  Args:
      model: A built Functional or Sequential `keras.Model`. Its opaque layers are
          changed in place: build another one to go on without the technique.
      **kwargs: Arguments of `technique.apply`, such as `schedule`.

  Returns:
      A new `keras.Model` without optimizer. It shares the weights.

  Raises:
      ValueError: If the model is neither, or the technique supports none of its
          layers.
  """
  if not _is_graph(model):
    raise ValueError(
      'Expected a Functional or Sequential `keras.Model`. You passed an object '
      f'of type {type(model).__name__}: make a Functional model of its parts.'
    )

  def wrap(layer):
    policy = technique.SkipUnsupportedLayers()
    return technique.apply(layer, policy=policy, **kwargs)

  _replace_inside(model, wrap)
  wrapped = wrap(model)
  if not find_wrappers(wrapped):
    raise ValueError(
      f'The technique supports no layer of {model.name}, not even inside of '
      'its layers: give some the method of its interface for custom layers.'
    )
  return wrapped


def strip(model):
  """Removes the wrappers that `apply` has put into a model.

  A layer that becomes several is a `keras.Sequential` of these where it was an
  attribute. Such a model can be converted, but not be made from its
  configuration: keep it as `.tflite` or as a SavedModel.

  Args:
      model: What `apply` has returned, trained.

  Returns:
      A new `keras.Model` without wrappers. Its opaque layers are those of
      `model`, changed in place.
  """

  def unwrap(layer):
    if isinstance(layer, keras.Model):
      return technique.strip(layer)
    if not isinstance(layer, technique.Wrapper):
      return layer
    layers = layer.strip()
    return layers[0] if len(layers) == 1 else keras.Sequential(layers)

  _replace_inside(model, unwrap)
  return technique.strip(model)


def find_wrappers(model):
  """Finds the wrappers in a model.

  Args:
      model: A `keras.Model`.

  Returns:
      A list of wrappers, those inside of other layers included.
  """
  layers = model._flatten_layers()    return [layer for layer in layers if isinstance(layer, technique.Wrapper)]


def find_opaque(model):
  """Finds the layers that the technique cannot take as they are.

  Args:
      model: A Functional or Sequential `keras.Model`.

  Yields:
      Layers of the model, and of the models in it, that are no wrappers and that
      `technique.apply` does not support.
  """
  policy = technique.SkipUnsupportedLayers()
  for layer in model.layers:
    if _is_graph(layer):
      yield from find_opaque(layer)
    elif isinstance(layer, technique.Wrapper):
      continue
    elif technique.apply(layer, policy=policy) is layer:
      yield layer


def _replace_inside(model, change):
  """Replaces what is in attributes of the layers of a Functional model."""
  done = {}  # A layer that several hold is changed once.
  for layer in find_opaque(model):
    _replace_attributes(layer, change, done)


def _is_graph(layer):
  """Returns whether a layer is a model that can be cloned."""
  return isinstance(layer, keras.Sequential) or (
    isinstance(layer, keras.Model) and layer._is_graph_network    )


def _replace_attributes(owner, change, done):
  """Replaces the layers that a layer holds, in lists and dicts too."""
  held = {
    name: value
    for name, value in vars(owner).items()
    # The others are those in which Keras keeps track of the same layers.
    if not name.startswith('_self_') and _holds_layers(value)
  }
  # All are taken away first, and come back in their order: it is the order of
  # `get_weights`.
  for name in held:
    delattr(owner, name)
  for name, value in held.items():
    parts = [_replace(part, change, done) for part in tf.nest.flatten(value)]
    setattr(owner, name, tf.nest.pack_sequence_as(value, parts))


def _holds_layers(value):
  if not isinstance(value, (keras.layers.Layer, list, tuple, dict)):
    return False
  parts = tf.nest.flatten(value)
  return any(isinstance(part, keras.layers.Layer) for part in parts)


def _replace(part, change, done):
  """Returns what takes the place of a part of an attribute."""
  if not isinstance(part, keras.layers.Layer):
    return part
  if id(part) not in done:
    # With the part itself, so that no other object gets its id.
    done[id(part)] = part, _make_replacement(part, change, done)
  return done[id(part)][1]


def _make_replacement(layer, change, done):
  if _is_graph(layer):
    _replace_inside(layer, change)
    return change(layer)
  # Not a layer around others, such as attention: it may be called in ways that
  # a wrapper does not take, `query=` for one.
  inner = list(layer._flatten_layers(recursive=False, include_self=False))    if isinstance(layer, technique.Wrapper) or not inner:
    return change(layer)
  _replace_attributes(layer, change, done)
  return layer
