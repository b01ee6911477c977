<% include 'license_header.txt' %>
"""The wrapper that trains a layer with the technique."""

# pylint: disable=protected-access

import contextlib
import inspect
import types

from <<cookiecutter.__package>>.keras import algorithm as algorithm_lib
from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import checked_algorithm
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import registry
from <<cookiecutter.__package>>.keras import schedule as schedule_lib
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops
from <<cookiecutter.__package>>.keras.compat import tree

_MISSING_CALLBACK = (
  'Training needs a callback: pass an instance of '
  '`Update<<cookiecutter.__camel>>Step` '
  'to `fit`, or call its methods in a custom training loop.'
)


def _check_type(name, value, expected):
  if not isinstance(value, expected):
    raise ValueError(
      f'Expected `{name}` to be an instance of `{expected.__name__}`. '
      f'You passed: {value} of {type(value)}.'
    )


@keras.utils.register_keras_serializable('<<cookiecutter.technique_slug>>')
class <<cookiecutter.__wrapper>>(compat.Wrapper):
  """Trains a layer so that it ends up <<cookiecutter.past_participle>>.

  In each training step the wrapper counts the step and lets the algorithm
  update its state if the schedule asks for it. What the algorithm makes of the
  weights, or of the outputs, goes where the `target` of the algorithm says. The
  layer keeps its weights, and the wrapper adds the variables of the algorithm.

  >>> dense = keras.layers.Dense(4)
  >>> wrapper = <<cookiecutter.__wrapper>>(dense)
  >>> tuple(wrapper(ops.ones([1, 8])).shape)
  (1, 4)

  Attributes:
    layer: The wrapped `keras.layers.Layer`, the very object passed in.
    schedule: The `<<cookiecutter.__camel>>Schedule`.
    algorithm: The `<<cookiecutter.__camel>>Algorithm`.
    step: int64 scalar variable, int32 on Keras 3: the number of training
      steps, -1 until training begins.
    calls: Tells which calls of the layer begin a training step.
  """

  def __init__(
    self,
    layer,
    schedule=None,
    algorithm=None,
    training_from_callback=False,
    **kwargs,
  ):
    """Wraps a layer.

    Args:
      layer: A built-in layer that the registry supports, or a custom layer with
        the method `<<cookiecutter.__getter>>`.
      schedule: A `<<cookiecutter.__camel>>Schedule`. By default
        `Constant<<cookiecutter.__level_camel>>(0.5, begin_step=0)`.
      algorithm: A `<<cookiecutter.__camel>>Algorithm`. By
        default one without arguments.
      training_from_callback: Whether the callback, and not the argument
        `training`, says when the layer is trained. For a layer that a model
        calls with a constant `training`, as in `base(inputs, training=False)`.
      **kwargs: Arguments of `keras.layers.Layer`, such as `input_shape`.

    Raises:
      ValueError: If the layer is not supported, or an argument has the wrong
        type.
    """
    _check_type('layer', layer, keras.layers.Layer)
    supports = registry.<<cookiecutter.__camel>>Registry.supports_or_custom
    if not supports(layer):
      raise ValueError(
        f'Layer {layer.name} of {type(layer)} is not supported. Pass a layer '
        'that the registry supports, or give yours a method '
        '`<<cookiecutter.__getter>>`.'
      )
    default = schedule_lib.Constant<<cookiecutter.__level_camel>>(0.5, begin_step=0)
    schedule = default if schedule is None else schedule
    if algorithm is None:
      algorithm = algorithm_lib.<<cookiecutter.__camel>>Algorithm()
    _check_type('schedule', schedule, schedule_lib.<<cookiecutter.__camel>>Schedule)
    _check_type('algorithm', algorithm, base_algorithm.Algorithm)
    kwargs['name'] = f'<<cookiecutter.__entry>>_{layer.name}'
    kwargs['dtype'] = layer.dtype_policy
    kwargs.setdefault('autocast', False)  # The layer casts, if it wants to.
    super().__init__(layer, **kwargs)
    self.schedule = schedule
    self.algorithm = algorithm
    self.supports_masking = layer.supports_masking
    # A Sequential model is built by the input shape of its first layer.
    for name in ('_batch_input_shape', '_input_shape_arg'):
      if getattr(self, name, None) is None and hasattr(layer, name):
        setattr(self, name, getattr(layer, name))
    self.checked = checked_algorithm.CheckedAlgorithm(algorithm, layer)
    # Keras does not look into it: it would save every variable once more.
    self._hidden = types.SimpleNamespace(slots=None, input_shape=None)
    self.calls = schedule_lib.Calls()
    self.step = compat.add_variable(
      self, 'step', [], compat.STEP_DTYPE, keras.initializers.Constant(-1)
    )
    self.training_from_callback = training_from_callback
    if training_from_callback:
      self.is_training = compat.add_variable(
        self, 'is_training', [], 'bool', 'zeros'
      )
    self._takes_mask = 'mask' in inspect.signature(layer.call).parameters

  def build(self, input_shape=None):
    """Builds the layer, then creates the variables of the algorithm."""
    # When a file is read, no scope is open that names the weights.
    with compat.open_scope(self.layer.name):
      super().build(input_shape)
    if input_shape is not None:  # Files hold shapes as lists.
      input_shape = tree.map_shape_structure(compat.Shape, input_shape)
    self._hidden.input_shape = input_shape
    registry.build_attention(self.layer)
    # Some layers, MultiHeadAttention for one, make their weights when they are
    # called for the first time. Then `call` does this.
    with contextlib.suppress(AttributeError):
      self._create_technique_vars()

  def _create_technique_vars(self):
    slots = []
    if self.algorithm.accepts(self.layer):
      target = self.algorithm.target
      slots = target.find_slots(self.layer, self._hidden.input_shape)
    target_lib.make_unique(slots, 'name')
    target_lib.make_unique(slots, 'path')
    for slot in slots:
      slot.state = {
        key: compat.add_variable(self, f'{slot.name}_{key}', **arguments)
        for key, arguments in self.checked.create_state(slot).items()
      }
      if compat.NEEDS_OFFSET and target.replaces:
        slot.offset = compat.add_variable(
          self, f'{slot.name}_offset', slot.spec.shape, slot.spec.dtype, 'zeros'
        )
    self._hidden.slots = slots
    # Whether the callback has begun makes another program.
    self._hidden.run_step = compat.trace_once(
      lambda _, *args: self.algorithm.target.run_step(self, *args)
    )

  @property
  def slots(self):
    """List of `target.Slot`: what the algorithm works on. Empty until built."""
    return self._hidden.slots or []

  @property
  def technique_vars(self):
    """One tuple per weight or output: the weight if there is one, its state."""
    return tuple(
      tuple(v for v in (slot.weight, *slot.state.values()) if v is not None)
      for slot in self.slots
    )

  def call(self, inputs, *args, training=None, mask=None, **kwargs):
    """Calls the layer with what the algorithm makes of it.

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
        updates the step. ValueError on Keras 3.
    """
    if mask is not None and self._takes_mask:
      kwargs['mask'] = mask

    def call_layer():
      return self.layer(inputs, *args, **kwargs)

    if self.training_from_callback:
      training = compat.to_tensor(self.is_training)
    if self._hidden.slots is None:
      call_layer()
      with compat.init_scope():
        self._create_technique_vars()
    return self.algorithm.target.call(self, call_layer, training)

  def run_step(self, *args):
    """Counts a training step, and does what the schedule asks for.

    Args:
      *args: What `run_step` of the target takes.
    """
    self._hidden.run_step(self.calls.has_begun, *args)

  def advance(self, step, training=True, count=1):
    """Counts a training step and asks the schedule.

    Args:
      step: The variable `step`, or its copy on one replica.
      training: True, or a bool scalar tensor. Where it is False nothing is
        counted, and nothing is due.
      count: Number of steps to count, 0 or 1.

    Returns:
      What the schedule returns: a bool and a float32 scalar tensor.
    """
    is_asked = ops.is_tensor(training)
    if is_asked:
      training = ops.cast(training, 'bool')
      count = ops.cast(training, compat.STEP_DTYPE) * count
    if not self.slots:
      step.assign_add(count)
      return False, 0.0
    begun = contextlib.nullcontext()
    if not self.calls.has_begun:
      is_fine = (compat.to_tensor(step) >= 0) | (count == 0)
      begun = compat.check(is_fine, _MISSING_CALLBACK, default=False)
    with begun:
      step.assign_add(count)
      now = compat.to_tensor(step)
    due, level = self.schedule(now)
    return due & training if is_asked else due, level

  def settle(self):
    """Gives the weights the values that the next forward pass computes with.

    After an optimizer step the weights have moved. Evaluation and saving need
    them as the algorithm leaves them. Call it outside of `tf.function`.

    Raises:
      ValueError: If the algorithm has returned NaN or infinity in a program
        that could not say so itself, because XLA has compiled it.
    """
    step = int(compat.to_numpy(self.step))
    if step < -1:
      raise ValueError(self.checked.describe_fault(step))
    if step >= 0 and self.algorithm.target.replaces:
      for slot in self.slots:
        slot.assign(self.checked.settle)

  def save_own_variables(self, store):
    """See base class. A file has the weights that inference computes with."""
    self.settle()
    super().save_own_variables(store)

  def strip(self, names=None):
    """Gives the weights their final values.

    Args:
      names: Set of names that new layers cannot have. Theirs are added.

    Returns:
      A list of layers that compute, one after the other and without the
      wrapper, what the wrapper computes in inference.
    """
    if not self.slots:
      return [self.layer]
    for slot in self.slots:
      if slot.weight is not None:
        slot.assign(self.checked.finish)
    return self.checked.replace(self, self._hidden.input_shape, names or set())

  def summarize(self):
    """Returns what is reported, `layer/weight/quantity` to a scalar tensor."""
    return {
      f'{slot.path}/{key}': value
      for slot in self.slots
      for key, value in self.checked.summarize(slot).items()
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
      'training_from_callback': self.training_from_callback,
    }

  @classmethod
  def from_config(cls, config, custom_objects=None):
    """See base class."""
    read, config = keras.utils.deserialize_keras_object, dict(config)
    for key in ('schedule', 'algorithm'):
      config[key] = read(config[key], custom_objects)
    # HDF5 files are read by code that looks for the class name alone.
    layer = dict(config['layer'])
    layer['class_name'] = layer.get('registered_name') or layer['class_name']
    config['layer'] = keras.layers.deserialize(layer, custom_objects)
    return cls(**config)


