<% include 'license_header.txt' %>
"""What versions of Keras, and its backends, name or do differently."""

# pylint: disable=protected-access,g-import-not-at-top

import collections
import contextlib
import os
import sys

import keras as keras_3
import numpy as np

# With TF_USE_LEGACY_KERAS=1, or where a program that sets nothing has imported
# it, `keras` is `tf_keras`, the Keras 2 of TFMOT. Else it is Keras 3.
LEGACY = os.environ.get(
  'TF_USE_LEGACY_KERAS',
  str('tf_keras' in sys.modules and 'KERAS_BACKEND' not in os.environ),
) in ('1', 'true', 'True')
BACKEND = keras_3.backend.backend()
ops, tree = keras_3.ops, keras_3.tree  # They work with `tf_keras`.
dtype_name = keras_3.backend.standardize_dtype
_scopes = keras_3.src.backend.common.stateless_scope
# JAX trains with copies of the weights, and takes new values only of other
# variables from the forward pass. It has no int64 by default.
NEEDS_OFFSET = BACKEND == 'jax'
STEP_DTYPE = 'int64' if LEGACY else 'int32'

# `to_tensor` returns the value of a variable or, unlike `ops`, of its copy on a
# replica. In `init_scope` all is computed at once, while a program is traced.
if BACKEND == 'tensorflow':
  import tensorflow as tf

  to_tensor, init_scope = tf.convert_to_tensor, tf.init_scope
else:
  to_tensor, init_scope = ops.convert_to_tensor, contextlib.nullcontext
if BACKEND == 'jax':
  import jax

  init_scope = jax.ensure_compile_time_eval

if LEGACY:
  from tensorflow_model_optimization.python.core.keras.compat import keras

  if BACKEND != 'tensorflow':
    raise ImportError(
      'With TF_USE_LEGACY_KERAS=1 Keras runs on TensorFlow alone. Set '
      f'KERAS_BACKEND=tensorflow: it is {BACKEND} now.'
    )
  Shape, Spec, Variable = tf.TensorShape, tf.TensorSpec, tf.Variable
  Wrapper, to_numpy = keras.layers.Wrapper, keras.backend.get_value
  LAYERS = [keras.layers, tf.compat.v1.keras.layers, keras.layers.experimental]
  OTHER = (
    'Keras 3. Create it with `import tf_keras as keras`, or change the '
    'environment variable TF_USE_LEGACY_KERAS before Python starts: with 1 '
    '`tf.keras` is that.'
  )
  _AUTOCAST = 'experimental_autocast'
  _FIRST_REPLICA = tf.VariableAggregation.ONLY_FIRST_REPLICA

  def clone_model(model, clone_layer):
    """Clones a model, without its optimizer, with other layers."""
    return keras.models.clone_model(model, clone_function=clone_layer)

  def copy_attributes(layer, twin):
    """Gives a new layer the attributes of another, and the same weights."""
    vars(twin).update(vars(layer))

  def get_call(node):
    """Returns the layer, or operation, that a node calls, and the arguments."""
    return node.layer, node.call_args, node.call_kwargs

  def get_output_shapes(layer, input_shape):
    """Returns the shape, or a structure of shapes, of what a layer returns."""
    return layer.compute_output_shape(input_shape)

else:
  keras = keras_3
  from <<cookiecutter.__package>>.keras import keras_3_models as models

  clone_model, copy_attributes = models.clone_model, models.copy_attributes
  get_call, get_output_shapes = models.get_call, models.get_output_shapes
  Wrapper = models.Wrapper
  Shape, Variable = tuple, keras.Variable
  Spec = collections.namedtuple('Spec', ['shape', 'dtype'])
  LAYERS = [keras.layers]
  OTHER = (
    'Keras 2 (tf_keras). Set the environment variable TF_USE_LEGACY_KERAS=1 '
    'before Python starts, or create the object with `import keras`.'
  )
  to_numpy = ops.convert_to_numpy
  _AUTOCAST, _FIRST_REPLICA = 'autocast', 'only_first_replica'


