<% include 'license_header.txt' %>
"""Clones models with other layers in the place of some of theirs."""

# pylint: disable=protected-access

import collections
import inspect
import operator

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import tree


def get_layers(model):
  """Returns the layers that a model calls, inputs included.

  A derived class may hold others, such as a teacher: they are no part of what
  it computes.
  """
  layers = list(model._flatten_layers(include_self=False, recursive=False))
  if isinstance(model, keras.Sequential):
    return layers
  called = {id(layer) for layer, *_ in _get_calls(model)}
  return [layer for layer in layers if id(layer) in called]


def _get_calls(model):
  """Returns a tuple for each call: the layer, arguments, keyword arguments."""
  depths = getattr(model, '_nodes_by_depth', {}).values()
  return [compat.get_call(node) for nodes in depths for node in nodes]


def find_layers(layer):
  """Yields a layer itself, or those in a model and in the models inside it."""
  if isinstance(layer, keras.Model):
    for inner in get_layers(layer):
      yield from find_layers(inner)
  else:
    yield layer


def find_calls(model):
  """Yields each call of a layer in a model and in the models inside it.

  A call is the layer, the positional arguments and the keyword arguments.
  """
  yield from _get_calls(model)
  for layer in get_layers(model):
    if isinstance(layer, keras.Model):
      yield from find_calls(layer)


def find_layers_with_fixed_training(model):
  """Returns the `id`s of layers that are called with a constant `training`.

  Those of the layers inside them are in the set, too.
  """
  found = set()
  for layer, args, kwargs in find_calls(model):
    signature = inspect.signature(layer.call)
    kwargs = {k: v for k, v in kwargs.items() if k in signature.parameters}
    given = signature.bind_partial(*args, **kwargs)
    if given.arguments.get('training') is not None:
      found.update(map(id, layer._flatten_layers()))
  return found


def check_operations(model):
  """Checks that Keras can clone the operations of a model.

  Raises:
    ValueError: If an operation has a variable as an argument, as in
      `tf.matmul(x, embedding.embeddings, transpose_b=True)`.
  """
  for layer, args, kwargs in find_calls(model):
    for value in tree.flatten([args, kwargs]):
      if isinstance(value, compat.Variable):
        raise ValueError(
          f'The operation {layer.name} uses the variable {value.name}. Keras '
          'can neither clone nor save that: use it in a layer of your own.'
        )


def find_layers_with_tied_weights(model):
  """Returns the `id`s of layers whose weights another part of a model uses.

  They are also part of another layer, or have variables in common with it.
  """
  layers = {id(layer): layer for layer in find_layers(model)}
  parts = {
    id(part)
    for layer in layers.values()
    for part in layer._flatten_layers(include_self=False)
  }
  uses = collections.Counter(
    id(weight) for layer in layers.values() for weight in layer.weights
  )
  return {
    key
    for key, layer in layers.items()
    if key in parts or any(uses[id(weight)] > 1 for weight in layer.weights)
  }


def copy_layer(layer):
  """Returns a layer with the same attributes that belongs to no model yet.

  `layer.output` is what the first call of a layer made. The layers of a second
  model have to be other objects, or their outputs stay those of the first one.
  """
  twin = type(layer).__new__(type(layer))
  compat.copy_attributes(layer, twin)
  for name in ('_inbound_nodes', '_outbound_nodes'):
    object.__setattr__(twin, name, [])  # Keras must not track the lists.
  return twin


def replace_parts(layer, replace):
  """Copies a layer that holds layers, with `replace(held)` in their place."""
  twin = copy_layer(layer)
  for name, value in list(vars(twin).items()):
    # Not by `setattr`: what Keras tracks is among the attributes, too.
    vars(twin)[name] = _replace_layers(value, replace)
  return twin


