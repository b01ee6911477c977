<% include 'license_header.txt' %>
"""Policies: which layers of a model to wrap."""

import abc

from <<cookiecutter.__package>>.keras import registry


class <<cookiecutter.__camel>>Policy(abc.ABC):
  """Chooses the layers of a model that the technique works on.

  Inherit from this class to write a policy of your own.
  """

  @abc.abstractmethod
  def allow_<<cookiecutter.technique_slug>>(self, layer):
    """Returns whether to wrap a layer.

    Args:
      layer: A `keras.layers.Layer` of the model.

    Returns:
      True to wrap the layer, False to leave it as it is.
    """

  @abc.abstractmethod
  def ensure_model_supports_<<cookiecutter.technique_slug>>(self, model):
    """Checks a model before any of its layers is wrapped.

    Args:
      model: A Sequential or Functional `keras.Model`.

    Raises:
      ValueError: If the policy cannot be applied to the model.
    """


class SkipUnsupportedLayers(<<cookiecutter.__camel>>Policy):
  """Wraps all layers that are supported and leaves the others as they are."""

  def allow_<<cookiecutter.technique_slug>>(self, layer):
    """See base class."""
    return registry.<<cookiecutter.__camel>>Registry.supports_or_custom(layer)

  def ensure_model_supports_<<cookiecutter.technique_slug>>(self, model):
    """See base class. Every model is fine."""
