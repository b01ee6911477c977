<% include 'license_header.txt' %>
"""Policies: which layers of a model to wrap."""

import abc
import weakref

from <<cookiecutter.__package>>.keras import cloning
from <<cookiecutter.__package>>.keras import registry
from <<cookiecutter.__package>>.keras.compat import keras


class <<cookiecutter.__camel>>Policy(abc.ABC):
  """Chooses the layers of a model that the technique works on.

  Inherit from this class to write a policy of your own.

  >>> class OnlyWideLayers(<<cookiecutter.__camel>>Policy):
  ...   def allow_<<cookiecutter.technique_slug>>(self, layer):
  ...     return getattr(layer, 'units', 0) >= 64
  >>> policy = OnlyWideLayers()
  >>> layer = keras.layers.Dense(4)
  >>> policy.allow_<<cookiecutter.technique_slug>>(layer)
  False
  """

  @abc.abstractmethod
  def allow_<<cookiecutter.technique_slug>>(self, layer):
    """Returns whether to wrap a layer.

    Args:
      layer: A `keras.layers.Layer` of the model.
    """

  def ensure_model_supports_<<cookiecutter.technique_slug>>(self, model):
    """Checks a model before its layers are wrapped. By default all are fine.

    Args:
      model: A Sequential or Functional `keras.Model`.

    Raises:
      ValueError: If the policy cannot be applied to the model.
    """
    del model


class SkipUnsupportedLayers(<<cookiecutter.__camel>>Policy):
  """Wraps all layers that are supported and leaves the others as they are.

  >>> class Scale(keras.layers.Layer):
  ...   pass
  >>> layers = [keras.layers.Dense(4), Scale()]
  >>> policy = SkipUnsupportedLayers()
  >>> allow = policy.allow_<<cookiecutter.technique_slug>>
  >>> [allow(layer) for layer in layers]
  [True, False]
  """

  def allow_<<cookiecutter.technique_slug>>(self, layer):
    """See base class."""
    return registry.<<cookiecutter.__camel>>Registry.supports_or_custom(layer)


class SkipFirstAndLastLayers(<<cookiecutter.__camel>>Policy):
  """Leaves the first and the last layer of a model as they are.

  These are the ones with technique weights, in the order of `model.layers`. A
  change costs most accuracy there: the first one sees few channels, and the
  last one gives the result.

  >>> model = keras.Sequential(
  ...   [keras.layers.Dense(8, input_shape=(8,)) for _ in range(3)]
  ... )
  >>> wrapped = <<cookiecutter.__entry>>(
  ...   model, policy=SkipFirstAndLastLayers()
  ... )
  >>> [type(layer).__name__ for layer in wrapped.layers]
  ['Dense', '<<cookiecutter.__wrapper>>', 'Dense']
  """

  def __init__(self):
    self._known = weakref.WeakSet()
    self._skipped = weakref.WeakSet()

  def allow_<<cookiecutter.technique_slug>>(self, layer):
    """See base class.

    Raises:
      ValueError: If the layer is not part of a model: no one can tell then
        which one is the first.
    """
    if layer not in self._known:
      raise ValueError(
        f'{type(self).__name__} needs a model. You passed the layer '
        f'{layer.name} alone.'
      )
    return layer not in self._skipped

  def ensure_model_supports_<<cookiecutter.technique_slug>>(self, model):
    """See base class. Looks for the first and the last layer."""
    layers = list(cloning.find_layers(model))
    has_weights = registry.<<cookiecutter.__camel>>Registry.has_weights
    weighty = [layer for layer in layers if has_weights(layer)]
    self._known.update(layers)
    self._skipped.update(weighty[:1] + weighty[-1:])


class OnlyLayers(<<cookiecutter.__camel>>Policy):
  """Wraps the layers with certain names or of certain types, and no others.

  >>> policy = OnlyLayers(names=['logits'], types=[keras.layers.Conv2D])
  >>> layer = keras.layers.Dense(10, name='logits')
  >>> policy.allow_<<cookiecutter.technique_slug>>(layer)
  True

  Args:
    names: Iterable of strings, the names of layers.
    types: Iterable of classes of layers. Subclasses count as well.

  Raises:
    ValueError: If both are empty, or hold something else.
  """

  def __init__(self, names=(), types=()):
    self._names = [names] if isinstance(names, str) else list(names)
    self._types = (types,) if isinstance(types, type) else tuple(types)
    for name in self._names:
      if not isinstance(name, str):
        raise ValueError(f'`names` must be strings. You passed: {name!r}.')
    for cls in self._types:
      if not (isinstance(cls, type) and issubclass(cls, keras.layers.Layer)):
        raise ValueError(f'`types` must be classes of layers. Passed: {cls!r}.')
    if not self._names and not self._types:
      raise ValueError('Pass `names` or `types` of the layers to wrap.')

  def allow_<<cookiecutter.technique_slug>>(self, layer):
    """See base class."""
    return layer.name in self._names or isinstance(layer, self._types)

  def ensure_model_supports_<<cookiecutter.technique_slug>>(self, model):
    """See base class.

    Raises:
      ValueError: If no layer of the model has one of the names.
    """
    found = [layer.name for layer in cloning.find_layers(model)]
    missing = [name for name in self._names if name not in found]
    if missing:
      raise ValueError(
        f'The model has no layers named {", ".join(missing)}. It has: '
        f'{", ".join(found)}.'
      )


class AllOf(<<cookiecutter.__camel>>Policy):
  """Wraps the layers that several policies allow.

  >>> policy = AllOf(SkipUnsupportedLayers(), OnlyLayers(names=['logits']))
  >>> layer = keras.layers.Dense(10, name='other')
  >>> policy.allow_<<cookiecutter.technique_slug>>(layer)
  False

  Args:
    *policies: The policies.
  """

  def __init__(self, *policies):
    self._policies = policies

  def allow_<<cookiecutter.technique_slug>>(self, layer):
    """See base class."""
    return all(
      p.allow_<<cookiecutter.technique_slug>>(layer) for p in self._policies
    )

  def ensure_model_supports_<<cookiecutter.technique_slug>>(self, model):
    """See base class."""
    for policy in self._policies:
      policy.ensure_model_supports_<<cookiecutter.technique_slug>>(model)
