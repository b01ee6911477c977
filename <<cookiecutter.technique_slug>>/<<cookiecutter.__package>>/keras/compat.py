<% include 'license_header.txt' %>
"""What versions of Keras, and its backends, name or do differently."""

# pylint: disable=protected-access,g-import-not-at-top

import collections
import contextlib
import inspect
import os
import sys

import keras as keras_3

# With TF_USE_LEGACY_KERAS=1 this is `tf_keras`, the Keras 2 that TFMOT works
# with, else Keras 3 on the backend that KERAS_BACKEND names. A program that
# sets neither and imports `tf_keras` before wants that.
LEGACY = os.environ.get(
  'TF_USE_LEGACY_KERAS',
  str('tf_keras' in sys.modules and 'KERAS_BACKEND' not in os.environ),
) in ('1', 'true', 'True')
BACKEND = keras_3.backend.backend()
ops, tree = keras_3.ops, keras_3.tree  # They work with `tf_keras`.
dtype_name = keras_3.backend.standardize_dtype
# JAX trains with copies of the weights, and takes new values only of other
# variables from the forward pass. It has no int64 by default.
NEEDS_OFFSET = BACKEND == 'jax'
STEP_DTYPE = 'int64' if LEGACY else 'int32'

if LEGACY:
  import tensorflow as tf
  from tensorflow_model_optimization.python.core.keras.compat import keras

  if BACKEND != 'tensorflow':
    raise ImportError(
      'With TF_USE_LEGACY_KERAS=1 Keras runs on TensorFlow alone. Set '
      f'KERAS_BACKEND=tensorflow: it is {BACKEND} now.'
    )
  Shape, Spec, Variable = tf.TensorShape, tf.TensorSpec, tf.Variable
  Wrapper = keras.layers.Wrapper
  LAYERS = [keras.layers, tf.compat.v1.keras.layers, keras.layers.experimental]
  OTHER = (
    'Keras 3. Create it with `import tf_keras as keras`, or change the '
    'environment variable TF_USE_LEGACY_KERAS before Python starts: with 1 '
    '`tf.keras` is that.'
  )
  to_numpy = keras.backend.get_value
  _CALLS = ('_inbound_nodes_value', '_outbound_nodes_value')
else:
  keras = keras_3
  Shape, Variable = tuple, keras.Variable
  Spec = collections.namedtuple('Spec', ['shape', 'dtype'])
  LAYERS = [keras.layers]
  OTHER = (
    'Keras 2 (tf_keras). Set the environment variable TF_USE_LEGACY_KERAS=1 '
    'before Python starts, or create the object with `import keras`.'
  )
  to_numpy = ops.convert_to_numpy
  _CALLS = ('_inbound_nodes', '_outbound_nodes')
  if BACKEND == 'tensorflow':
    import tensorflow as tf
  elif BACKEND == 'jax':
    import jax

  class Wrapper(keras.layers.Wrapper):
    """A wrapper of a layer that may take several inputs."""

    def __init__(self, layer, **kwargs):
      super().__init__(layer, **kwargs)
      # By this Keras tells which arguments are tensors.
      self._call_signature = inspect.signature(layer.call)

    def __call__(self, *args, **kwargs):
      """See base class. A call builds the layer for all of its inputs."""
      if not args:  # The wrapper calls its first argument `inputs`.
        args = [kwargs.pop(next(iter(self._call_signature.parameters)))]
      if not self.layer.built:
        self.layer(*args, **kwargs)
      # Algorithms get weights as they are stored.
      with keras.src.backend.AutocastScope(None):
        outputs = super().__call__(*args, **kwargs)
      if self._slots is None:  # Now the layer has made its weights.
        self._create_technique_vars()
      return outputs

    def compute_output_spec(self, *args, training=None, mask=None, **kwargs):
      """See base class."""
      del training
      if mask is not None and self._takes_mask:
        kwargs['mask'] = mask
      return self.layer.compute_output_spec(*args, **kwargs)