def add_variable(layer, name, shape, dtype, initializer):
  """Adds a variable to a layer that is neither trained nor cast."""
  if not LEGACY:
    layer._tracker.unlock()  # The layer may be built.
  # HDF5 files need names that are unique in a model, wherever it is created.
  with open_scope(layer.name):
    return layer.add_weight(
      name=name,
      shape=shape,
      dtype=dtype,
      initializer=initializer,
      trainable=False,
      aggregation=_FIRST_REPLICA,
      **{_AUTOCAST: False},
    )


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


def get_trace():
  """Returns an object for the program that is being traced, None if none is."""
  if BACKEND == 'tensorflow' and not tf.executing_eagerly():
    return tf.compat.v1.get_default_graph()
  if BACKEND == 'jax':
    return _scopes.get_stateless_scope()
  return None


def check(condition, message, default=True):
  """Returns a scope for what needs a bool scalar tensor to be True.

  Programs of Keras 3 take `default` for it: those that XLA compiles raise none.

  Raises:
    ValueError: If it is False. On TensorFlow tf.errors.InvalidArgumentError.
  """
  if BACKEND == 'tensorflow' and (LEGACY or default):
    checked = tf.raw_ops.Assert(condition=condition, data=[message])
    return tf.control_dependencies([] if checked is None else [checked])
  if not (condition if get_trace() is None else default):
    raise ValueError(message)
  return contextlib.nullcontext()


def run_if(condition, work):
  """Runs `work`, which may assign, if a bool or a bool tensor is True."""
  if BACKEND == 'tensorflow' and tf.is_tensor(condition):
    tf.cond(tf.cast(condition, tf.bool), work, lambda: None)
  elif condition:
    work()


def update_if(due, compute, variables):
  """Assigns what `compute` returns, a list, to variables if `due` is True."""
  is_shared = BACKEND == 'tensorflow' and tf.distribute.has_strategy()
  is_traced = BACKEND == 'jax' and get_trace() is not None
  if is_shared or is_traced:  # Branches cannot assign.
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
    step, variables = tree.map_structure(lambda v: v.value, (step, variables))

  def update(strategy):
    strategy.extended.update(step, work, args=(variables,), group=False)

  replica = tf.distribute.get_replica_context()
  if replica is None:
    update(tf.distribute.get_strategy())
  else:
    replica.merge_call(update)


def average(compute):
  """Returns the means of what replicas compute, None if there is one alone."""
  replica = BACKEND == 'tensorflow' and tf.distribute.get_replica_context()
  if replica and replica.num_replicas_in_sync > 1:
    return replica.all_reduce(tf.distribute.ReduceOp.MEAN, compute())
  return None


def trace_once(function):
  """Returns a function to trace once, where Keras traces a step twice."""
  if BACKEND != 'tensorflow':
    return function
  program = tf.function(function, autograph=False, reduce_retracing=True)

  def call(*args):
    # Keras 3 asks for shapes in a scope in which nothing is assigned.
    is_alone = _scopes.in_stateless_scope() or tf.distribute.has_strategy()
    return (function if is_alone or not get_trace() else program)(*args)

  return tf.autograph.experimental.do_not_convert(call)


def count_values(ints, size):
  """Returns how often each int in [0, size) occurs in an int32 tensor."""
  if BACKEND == 'tensorflow':  # XLA cannot compile `ops.bincount`.
    with tf.device('CPU'):  # On a GPU it refuses to be deterministic.
      return tf.raw_ops.Bincount(arr=ints, size=size, weights=np.zeros(0, 'i'))
  if BACKEND == 'jax':
    return jax.numpy.bincount(ints, length=size)
  return ops.bincount(ints, minlength=size)[:size]


def sync(model):
  """Gives variables the values of the training loop: JAX keeps copies."""
  if BACKEND == 'jax' and hasattr(model, 'jax_state_sync'):
    model.jax_state_sync()
