<% include 'license_header.txt' %>
"""What versions of Keras, and its backends, name or do differently."""

# pylint: disable=protected-access,g-import-not-at-top

import collections
import contextlib
import os

# With TF_USE_LEGACY_KERAS=0 this is Keras 3, on the backend that KERAS_BACKEND
# names, else `tf_keras`, the Keras 2 that TFMOT works with.
LEGACY = os.environ.get('TF_USE_LEGACY_KERAS', '1') in ('1', 'true', 'True')

if LEGACY:
  os.environ.setdefault('KERAS_BACKEND', 'tensorflow')
  # Of Keras 3: they work with `tf_keras`.
  from keras import backend as _backend
  from keras import ops
  import tensorflow as tf
  from tensorflow import nest as tree
  from tensorflow_model_optimization.python.core.keras.compat import keras

  if _backend.backend() != 'tensorflow':
    raise ImportError(
      'With TF_USE_LEGACY_KERAS=1 Keras runs on TensorFlow alone. Set '
      f'KERAS_BACKEND=tensorflow: it is {_backend.backend()} now.'
    )
  BACKEND = 'tensorflow'
  NEEDS_OFFSET = False  # See `loses_weights`.
  STEP_DTYPE = 'int64'
  Shape = tf.TensorShape
  Spec = tf.TensorSpec
  Variable = tf.Variable
  Wrapper = keras.layers.Wrapper
  # The modules with the classes of built-in layers.
  LAYERS = [keras.layers, tf.compat.v1.keras.layers, keras.layers.experimental]
  OTHER = 'Keras 3'
  HOW_TO_CHANGE = (
    'Create it with `import tf_keras as keras`, or set the environment '
    'variable TF_USE_LEGACY_KERAS before the first import: to 1 for `tf.keras` '
    'to be that, or to 0 to work with Keras 3.'
  )
  # Attributes with the calls of a layer in models.
  _CALLS = ('_inbound_nodes_value', '_outbound_nodes_value')
else:
  import keras
  from keras import ops
  from keras import tree

  BACKEND = keras.backend.backend()
  NEEDS_OFFSET = BACKEND == 'jax'
  STEP_DTYPE = 'int32'  # JAX has no int64 by default.
  Shape = tuple
  Spec = collections.namedtuple('Spec', ['shape', 'dtype'])
  Variable = keras.Variable
  LAYERS = [keras.layers]
  OTHER = 'Keras 2 (tf_keras)'
  HOW_TO_CHANGE = (
    'Set the environment variable TF_USE_LEGACY_KERAS=1 before the first '
    'import, or create the object with `import keras`.'
  )
  _CALLS = ('_inbound_nodes', '_outbound_nodes')
  if BACKEND == 'tensorflow':
    import tensorflow as tf
  elif BACKEND == 'jax':
    import jax

  class Wrapper(keras.layers.Wrapper):
    """A wrapper of a layer that may take several inputs."""

    def __call__(self, *args, **kwargs):
      """See base class. A call builds the layer for all of its inputs."""
      if not self.layer.built:
        self.layer(*args, **kwargs)
      return super().__call__(*args, **kwargs)

    def compute_output_spec(self, *args, training=None, mask=None, **kwargs):
      """See base class."""
      del training
      if mask is not None and self._takes_mask:
        kwargs['mask'] = mask
      return self.layer.compute_output_spec(*args, **kwargs)


def dtype_name(dtype):
  """Returns the name of a dtype, such as 'float32', of any library."""
  if LEGACY:
    return tf.as_dtype(dtype).name
  return keras.backend.standardize_dtype(dtype)


def to_tensor(variable):
  """Returns the value of a variable, or of its copy on this replica."""
  # `ops.convert_to_tensor` returns a mirrored variable as it is.
  if BACKEND == 'tensorflow':
    return tf.convert_to_tensor(variable)
  return ops.convert_to_tensor(variable)


def to_numpy(value):
  """Returns a tensor or a variable as an array."""
  if LEGACY:
    return keras.backend.get_value(value)
  return ops.convert_to_numpy(value)


def is_tensor(training):
  """Returns whether an argument `training` is known in a graph alone."""
  return LEGACY and tf.is_tensor(training)


def add_variable(layer, name, shape, dtype, initializer):
  """Adds a variable to a layer that is neither trained nor cast."""
  arguments = {
    'name': name,
    'shape': shape,
    'dtype': dtype_name(dtype),
    'initializer': initializer,
    'trainable': False,
  }
  if not LEGACY:
    arguments['aggregation'] = 'only_first_replica'
    return layer.add_weight(autocast=False, **arguments)
  arguments['aggregation'] = tf.VariableAggregation.ONLY_FIRST_REPLICA
  # The full name, wherever the variable is created, is unique in a model:
  # HDF5 files need that.
  with open_scope(layer.name):
    return layer.add_weight(experimental_autocast=False, **arguments)


