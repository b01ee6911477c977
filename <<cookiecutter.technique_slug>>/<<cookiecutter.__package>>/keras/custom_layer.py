<% include 'license_header.txt' %>
"""The interface that makes a custom Keras layer <<cookiecutter.__able_words>>."""

import abc


class <<cookiecutter.__able_camel>>Layer(abc.ABC):
  """Names the weights or the outputs of a layer that the technique works on.

  Inherit from this class next to `keras.layers.Layer`. A layer that merely has
  the method is accepted as well.

  >>> class Linear(keras.layers.Layer, <<cookiecutter.__able_camel>>Layer):
  ...   def build(self, input_shape):
  ...     shape = (input_shape[-1], 4)
  ...     self.kernel = self.add_weight(name='kernel', shape=shape)
  ...   def call(self, inputs):
  ...     return ops.matmul(inputs, self.kernel)
  ...   def <<cookiecutter.__getter>>(self):
  ...     return [self.kernel]
  >>> layer = Linear()
  >>> layer.build((1, 8))
  >>> [tuple(w.shape) for w in layer.<<cookiecutter.__getter>>()]
  [(8, 4)]
  """

  @abc.abstractmethod
  def <<cookiecutter.__getter>>(self):
    """Returns what the technique works on.

    Called after the layer has been built. A layer that creates its weights in
    `call` may let the method raise AttributeError until then.

    Returns:
      For an algorithm that works on weights a list of variables, each one a
      weight of this layer or of a layer inside it. For one that works on
      outputs (the target `Output`) a list of ints, the positions of those that
      are activations: `[0]` if the layer has one. May be empty.
    """
