<% include 'license_header.txt' %>
"""What layers and models of Keras 3 need, where `compat` works with that."""

# pylint: disable=protected-access

import copy
import functools
import inspect

import keras


class Wrapper(keras.layers.Wrapper):
  """A wrapper of a layer that may take several inputs."""

  def __init__(self, layer, **kwargs):
    if any(part.quantization_mode for part in layer._flatten_layers()):
      raise ValueError(
        f'Layer {layer.name} is quantized. Quantize last: apply the '
        'technique, train, strip, and then call `quantize`.'
      )
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
    if self._hidden.slots is None:  # Now the layer has made its weights.
      self._create_technique_vars()
    return outputs

  def compute_output_spec(self, *args, training=None, mask=None, **kwargs):
    """See base class."""
    del training
    if mask is not None and self._takes_mask:
      kwargs['mask'] = mask
    return self.layer.compute_output_spec(*args, **kwargs)


@functools.wraps(keras.Model.quantize)
def _quantize(model, *args, _quantize=keras.Model.quantize, **kwargs):
  # It would quantize the layers inside of wrappers, one after the other.
  if any(isinstance(layer, Wrapper) for layer in model._flatten_layers()):
    raise ValueError(
      'The model has wrappers. Strip it before you quantize it, with '
      '`strip_<<cookiecutter.technique_slug>>`.'
    )
  return _quantize(model, *args, **kwargs)


keras.Model.quantize = _quantize


def get_call(node):
  """Returns the operation that a node calls, and the arguments."""
  # Keras fills in `training`, and has that of the model override it.
  kwargs = {k: v for k, v in node.arguments.kwargs.items() if k != 'training'}
  return node.operation, node.arguments.args, kwargs


def get_output_shapes(layer, input_shape):
  """Returns the shape, or a structure of shapes, of what a layer returns."""
  inputs = keras.tree.map_shape_structure(keras.KerasTensor, input_shape)
  outputs = layer.compute_output_spec(inputs)
  return keras.tree.map_structure(lambda output: output.shape, outputs)


def copy_attributes(layer, twin):
  """Gives a new layer the attributes of another, and the same weights.

  The new layer has its own lists of them: to quantize a layer is to give it
  other weights, which the layer that it is a copy of must not get.
  """
  is_own = (list, dict, set)
  copied = {
    k: v.copy() if isinstance(v, is_own) else v for k, v in vars(layer).items()
  }
  tracker = copy.copy(layer._tracker)
  tracker.config = {
    k: (kind, copied[f'_{k}']) for k, (kind, _) in tracker.config.items()
  }
  tracker.stored_ids = {k: ids.copy() for k, ids in tracker.stored_ids.items()}
  bound = {name: vars(twin)[name] for name in ('build', 'quantize')}
  vars(twin).update(copied, _tracker=tracker, **bound)
  if hasattr(twin, '_track_variables'):  # PyTorch keeps them once more.
    twin._track_variables()


def clone_model(model, clone_layer):
  """Clones a model, without its optimizer, with other layers."""
  if isinstance(model, keras.Sequential):
    layers = [clone_layer(layer) for layer in model._layers]
    return keras.Sequential(layers, name=model.name)

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
    return keras.models.clone_model(
      model, clone_function=clone_layer, call_function=call
    )
  finally:
    model.compiled, model.__class__ = was_compiled, cls
