<% include 'license_header.txt' %>
"""Entry points: apply the technique to a model, load it, strip it."""

from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import algorithm as algorithm_lib
from <<cookiecutter.__package>>.keras import policy as policy_lib
from <<cookiecutter.__package>>.keras import registry
from <<cookiecutter.__package>>.keras import wrapper


def <<cookiecutter.technique_slug>>_scope():
  """Returns a scope in which models with wrapped layers can be loaded.

  The classes are registered with Keras once this package has been imported, so
  loading works without the scope, too.

  >>> import tempfile
  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> wrapped = <<cookiecutter.__entry>>(model)
  >>> with tempfile.TemporaryDirectory() as folder:
  ...   wrapped.save(f'{folder}/wrapped.keras')
  ...   with <<cookiecutter.technique_slug>>_scope():
  ...     loaded = keras.models.load_model(f'{folder}/wrapped.keras')
  >>> loaded.count_params() == wrapped.count_params()
  True

  Returns:
    A `keras.utils.custom_object_scope`.
  """
  # Not the schedules: Keras has a `PolynomialDecay` of its own, for optimizers.
  classes = [
    wrapper.<<cookiecutter.__wrapper>>,
    algorithm_lib.<<cookiecutter.__camel>>Algorithm,
  ]
  return keras.utils.custom_object_scope({c.__name__: c for c in classes})


def <<cookiecutter.__entry>>(
  <<cookiecutter.__to>>,
  schedule=None,
  policy=None,
  algorithm=None,
  **kwargs,
):
  """Wraps a model, or layers, to train with the technique.

  Load pretrained weights first, then apply the technique, then compile:

  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> wrapped = <<cookiecutter.__entry>>(model)
  >>> wrapped.compile(optimizer='sgd', loss='mse')
  >>> x, y = tf.ones([16, 8]), tf.zeros([16, 4])
  >>> callback = Update<<cookiecutter.__camel>>Step()
  >>> _ = wrapped.fit(x, y, verbose=0, callbacks=[callback])
  >>> stripped = strip_<<cookiecutter.technique_slug>>(wrapped)

  The model passed in keeps its structure and stays usable. It shares its
  weights with the wrapped model, so training one changes the other.

  Args:
    <<cookiecutter.__to>>: A `keras.layers.Layer`, a list of layers, or a
      Sequential or Functional `keras.Model`, nested models included.
    schedule: A `<<cookiecutter.__camel>>Schedule`. By default
      `Constant<<cookiecutter.__level_camel>>(0.5, begin_step=0)`.
    policy: A `<<cookiecutter.__camel>>Policy` that
      chooses the layers to wrap. By default every layer is wrapped.
    algorithm: A `<<cookiecutter.__camel>>Algorithm`. By
      default one without arguments.
    **kwargs: Arguments for the wrapper of a single layer, such as
      `input_shape`.

  Returns:
    The wrapped layer, a list of wrapped layers, or a new model without
    optimizer. Layers that are already wrapped are used as they are.

  Raises:
    ValueError: If the object is none of these, if it belongs to Keras 3, or if
      layers are not supported. All of those are named.
  """
  is_list = isinstance(<<cookiecutter.__to>>, list)
  layers = <<cookiecutter.__to>> if is_list else [<<cookiecutter.__to>>]
  if kwargs and (is_list or isinstance(<<cookiecutter.__to>>, keras.Model)):
    raise ValueError(
      f'Only a single layer takes the arguments {list(kwargs)} of the wrapper.'
    )
  for layer in layers:
    _check_type(layer)
    if policy is not None and isinstance(layer, keras.Model):
      policy.ensure_model_supports_<<cookiecutter.technique_slug>>(layer)
  _check_supported(layers, policy)

  wrapped = {}  # A layer that two models share is wrapped once.

  def wrap(layer):
    if id(layer) not in wrapped:
      wrapped[id(layer)] = wrap_new(layer)
    return wrapped[id(layer)]

  def wrap_new(layer):
    if isinstance(layer, keras.Model):
      return keras.models.clone_model(layer, clone_function=wrap)
    if _stays_as_it_is(layer) or not _is_allowed(layer, policy):
      return layer
    return wrapper.<<cookiecutter.__wrapper>>(
      layer, schedule=schedule, algorithm=algorithm, **kwargs
    )

  results = [wrap(layer) for layer in layers]
  return results if is_list else results[0]


