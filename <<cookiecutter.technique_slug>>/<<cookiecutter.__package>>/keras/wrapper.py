<% include 'license_header.txt' %>
"""The wrapper that trains a layer with the technique."""

# pylint: disable=protected-access

import collections
import contextlib
import inspect

import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import algorithm as algorithm_lib
from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import registry
from <<cookiecutter.__package>>.keras import schedule as schedule_lib

_MISSING_CALLBACK = (
  'Training needs a callback: pass an instance of '
  '`Update<<cookiecutter.__camel>>Step` '
  'to `fit`, or call its methods in a custom training loop.'
)


def _unwrap(weight):
  """Returns the variable behind a weight that casts itself when it is read.

  Under a mixed precision policy layers hold float32 weights that read as
  float16. The algorithm works on what is stored.
  """
  return getattr(weight, '_variable', weight)


def _check_type(name, value, expected):
  if not isinstance(value, expected):
    raise ValueError(
      f'Expected `{name}` to be an instance of `{expected.__name__}`. '
      f'You passed: {value} of {type(value)}.'
    )


def _register(cls):
  # Files in HDF5 format name a layer of a nested model by its class alone.
  keras.utils.get_custom_objects()[cls.__name__] = cls
  package = '<<cookiecutter.__package>>'
  return keras.utils.register_keras_serializable(package)(cls)