def autocasts(layer):
  """Returns whether a wrapper casts inputs as its layer does.

  With Keras 3 only the layer does: the wrapper reads weights as stored.
  """
  return LEGACY and layer._autocast


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
  """Returns a scope in which what a program is being traced of is computed."""
  if BACKEND == 'tensorflow':
    return tf.init_scope()
  if BACKEND == 'jax':
    return jax.ensure_compile_time_eval()
  return contextlib.nullcontext()


def get_trace():
  """Returns an object for the program that is being traced, None if none is."""
  if BACKEND == 'tensorflow':
    is_eager = tf.executing_eagerly()
    return None if is_eager else tf.compat.v1.get_default_graph()
  if BACKEND == 'jax':
    return keras.src.backend.common.stateless_scope.get_stateless_scope()
  return None


def loses_weights():
  """Returns whether what is assigned to weights now is lost.

  JAX trains with copies of the weights, and takes new values of the variables
  that are not trained alone from the forward pass.
  """
  return BACKEND == 'jax' and get_trace() is not None


def check(condition, message, default=True):
  """Raises an error unless a condition holds.

  Args:
    condition: Bool scalar tensor.
    message: Text of the error.
    default: What the condition counts as in a program that can be compiled for
      XLA: such a program cannot raise errors.

  Returns:
    A scope for what must not happen before the check.

  Raises:
    ValueError: If the condition is not True.
    tf.errors.InvalidArgumentError: Likewise, on TensorFlow.
  """
  if get_trace() is not None and not LEGACY and not default:
    raise ValueError(message)
  if BACKEND == 'tensorflow':
    checked = tf.debugging.Assert(condition, [message])
    return tf.control_dependencies([] if checked is None else [checked])
  if get_trace() is None and not condition:
    raise ValueError(message)
  return contextlib.nullcontext()


def run_if(condition, work):
  """Runs `work`, which may assign, if a bool or a bool tensor is True."""

  def run():
    work()
    return tf.no_op()

  if BACKEND == 'tensorflow' and tf.is_tensor(condition):
    tf.cond(tf.cast(condition, tf.bool), run, tf.no_op)
  elif condition:
    work()


def update_if(due, compute, variables):
  """Assigns what `compute` returns, a list, to variables if `due` is True."""
  if BACKEND == 'jax':  # Its branches cannot assign.
    old = [to_tensor(variable) for variable in variables]
    new = ops.cond(due, compute, lambda: old)
    due, compute = True, lambda: new

  def update():
    for variable, value in zip(variables, compute(), strict=True):
      variable.assign(value)

  run_if(due, update)


def run_on_replicas(work, step, variables):
  """Runs the same work on the variables of each replica of `tf.distribute`.

  Weights and state are the same on all replicas, so each replica computes its
  own copy: nothing is sent. JAX shards one program, it has no replicas.

  Args:
    work: Function of the step and the variables.
    step: The variable that counts steps.
    variables: Nested structure of variables.
  """
  if BACKEND != 'tensorflow' or not tf.distribute.has_strategy():
    work(step, variables)
    return
  if not LEGACY:
    step, variables = tree.map_structure(lambda v: v.value, (step, variables))

  def run(*args):
    work(*args)
    return tf.no_op()

  def update(strategy):
    return strategy.extended.update(step, run, args=(variables,))

  replica = tf.distribute.get_replica_context()
  if replica is None:
    update(tf.distribute.get_strategy())
  else:
    replica.merge_call(update)


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
  return node.operation, node.arguments.args, node.arguments.kwargs


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


def has_calls(layer):
  """Returns whether a layer is part of a model."""
  return bool(vars(layer).get(_CALLS[0]))


def map_shapes(function, shapes):
  """Calls a function for each shape in a nested structure."""
  if isinstance(shapes, dict):
    return {key: map_shapes(function, value) for key, value in shapes.items()}
  if not any(isinstance(shape, (Shape, dict, list)) for shape in shapes):
    return function(shapes)
  return [map_shapes(function, shape) for shape in shapes]


def forget_calls(layer):
  """Makes a copy of a layer part of no model."""
  for name in _CALLS:
    vars(layer)[name] = []


def clone_model(model, clone_layer):
  """Clones a model, without its optimizer, with other layers."""
  if LEGACY or not isinstance(model, keras.Sequential):
    clone = keras.models.clone_model(model, clone_function=clone_layer)
  else:
    layers = [clone_layer(layer) for layer in get_own_layers(model)]
    clone = keras.Sequential(layers, name=model.name)
  if not LEGACY:
    clone.compiled, clone.optimizer = False, None
    clone._tracker.unlock()  # For attributes of derived classes.
  return clone
