<% include 'license_header.txt' %>
"""The interface that makes a custom Keras layer <<cookiecutter.__able_words>>."""

import abc


class <<cookiecutter.__able_camel>>Layer(abc.ABC):
  """Names the weights of a custom layer that the technique works on.

  Inherit from this class next to `keras.layers.Layer`. A layer that merely has
  the method is accepted as well.
  """

  @abc.abstractmethod
  def <<cookiecutter.__getter>>(self):
    """Returns the weights that the technique works on.

    Called after the layer has been built. A layer that creates its weights in
    `call` may let the method raise AttributeError until then.

    Returns:
      A list of `tf.Variable`, each one a weight of this layer or of a layer
      inside it. May be empty.
    """