def to_tensor(variable):
  """Returns the value of a variable, or of its copy on this replica."""
  if BACKEND == 'tensorflow':  # `ops` returns mirrored variables as they are.
    return tf.convert_to_tensor(variable)
  return ops.convert_to_tensor(variable)


def add_variable(layer, name, shape, dtype, initializer):
  """Adds a variable to a layer that is neither trained nor cast."""
  no_cast = 'experimental_autocast' if LEGACY else 'autocast'
  replicas = 'only_first_replica'
  if LEGACY:
    replicas = tf.VariableAggregation.ONLY_FIRST_REPLICA
  if not LEGACY:
    layer._tracker.unlock()  # The layer may be built.
  # The full name, wherever the variable is created, is unique in a model:
  # HDF5 files need that.
  with open_scope(layer.name):
    return layer.add_weight(
      name=name,
      shape=shape,
      dtype=dtype_name(dtype),
      initializer=initializer,
      trainable=False,
      aggregation=replicas,
      **{no_cast: False},
    )


def autocasts(layer):
  """Returns whether a wrapper casts inputs as its layer does."""
  return LEGACY and layer._autocast  # Keras 3 would cast the weights, too.


def stored(weight):
  """Returns the variable behind a weight that casts itself when it is read."""
  return getattr(weight, '_variable', weight) if LEGACY else weight


def get_path(weight, layer):
  """Returns the path of a weight from its layer on, such as `dense/kernel`."""
  if LEGACY:
    return weight.name.split(':')[0]
  parts = weight.path.split('/')
  start = parts.index(layer.name) if layer.name in parts else 0
  return '/'.join(parts[start:])


def open_scope(name):
  """Returns a scope that names the weights created in it."""
  return tf.name_scope(f'{name}/') if LEGACY else contextlib.nullcontext()


def init_scope():
  """Returns a scope to compute in at once while a program is being traced."""
  if BACKEND == 'tensorflow':
    return tf.init_scope()
  if BACKEND == 'jax':
    return jax.ensure_compile_time_eval()
  return contextlib.nullcontext()


def get_trace():
  """Returns an object for the program that is being traced, None if none is."""
  if BACKEND == 'tensorflow' and not tf.executing_eagerly():
    return tf.compat.v1.get_default_graph()
  if BACKEND == 'jax':
    return keras.src.backend.common.stateless_scope.get_stateless_scope()
  return None


def loses_weights():
  """Returns whether what is assigned to weights now is lost."""
  return NEEDS_OFFSET and get_trace() is not None


def check(condition, message, default=True):
  """Returns a scope for what needs a bool scalar tensor to be True.

  Programs of Keras 3 take `default` for it: those that XLA compiles raise none.

  Raises:
    ValueError: If it is False. On TensorFlow tf.errors.InvalidArgumentError.
  """
  if BACKEND == 'tensorflow' and (LEGACY or default):
    checked = tf.debugging.Assert(condition, [message])
    return tf.control_dependencies([] if checked is None else [checked])
  if not (condition if get_trace() is None else default):
    raise ValueError(message)
  return contextlib.nullcontext()


def run_if(condition, work):
  """Runs `work`, which may assign, if a bool or a bool tensor is True."""
  if BACKEND == 'tensorflow' and tf.is_tensor(condition):
    run = _returning_nothing(work)
    tf.cond(tf.cast(condition, tf.bool), run, tf.no_op)
  elif condition:
    work()


def update_if(due, compute, variables):
  """Assigns what `compute` returns, a list, to variables if `due` is True."""
  is_shared = BACKEND == 'tensorflow' and tf.distribute.has_strategy()
  if is_shared or loses_weights():  # Branches cannot assign.
    old = [to_tensor(variable) for variable in variables]
    new = ops.cond(due, compute, lambda: old)
    due, compute = True, lambda: new

  def update():
    for variable, value in zip(variables, compute(), strict=True):
      variable.assign(value)

  run_if(due, update)


