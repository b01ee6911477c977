<% include 'license_header.txt' %>
"""Models that tests wrap, and examples for them."""

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops
from <<cookiecutter.__package>>.keras.compat import tree

layers = keras.layers

# Files that `save` writes.
FORMATS = ('model.keras',)
if test_settings.has('formats'):
  FORMATS += ('model.h5', 'saved_model')

# Policies for layers, of which JAX computes in `float64` on demand alone.
POLICIES = ('float32', 'mixed_float16')
if test_settings.has('float64'):
  POLICIES += ('float64',)

# What a check in a program raises, by the Keras and the backend.
ERRORS = (ValueError, tf.errors.InvalidArgumentError)


class TestCase(tf.test.TestCase, parameterized.TestCase):
  """Starts each test alike, and compares the tensors of each backend."""

  def setUp(self):
    """See base class."""
    super().setUp()
    keras.utils.set_random_seed(0)

  def _GetNdArray(self, a):
    # NumPy takes no tensors of PyTorch that have a gradient.
    if not isinstance(a, np.ndarray):
      a = tree.map_structure(
        lambda x: compat.to_numpy(x) if ops.is_tensor(x) else x, a
      )
    return super()._GetNdArray(a)


def unbuilt():
  """Two layers that do not know their input yet."""
  return keras.Sequential([layers.Dense(4), layers.Dropout(0.1)])


def sequential():
  """Three layers, with an activation and a regularizer."""
  return keras.Sequential(
    [
      layers.Dense(4, activation='relu', input_shape=(3,), name='first'),
      layers.Dropout(0.1),
      layers.Dense(2, kernel_regularizer='l2', name='second'),
    ]
  )


def functional():
  """Two inputs, two outputs, a shared layer, operations."""
  left, right = (keras.Input((3,), name=name) for name in ('left', 'right'))
  shared = layers.Dense(4, name='shared')
  hidden = layers.Add()([shared(left), shared(right)])
  output = layers.Dense(2)(keras.activations.relu(hidden * 2.0))
  return keras.Model([left, right], [output, hidden[:, 1:]])


def nested():
  """A model that is called twice, with a model inside."""
  inner = keras.Sequential([sequential(), layers.Dense(3)])
  inputs = keras.Input((3,), name='inputs')
  hidden = inner(inner(inputs))
  return keras.Model(inputs, layers.Dense(2)(hidden + inputs))


# Small models whose inputs are known: name, function, number of layers.
BUILT = (
  ('Sequential', sequential, 3),
  ('Functional', functional, 3),
  ('Nested', nested, 5),
)


class Subclassed(keras.Model):
  """A model without a graph of layers."""

  def __init__(self):
    super().__init__()
    self.dense = layers.Dense(2)

  def call(self, inputs):
    """Calls the one layer."""
    return self.dense(inputs)


def convolutional():
  """Convolutions, normalization, an activation layer, and regularizers."""
  return keras.Sequential(
    [
      layers.Conv2D(8, 3, input_shape=(8, 8, 1)),
      layers.BatchNormalization(),
      layers.ReLU(),
      layers.DepthwiseConv2D(3, depthwise_regularizer='l2'),
      layers.MaxPooling2D(),
      layers.Flatten(),
      layers.Dense(16, activation='relu'),
      layers.Dropout(0.0),
      layers.Dense(6, activity_regularizer='l2', bias_regularizer='l1'),
    ]
  )


def recurrent():
  """Text of variable length: zeros at the end of a sequence are masked."""
  tokens = keras.Input((5,), dtype='int32')
  hidden = layers.Embedding(9, 4, mask_zero=True)(tokens)
  hidden = layers.LSTM(4, return_sequences=True)(hidden)
  hidden = layers.RNN(layers.LSTMCell(3))(hidden)
  hidden = layers.Dense(8, activation='relu')(hidden)
  return keras.Model(tokens, layers.Dense(2)(hidden))


