"""Asks registry and algorithm what the technique works on in each layer."""

import tensorflow as tf
from tfmot_technique_kit.keras_api import keras

from tfmot_connection_pruning.keras import algorithm as algorithm_lib
from tfmot_connection_pruning.keras import registry
from tfmot_connection_pruning.keras import test_layers
from tfmot_technique_kit.documents import markdown


def render():
  """Returns a table of the built-in layers, by what the technique works on.

  Raises:
      ValueError: If the registry knows a layer that `test_layers.py` has no
          example of.
  """
  examples = _examples()
  groups = {}
  for name in _names():
    if name not in examples:
      raise ValueError(
        f'registry.py knows {name}, test_layers.py has no example of it; add '
        'one there.'
      )
    groups.setdefault(_works_on(*examples[name]), []).append(name)
  nothing = groups.pop((), [])
  rows = [
    (markdown.codes(names), markdown.codes(on)) for on, names in groups.items()
  ]
  rows.append((markdown.codes(nothing), 'nothing: they compute as ever'))
  return markdown.table(('layers', 'the technique works on'), rows)


def _names():
  """Returns the names of the layers that the registry knows, sorted."""
    return sorted(
    {
      *registry._WEIGHTS,
      *registry._ACTIVATIONS,
      *registry._MAY_ACTIVATE,
      *registry._RNN_LAYERS,
      *registry._WRAPPERS,
    }
  )


def _examples():
  """Maps the name of a layer to a layer and the shapes of its inputs."""
  shapes = {name: shape for name, _, shape, _ in test_layers.WITH_WEIGHTS}
  shapes |= {'DepthwiseConv1D': (6, 3), 'DepthwiseConv2D': (6, 6, 3)}
  found = {
    name: (create(), [shape])
    for name, create, shape, _ in test_layers.WITH_WEIGHTS
  }
  attention = keras.layers.MultiHeadAttention(2, 3)
  found['MultiHeadAttention'] = (attention, [(4, 3), (4, 3)])
  for name in test_layers.ARE_ACTIVATIONS:
    arguments = test_layers.WITHOUT_WEIGHTS[name]
    found[name] = (getattr(keras.layers, name)(*arguments), [(3,)])
  for create in test_layers.MAY_ACTIVATE:
    layer = create(activation='relu')
    name = type(layer).__name__
    found[name] = (layer, [shapes.get(name, (3,))])
  return found


def _works_on(layer, shapes):
  """Returns the names of the weights or outputs that the technique works on."""
  layer(*(tf.zeros([1, *shape]) for shape in shapes))
  algorithm = algorithm_lib.ConnectionPruningAlgorithm()
  if not algorithm.accepts(layer):
    return ()
  inputs = [tf.TensorShape([None, *shape]) for shape in shapes]
  slots = algorithm.target.find_slots(layer, inputs[0])
  # Layers inside of others repeat the names.
  return tuple(dict.fromkeys(slot.name for slot in slots))