# Files in HDF5 format name a layer of a nested model by its class alone.
keras.utils.get_custom_objects().update(
  <<cookiecutter.__wrapper>>=<<cookiecutter.__wrapper>>
)


def collect_<<cookiecutter.__able>>_layers(model):
  """Finds the wrappers in a model, at any depth.

  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> wrapped = <<cookiecutter.__entry>>(model)
  >>> len(collect_<<cookiecutter.__able>>_layers(wrapped))
  1

  Args:
    model: A `keras.Model`, or a layer that holds others.

  Returns:
    A list of wrappers, in the order of their layers.
  """
  return [
    layer
    for layer in model._flatten_layers()  # pylint: disable=protected-access
    if isinstance(layer, <<cookiecutter.__wrapper>>)
  ]


def get_own_name(layer):
  """Returns the name of a layer or, for a wrapper, of the layer inside."""
  is_wrapper = isinstance(layer, <<cookiecutter.__wrapper>>)
  return layer.layer.name if is_wrapper else layer.name


def restore_output_names(model):
  """Names outputs as before wrapping: losses and metrics go by these names."""
  outputs = model.outputs if getattr(model, 'output_names', None) else []
  for index, output in enumerate(outputs):
    layer, name = output._keras_history[0], model.output_names[index]
    if name.startswith(layer.name):  # Equal names are numbered.
      # The list, which a compiled model shares with its losses and metrics.
      model.output_names[index] = get_own_name(layer) + name[len(layer.name) :]