def sequence_to_sequence():
  """An encoder hands its state to a decoder, and both share an embedding."""
  source = keras.Input((5,), dtype='int32')
  target = keras.Input((4,), dtype='int32')
  embedding = layers.Embedding(9, 4)
  encoder = layers.RNN(layers.LSTMCell(4), return_state=True)
  _, *state = encoder(embedding(source))
  decoder = layers.RNN(layers.LSTMCell(4), return_sequences=True)
  decoded = decoder(embedding(target), initial_state=state)
  return keras.Model([source, target], [layers.Dense(2)(decoded), state[0]])


def transformer():
  """Attention called in several ways, and operations that are no layers."""
  inputs = keras.Input((4, 6))
  hidden = layers.Dense(6)(inputs) * 2.0
  first, second = (layers.MultiHeadAttention(2, 3) for _ in range(2))
  hidden = layers.LayerNormalization()(hidden + first(hidden, inputs))
  hidden += second(query=hidden, value=hidden, use_causal_mask=True)
  hidden = layers.EinsumDense('abc,cd->abd', (4, 12), activation='gelu')(hidden)
  hidden = keras.activations.tanh(hidden)
  return keras.Model(inputs, layers.Dense(2)(hidden[:, 0]))


def nested_residual():
  """Adds its input to a model that is called twice, with a model inside."""
  inner = keras.Sequential([layers.Dense(8, activation='relu'), layers.ReLU()])
  middle = keras.Sequential([inner, layers.Dense(6)])
  inputs = keras.Input((6,))
  hidden = layers.Add()([middle(inputs), inputs])
  return keras.Model(inputs, layers.Dense(2)(middle(hidden)))


def mobile_net():
  """The first six blocks of MobileNetV2, small and untrained."""
  network = keras.applications.MobileNetV2(
    (32, 32, 3), 0.35, weights=None, include_top=False
  )
  x = network.get_layer('block_5_add').output
  outputs = layers.Dense(6)(layers.GlobalAveragePooling2D()(x))
  model = keras.Model(network.inputs, outputs)
  for layer in model.layers:
    if isinstance(layer, layers.BatchNormalization):
      layer.momentum = 0.5  # Few steps have to tell what outputs look like.
      # A few pixels may have next to no variance: to divide by it would make
      # visible differences of what is rounded.
      layer.epsilon = 0.1
  return model


# Models as they occur in practice: name, function.
MODELS = (
  ('Convolutional', convolutional),
  ('Recurrent', recurrent),
  ('SequenceToSequence', sequence_to_sequence),
  ('Transformer', transformer),
  ('Nested', nested_residual),
)


def data(model):
  """Returns eight examples: a list of inputs, and one of targets."""
  random = np.random.RandomState(0)

  def examples(tensor):
    shape = (8, *tensor.shape[1:])
    if 'int' in compat.dtype_name(tensor.dtype):
      return random.randint(9, size=shape).astype(np.int32)
    return random.normal(size=shape).astype(np.float32)

  inputs = [examples(tensor) for tensor in model.inputs]
  return inputs, [examples(tensor) for tensor in model.outputs]


def outputs_of(model):
  """Calls a model with its examples and returns a list of arrays."""
  inputs, _ = data(model)
  outputs = model(inputs if len(inputs) > 1 else inputs[0])
  return [compat.to_numpy(output) for output in tree.flatten(outputs)]


# Keys whose values depend on how a model came about, and on the file format.
_INCIDENTAL = {'build_config', 'module', 'registered_name', 'class_name'}


def config_of(value):
  """Returns the config of a model without incidental differences."""
  if isinstance(value, keras.Model):
    value = value.get_config()
  if isinstance(value, dict):
    kept = value.keys() - _INCIDENTAL
    return {key: config_of(value[key]) for key in sorted(kept)}
  if isinstance(value, (list, tuple)):
    return [config_of(item) for item in value]
  return value