def run_on_replicas(work, step, variables):
  """Runs `work(step, variables)` on the variables of each replica.

  Weights and state are the same on all replicas, so each replica computes its
  own copy: nothing is sent. JAX shards one program, it has no replicas.
  """
  if BACKEND != 'tensorflow' or not tf.distribute.has_strategy():
    work(step, variables)
    return
  if not LEGACY:
    step, variables = tf.nest.map_structure(
      lambda variable: variable.value, (step, variables)
    )

  def update(strategy):
    run = _returning_nothing(work)
    return strategy.extended.update(step, run, args=(variables,))

  replica = tf.distribute.get_replica_context()
  if replica is None:
    update(tf.distribute.get_strategy())
  else:
    replica.merge_call(update)


def _returning_nothing(work):
  def run(*args):
    work(*args)
    return tf.no_op()

  return run


def average(tensors):
  """Returns the means of tensors over the replicas, None if there is one."""
  if BACKEND != 'tensorflow':
    return None
  replica = tf.distribute.get_replica_context()
  if replica is None or replica.num_replicas_in_sync == 1:
    return None
  return replica.all_reduce(tf.distribute.ReduceOp.MEAN, tensors())


def sync(model):
  """Gives variables the values of the training loop: JAX keeps copies."""
  if BACKEND == 'jax' and hasattr(model, 'jax_state_sync'):
    model.jax_state_sync()


def get_call(node):
  """Returns the layer, or operation, that a node calls, and the arguments."""
  if LEGACY:
    return node.layer, node.call_args, node.call_kwargs
  # Keras 3 fills in `training`, and has that of the model override it.
  kwargs = {k: v for k, v in node.arguments.kwargs.items() if k != 'training'}
  return node.operation, node.arguments.args, kwargs


def get_own_layers(model):
  """Returns the layers that a model holds itself, inputs included."""
  if not LEGACY and isinstance(model, keras.Sequential):
    return list(model._layers)
  return list(model._flatten_layers(include_self=False, recursive=False))


def get_output_layers(model):
  """Returns the layer of each output of a model that is built."""
  outputs = model.outputs if getattr(model, 'output_names', None) else []
  history = [output._keras_history for output in outputs]
  return [getattr(one, 'layer' if LEGACY else 'operation') for one in history]


def get_output_shapes(layer, input_shape):
  """Returns the shape, or a structure of shapes, of the outputs of a layer."""
  if LEGACY:
    return layer.compute_output_shape(input_shape)
  inputs = tree.map_shape_structure(keras.KerasTensor, input_shape)
  outputs = layer.compute_output_spec(inputs)
  return tree.map_structure(lambda output: output.shape, outputs)


def has_calls(layer):
  """Returns whether a layer is part of a model."""
  return bool(vars(layer).get(_CALLS[0]))


def forget_calls(layer):
  """Makes a copy of a layer part of no model."""
  vars(layer).update({name: [] for name in _CALLS})


def clone_model(model, clone_layer):
  """Clones a model, without its optimizer, with other layers."""
  if LEGACY:
    return keras.models.clone_model(model, clone_function=clone_layer)
  if isinstance(model, keras.Sequential):
    layers = [clone_layer(layer) for layer in get_own_layers(model)]
    clone = keras.Sequential(layers, name=model.name)
  else:

    def call(layer, *args, mask=None, **kwargs):
      # Models keep what Keras has filled in for a layer, mostly None, and the
      # layer in its place may take no mask.
      masks = {} if mask is None else {'mask': mask}
      return layer(*args, **masks, **kwargs)

    # Keras 3 would clone the loss, too, of whichever class it is, and pass a
    # derived class nothing but the graph.
    was_compiled, model.compiled = model.compiled, False
    cls, model.__class__ = type(model), keras.src.models.Functional
    try:
      clone = keras.models.clone_model(
        model, clone_function=clone_layer, call_function=call
      )
    finally:
      model.compiled, model.__class__ = was_compiled, cls
  clone._tracker.unlock()  # For attributes of derived classes.
  return clone