def _replace_layers(value, replace):
  if isinstance(value, keras.layers.Layer):
    return replace(value)
  if isinstance(value, dict):
    new = {key: _replace_layers(value[key], replace) for key in value}
    is_same = all(new[key] is value[key] for key in value)
  elif isinstance(value, (list, tuple)):
    new = [_replace_layers(inner, replace) for inner in value]
    is_same = all(map(operator.is_, new, value))
    new = tuple(new) if isinstance(value, tuple) else new
  else:
    return value
  return value if is_same else type(value)(new)  # Keras tracks in subclasses.


class Cloner:
  """Clones models. What they share, also the clones share.

  Args:
    replace: Function from a layer that is no model to the list of layers that
      take its place.
  """

  def __init__(self, replace):
    self._replace = replace
    self._known = {}  # The object as well: its `id` is not to be used again.
    self._is_inside = False

  def __call__(self, layer):
    """Returns the list of layers in the place of a layer or model."""
    if id(layer) not in self._known:
      if isinstance(layer, keras.Model):
        new = [self._clone(layer)]
      elif isinstance(layer, keras.layers.InputLayer):
        new = [layer.from_config(layer.get_config())]
      else:
        new = self._replace(layer)
      self._known[id(layer)] = layer, new
    return self._known[id(layer)][1]

  def get_one(self, layer):
    """Returns the layer in the place of a layer, a chain of several as one."""
    new = self(layer)
    if len(new) > 1:
      new[:] = [keras.Sequential(new, name=new[-1].name)]  # The same next time.
    return new[0]

  def _clone(self, model):
    is_inside, self._is_inside = self._is_inside, True
    chains = [self(layer) for layer in get_layers(model)]
    self._is_inside = is_inside
    has_chains = any(len(chain) > 1 for chain in chains)
    if has_chains and isinstance(model, keras.Sequential):
      clone = keras.Sequential(sum(chains, []), name=model.name)
    else:
      clone = compat.clone_model(model, self._get_callable)
    if getattr(clone, 'output_names', None):
      clone.output_names[:] = model.output_names
    # Inside of models a class is no use, and with a config of its own it would
    # be loaded without what has been replaced.
    has_config = type(model).get_config is not type(clone).get_config
    if type(clone) is not type(model) and not (is_inside and has_config):
      self._adopt_class(clone, model)
    return clone

  def _get_callable(self, layer):
    # Keras asks about what a model holds and does not call, too.
    new = self(layer) if id(layer) in self._known else [layer]
    return new[0] if len(new) == 1 else _Chain(new)

  def _adopt_class(self, clone, model):
    """Makes a clone an object of the class that a user has derived."""
    clone.__class__ = type(model)
    plain = keras.Sequential([keras.layers.InputLayer((1,))])
    plain.compile()
    held, *others = (  # PyTorch keeps layers apart.
      {**vars(one), **vars(one).get('_modules', {})}
      for one in (model, clone, plain)
    )
    for name in held.keys() - set().union(*others):
      setattr(clone, name, _replace_layers(held[name], self._get_known))

  def _get_known(self, layer):
    return self.get_one(layer) if id(layer) in self._known else layer


class _Chain:
  """Layers that take the place of one layer while a model is cloned.

  `keras.models.clone_model` calls it as it would call the one, and then reads
  the outputs of the last layer. So the new layers become part of the model
  itself, not of a model inside: other techniques handle no nested models.
  """

  def __init__(self, layers):
    self._layers = layers

  def __getattr__(self, name):
    return getattr(self._layers[-1], name)

  # It is the last layer, so that Keras does not take it for a layer beside the
  # graph: then it would add what else has called the layers to the new model.
  def __eq__(self, other):
    return other is self._layers[-1]

  def __hash__(self):
    return hash(self._layers[-1])

  def __call__(self, inputs, *args, **kwargs):
    first, *others = self._layers
    outputs = first(inputs, *args, **kwargs)
    for layer in others:
      outputs = layer(outputs)
    return outputs
