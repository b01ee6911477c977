<% include 'license_header.txt' %>
"""Entry points: apply the technique to a model, load it, strip it."""

import warnings

from <<cookiecutter.__package>>.keras import algorithm as algorithm_lib
from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import cloning
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import registry
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import wrapper
from <<cookiecutter.__package>>.keras.compat import keras


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
  >>> x, y = ops.ones([16, 8]), ops.zeros([16, 4])
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
    ValueError: If the object is none of these, if it belongs to the other
      Keras, or if layers are not supported. All of those are named.
  """
  is_list = isinstance(<<cookiecutter.__to>>, list)
  layers = <<cookiecutter.__to>> if is_list else [<<cookiecutter.__to>>]
  if kwargs and (is_list or isinstance(<<cookiecutter.__to>>, keras.Model)):
    raise ValueError(
      f'Only a single layer takes the arguments {list(kwargs)} of the wrapper.'
    )
  fixed_training, tied = set(), set()
  for layer in layers:
    _check_type(layer)
    if isinstance(layer, keras.Model):
      cloning.check_operations(layer)
      if policy is not None:
        policy.ensure_model_supports_<<cookiecutter.technique_slug>>(layer)
      fixed_training |= cloning.find_layers_with_fixed_training(layer)
      if not _supports_tied_weights(algorithm):
        tied |= cloning.find_layers_with_tied_weights(layer)
  chosen = _choose(layers, policy, tied)

  def wrap(layer):
    if id(layer) not in chosen:
      return [layer if layer in alone else _copy(layer)]
    return [
      wrapper.<<cookiecutter.__wrapper>>(
        layer,
        schedule=schedule,
        algorithm=algorithm,
        training_from_callback=id(layer) in fixed_training,
        **kwargs,
      )
    ]

  alone = [layer for layer in layers if not isinstance(layer, keras.Model)]
  cloner = cloning.Cloner(wrap)
  results = [cloner(layer)[0] for layer in layers]
  return results if is_list else results[0]


def strip_<<cookiecutter.technique_slug>>(model):
  """Removes the wrappers and leaves what inference needs.

  The stripped model has the structure of the model that was wrapped, but for
  layers that the algorithm replaces, and none of the wrappers' variables. It
  shares the weights of the layers that stay with the wrapped model. A model
  without wrappers comes back equal.

  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> wrapped = <<cookiecutter.__entry>>(model)
  >>> stripped = strip_<<cookiecutter.technique_slug>>(wrapped)
  >>> len(collect_<<cookiecutter.__able>>_layers(stripped))
  0

  Args:
    model: A Sequential or Functional `keras.Model`. Wrappers are found in
      nested models and in the attributes of layers, too.

  Returns:
    A new `keras.Model` without wrappers and without optimizer.

  Raises:
    ValueError: If `model` is not such a model, or a layer holds a subclassed
      model with wrappers.
  """
  _check_type(model)
  if not isinstance(model, keras.Model):
    raise ValueError(
      'Expected a `keras.Model`. You passed an object of type '
      f'{type(model).__name__}.'
    )

  wrapper.restore_output_names(model)
  names = set(map(wrapper.get_own_name, cloning.find_layers(model)))

  def strip(layer):
    if isinstance(layer, wrapper.<<cookiecutter.__wrapper>>):
      new = layer.strip(names)
      return [_copy(part) if part is layer.layer else part for part in new]
    if wrapper.collect_<<cookiecutter.__able>>_layers(layer):
      return [cloning.replace_parts(layer, strip_part)]
    return [_copy(layer)]

  def strip_part(layer):
    left = wrapper.collect_<<cookiecutter.__able>>_layers(layer)
    if left and isinstance(layer, keras.Model):
      _check_type(layer)
    return cloner.get_one(layer) if left else layer

  cloner = cloning.Cloner(strip)
  return cloner(model)[0]


def _copy(layer):
  """Returns a layer for one more model, with the same weights."""
  # Without calls it belongs to no model, and may have no weights to share.
  is_called = bool(layer._inbound_nodes)  # pylint: disable=protected-access
  return cloning.copy_layer(layer) if is_called else layer


def _check_type(layer):
  name = type(layer).__name__
  if not isinstance(layer, keras.layers.Layer):
    roots = {base.__module__.split('.')[0] for base in type(layer).__mro__}
    if roots & {'keras', 'tf_keras'}:
      raise ValueError(
        f'You passed an object of type {name} from {compat.OTHER}'
      )
    raise ValueError(
      'Expected a `keras.layers.Layer`, a list of layers, or a Sequential or '
      f'Functional `keras.Model`. You passed an object of type {name}.'
    )
  if isinstance(layer, keras.Model):
    is_sequential = isinstance(layer, keras.Sequential)
    if not (is_sequential or hasattr(layer, '_nodes_by_depth')):
      raise ValueError(
        f'You passed a subclassed model of type {name}, which can be neither '
        'wrapped nor stripped as a whole. Wrap the layers in its constructor '
        'with `<<cookiecutter.__entry>>(layer)`.'
      )
    for inner in cloning.get_layers(layer):
      _check_type(inner)


def _supports_tied_weights(algorithm):
  """Returns whether others that use a weight find the result in it, too."""
  algorithm = algorithm or algorithm_lib.<<cookiecutter.__camel>>Algorithm()
  if isinstance(algorithm.target, target_lib.Output):
    return True
  keeps_layers = type(algorithm).replace is base_algorithm.Algorithm.replace
  return algorithm.target.replaces and keeps_layers


def _choose(layers, policy, tied):
  """Returns the `id`s of the layers to wrap, in layers and models.

  In `tied` are those of layers that share weights with others, so that the
  technique cannot work on them.

  Raises:
    ValueError: If layers are not supported and no policy leaves them out.
  """
  known = registry.<<cookiecutter.__camel>>Registry
  nothing = (keras.layers.InputLayer, wrapper.<<cookiecutter.__wrapper>>)
  chosen, unsupported, skipped = set(), [], []
  parts = [part for layer in layers for part in cloning.find_layers(layer)]
  for layer in parts:
    if isinstance(layer, nothing) or known.is_operation(layer):
      continue
    if policy and not policy.allow_<<cookiecutter.technique_slug>>(layer):
      continue
    if not known.supports_or_custom(layer):
      unsupported.append(f'{layer.name} ({type(layer).__name__})')
    elif id(layer) in tied:
      (skipped if policy else unsupported).append(
        f'{layer.name} (weights that another layer uses, too)'
      )
    else:
      chosen.add(id(layer))
  if unsupported:
    raise ValueError(
      f'Layers that are not supported: {", ".join(unsupported)}. Leave them as '
      'they are with `policy=SkipUnsupportedLayers()`, or give them a method '
      '`<<cookiecutter.__getter>>`.'
    )
  if skipped:
    warnings.warn(
      f'Layers left as they are: {", ".join(skipped)}.', stacklevel=3
    )
  return chosen