def strip_<<cookiecutter.technique_slug>>(model):
  """Removes the wrappers and leaves what inference needs.

  The stripped model has the structure of the model that was wrapped, but for
  layers that the algorithm replaces, and none of the wrappers' variables. It
  shares the weights of the layers that stay with the wrapped model. A model
  without wrappers comes back equal.

  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> wrapped = <<cookiecutter.__entry>>(model)
  >>> len(collect_<<cookiecutter.__able>>_layers(wrapped))
  1
  >>> stripped = strip_<<cookiecutter.technique_slug>>(wrapped)
  >>> len(collect_<<cookiecutter.__able>>_layers(stripped))
  0

  Args:
    model: A Sequential or Functional `keras.Model`.

  Returns:
    A new `keras.Model` without wrappers and without optimizer.

  Raises:
    ValueError: If `model` is not such a model.
  """
  _check_type(model)
  if not isinstance(model, keras.Model):
    raise ValueError(
      'Expected a `keras.Model`. You passed an object of type '
      f'{type(model).__name__}.'
    )

  return _strip(model)


class _Chain:
  """Layers that take the place of one layer while a model is cloned.

  `keras.models.clone_model` calls it as it would call the one, and then reads
  the outputs of the last layer. So the new layers become part of the model
  itself, not of a model inside: other techniques handle no nested models.
  """

  def __init__(self, layers):
    self._layers = layers

  def __getattr__(self, name):
    return getattr(self._layers[-1], name)

  # It is the last layer, so that Keras does not take it for a layer beside the
  # graph: then it would add what else has called the layers to the new model.
  def __eq__(self, other):
    return other is self._layers[-1]

  def __hash__(self):
    return hash(self._layers[-1])

  def __call__(self, inputs, *args, **kwargs):
    first, *others = self._layers
    outputs = first(inputs, *args, **kwargs)
    for layer in others:
      outputs = layer(outputs)
    return outputs


def _strip(model):
  layers = model._flatten_layers(include_self=False, recursive=False)  # pylint: disable=protected-access
  stripped = {layer.name: _strip_layer(layer) for layer in layers}
  has_chains = any(len(new) > 1 for new in stripped.values())
  if has_chains and isinstance(model, keras.Sequential):
    return keras.Sequential(sum(stripped.values(), []), name=model.name)

  def replace(layer):
    new = stripped[layer.name]
    return new[0] if len(new) == 1 else _Chain(new)

  return keras.models.clone_model(model, clone_function=replace)


def _strip_layer(layer):
  """Returns the layers that take the place of a layer, most often itself."""
  if isinstance(layer, keras.Model):
    return [_strip(layer)]
  if isinstance(layer, keras.layers.InputLayer):
    return [layer.from_config(layer.get_config())]
  if isinstance(layer, wrapper.<<cookiecutter.__wrapper>>):
    return layer.strip()
  return [layer]


def _stays_as_it_is(layer):
  """Returns whether there is nothing to wrap: inputs, operations, wrappers."""
  nothing = (keras.layers.InputLayer, wrapper.<<cookiecutter.__wrapper>>)
  is_operation = registry.<<cookiecutter.__camel>>Registry.is_operation
  return isinstance(layer, nothing) or is_operation(layer)


def _is_allowed(layer, policy):
  return policy is None or policy.allow_<<cookiecutter.technique_slug>>(layer)


def _is_subclassed(model):
  return not (
    isinstance(model, keras.Sequential) or model._is_graph_network  # pylint: disable=protected-access
  )


def _check_type(layer):
  """Checks that an object can be wrapped, or is a model to look into.

  Raises:
    ValueError: If it is neither.
  """
  name = type(layer).__name__
  if not isinstance(layer, keras.layers.Layer):
    roots = {base.__module__.split('.')[0] for base in type(layer).__mro__}
    if 'keras' in roots:
      raise ValueError(
        f'You passed an object of type {name} from Keras 3. Create it with '
        '`import tf_keras as keras`, or set the environment variable '
        'TF_USE_LEGACY_KERAS=1 before TensorFlow is imported.'
      )
    raise ValueError(
      'Expected a `keras.layers.Layer`, a list of layers, or a Sequential or '
      f'Functional `keras.Model`. You passed an object of type {name}.'
    )
  if isinstance(layer, keras.Model):
    if _is_subclassed(layer):
      raise ValueError(
        f'You passed a subclassed model of type {name}, which can be neither '
        'wrapped nor stripped as a whole. Wrap the layers in its constructor '
        'with `<<cookiecutter.__entry>>(layer)`.'
      )
    for inner in layer.layers:
      _check_type(inner)


def _check_supported(layers, policy):
  supports = registry.<<cookiecutter.__camel>>Registry.supports_or_custom
  unsupported = [
    f'{layer.name} ({type(layer).__name__})'
    for given in layers
    for layer in policy_lib.find_layers(given)
    if not _stays_as_it_is(layer)
    and not supports(layer)
    and _is_allowed(layer, policy)
  ]
  if unsupported:
    raise ValueError(
      f'Layers that are not supported: {", ".join(unsupported)}. Leave them as '
      'they are with `policy=SkipUnsupportedLayers()`, or give them a method '
      '`<<cookiecutter.__getter>>`.'
    )