@_register
class <<cookiecutter.__wrapper>>(keras.layers.Wrapper):
  """Trains a layer so that its weights end up <<cookiecutter.past_participle>>.

  In each training step the wrapper lets the algorithm update its state if the
  schedule asks for it, then replaces the weights by what the algorithm makes of
  them, then calls the layer. In inference it only calls the layer. The layer
  keeps its weights, and the wrapper adds the variables of the algorithm.

  Attributes:
    layer: The wrapped `keras.layers.Layer`, the very object passed in.
    schedule: The `<<cookiecutter.__camel>>Schedule`.
    algorithm: The `<<cookiecutter.__camel>>Algorithm`.
    step: int64 scalar variable: the number of training steps, -1
      until training begins.
  """

  def __init__(self, layer, schedule=None, algorithm=None, **kwargs):
    """Wraps a layer.

    Args:
      layer: A built-in layer that the registry supports, or a custom layer with
        the method `<<cookiecutter.__getter>>`.
      schedule: A `<<cookiecutter.__camel>>Schedule`. By default
        `Constant<<cookiecutter.__level_camel>>(0.5, begin_step=0)`.
      algorithm: A `<<cookiecutter.__camel>>Algorithm`. By
        default one without arguments.
      **kwargs: Arguments of `keras.layers.Layer`, such as `input_shape`.

    Raises:
      ValueError: If the layer is not supported, or an argument has the wrong
        type.
    """
    if not isinstance(layer, keras.layers.Layer):
      raise ValueError(
        f'Expected a `keras.layers.Layer`. You passed: {layer} of '
        f'{type(layer)}.'
      )
    supports = registry.<<cookiecutter.__camel>>Registry.supports_or_custom
    if not supports(layer):
      raise ValueError(
        f'Layer {layer.name} of {type(layer)} is not supported. Pass a layer '
        'that the registry supports, or give yours a method '
        '`<<cookiecutter.__getter>>`.'
      )
    if schedule is None:
      schedule = schedule_lib.Constant<<cookiecutter.__level_camel>>(
        0.5, begin_step=0
      )
    if algorithm is None:
      algorithm = algorithm_lib.<<cookiecutter.__camel>>Algorithm()
    _check_type('schedule', schedule, schedule_lib.<<cookiecutter.__camel>>Schedule)
    _check_type('algorithm', algorithm, base_algorithm.Algorithm)
    kwargs['name'] = f'<<cookiecutter.__entry>>_{layer.name}'
    # The wrapper must not cast what the layer would not cast.
    kwargs['dtype'] = layer.dtype_policy
    kwargs.setdefault('autocast', layer._autocast)
    super().__init__(layer, **kwargs)
    self.schedule = schedule
    self.algorithm = algorithm
    self.supports_masking = layer.supports_masking
    # A Sequential model is built by the input shape of its first layer.
    if hasattr(layer, '_batch_input_shape'):
      self._batch_input_shape = getattr(
        self, '_batch_input_shape', layer._batch_input_shape
      )
    self._technique = None
    self.step = self._add_variable(
      'step',
      shape=[],
      dtype=tf.int64,
      initializer=keras.initializers.Constant(-1),
    )
    self._takes_mask = 'mask' in inspect.signature(layer.call).parameters

  def build(self, input_shape=None):
    """Builds the layer, then creates the variables of the algorithm.

    Args:
      input_shape: Shape of the inputs, as the layer takes it.
    """
    super().build(input_shape)
    registry.build_attention(self.layer)
    # Some layers, MultiHeadAttention for one, make their weights when they are
    # called for the first time. Then `call` does this.
    with contextlib.suppress(AttributeError):
      self._create_technique_vars()

  def _add_variable(self, name, **arguments):
    # The full name, wherever the variable is created, is unique in a model:
    # HDF5 files need that.
    with tf.name_scope(f'{self.name}/'):
      return self.add_weight(
        name=name,
        trainable=False,
        experimental_autocast=False,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        **arguments,
      )

  def _create_technique_vars(self):
    weights = registry.<<cookiecutter.__camel>>Registry.get_weights(self.layer)
    names = collections.Counter()
    pairs = []
    for weight in weights:
      stored = _unwrap(weight)
      spec = tf.TensorSpec(stored.shape, stored.dtype)
      name = weight.name.split('/')[-1].split(':')[0]
      names[name] += 1
      if names[name] > 1:
        name = f'{name}_{names[name] - 1}'
      state = {
        key: self._add_variable(f'{name}_{key}', **arguments)
        for key, arguments in self.algorithm.create_state(spec).items()
      }
      pairs.append((weight, state))
    # Held in an object that Keras does not look into: it would save every
    # variable once more.
    self._technique = _Untracked(pairs)

  @property
  def technique_vars(self):
    """One tuple per technique weight: the weight, then its state variables."""
    return tuple((weight, *state.values()) for weight, state in self._pairs())

  def _pairs(self):
    return self._technique.value if self._technique else []

  def call(self, inputs, *args, training=None, mask=None, **kwargs):
    """Calls the layer, in training with <<cookiecutter.past_participle>> weights.

    Args:
      inputs: What the layer takes.
      *args: Further positional arguments for the layer.
      training: None, a bool, or a bool scalar tensor.
      mask: Mask for the layer, if it takes one.
      **kwargs: Further keyword arguments for the layer.

    Returns:
      What the layer returns.

    Raises:
      tf.errors.InvalidArgumentError: In training without the callback that
        updates the step.
    """
    if mask is not None and self._takes_mask:
      kwargs['mask'] = mask
    if self._technique is None:
      self.layer(inputs, *args, **kwargs)
      with tf.init_scope():
        self._create_technique_vars()
    if isinstance(training, tf.Tensor):
      tf.cond(tf.cast(training, tf.bool), self._train_step, tf.no_op)
    elif training:
      self._train_step()
    return self.layer(inputs, *args, **kwargs)

  def _train_step(self):
    """Counts the step, updates the state on schedule, replaces the weights."""
    variables = [(_unwrap(weight), state) for weight, state in self._pairs()]
    if not tf.distribute.has_strategy():
      return self._advance(self.step, variables)

    # Weights and state are the same on all replicas, so each replica computes
    # its own copy: nothing is sent.
    def update(strategy):
      return strategy.extended.update(
        self.step, self._advance, args=(variables,)
      )

    replica = tf.distribute.get_replica_context()
    if replica is None:
      return update(tf.distribute.get_strategy())
    return replica.merge_call(update)

  def _advance(self, step, variables):
    """Runs one training step on the variables of one replica."""
    if not variables:
      return tf.group(step.assign_add(1))
    begun = tf.debugging.Assert(step >= 0, [_MISSING_CALLBACK])
    with tf.control_dependencies([begun] if begun is not None else []):
      step_now = step.assign_add(1, read_value=True)
    due, level = self.schedule(tf.convert_to_tensor(step_now))

    def update_all():
      for weight, state in variables:
        update = self.algorithm.update_state(
          tf.convert_to_tensor(weight), _read(state), level
        )
        for key, value in update.items():
          state[key].assign(value)
      return tf.no_op()

    tf.cond(due, update_all, tf.no_op)
    for weight, state in variables:
      weight.assign(
        self.algorithm.apply(tf.convert_to_tensor(weight), _read(state))
      )
    return tf.no_op()

  def apply_algorithm(self):
    """Replaces the weights by what the algorithm makes of them, now.

    After an optimizer step the weights have moved. Evaluation and saving need
    them as the next forward pass would compute them. Call it outside of
    `tf.function`.
    """
    self._replace_weights(self.algorithm.apply)

  def finish(self):
    """Gives the weights their final values.

    Returns:
      The layer, ready for inference without the wrapper.
    """
    self._replace_weights(self.algorithm.finish)
    return self.layer

  def _replace_weights(self, function):
    for weight, state in self._pairs():
      stored = _unwrap(weight)
      stored.assign(function(tf.convert_to_tensor(stored), _read(state)))

  def summarize(self):
    """Computes what the algorithm reports for each technique weight.

    Returns:
      A dict from `weight name/quantity` to a scalar tensor.
    """
    return {
      f'{weight.name.split(":")[0]}/{key}': value
      for weight, state in self._pairs()
      for key, value in self.algorithm.summarize(
        tf.convert_to_tensor(_unwrap(weight)), _read(state)
      ).items()
    }

  def compute_output_shape(self, input_shape):
    """See base class."""
    return self.layer.compute_output_shape(input_shape)

  def compute_mask(self, inputs, mask=None):
    """See base class."""
    return self.layer.compute_mask(inputs, mask)

  @property
  def trainable(self):
    """Whether the layer is trained. A frozen layer stays frozen."""
    return self.layer.trainable

  @trainable.setter
  def trainable(self, value):
    self.layer.trainable = value

  def get_config(self):
    """See base class."""
    return {
      **super().get_config(),
      'schedule': self.schedule.get_config(),
      'algorithm': {
        'class_name': keras.utils.get_registered_name(type(self.algorithm)),
        'config': self.algorithm.get_config(),
      },
    }

  @classmethod
  def from_config(cls, config, custom_objects=None):
    """See base class."""
    config = dict(config)
    layer = dict(config['layer'])
    # HDF5 files are read by code that looks for the class name alone.
    layer['class_name'] = layer.get('registered_name') or layer['class_name']
    config['layer'] = keras.layers.deserialize(
      layer, custom_objects=custom_objects
    )
    for key in ('schedule', 'algorithm'):
      config[key] = keras.utils.deserialize_keras_object(
        config[key], custom_objects=custom_objects
      )
    return cls(**config)


class _Untracked:
  """Holds a value out of sight of the attribute tracking of Keras."""

  def __init__(self, value):
    self.value = value


def _read(state):
  return {key: tf.convert_to_tensor(value) for key, value in state.items()}


def collect_<<cookiecutter.__able>>_layers(model):
  """Finds the wrappers in a model, at any depth.

  Args:
    model: A `keras.Model`.

  Returns:
    A list of wrappers, in the order of their layers.
  """
  return [
    layer
    for layer in model._flatten_layers()  # pylint: disable=protected-access
    if isinstance(layer, <<cookiecutter.__wrapper>>)
  ]
