<% include 'license_header.txt' %>
"""Checks what an algorithm returns, so that an error says where to look."""

import contextlib
import functools
import itertools
import operator

import numpy as np

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops
from <<cookiecutter.__package>>.keras.compat import tree

_STATE_ARGUMENTS = {'shape', 'dtype', 'initializer'}
_FINITE = 'finite numbers, as it got, but it returned NaN or infinity'

# In the place of a step a number says which check failed. The steps that an
# epoch still counts do not reach the next one.
_FIRST, _STEPS = -(2**31), 2**20

# How far the layers that `replace` returns, and a weight to which `apply` is
# applied once more, may be off, relative to the largest value.
_TOLERANCE = {'float16': 5e-2, 'bfloat16': 1e-1, 'float32': 1e-3}


class CheckedAlgorithm:
  """Calls an algorithm for one layer and checks each result.

  The methods are those of `base_algorithm.Algorithm`, with a `target.Slot` as
  their first argument; a state is a dict of variables, or tensors. They raise
  ValueError for a wrong type, shape or dtype, and for NaN or infinity that an
  algorithm makes of finite numbers, which is tf.errors.InvalidArgumentError on
  TensorFlow. All messages name the method and the layer, and say what was
  expected.
  """

  def __init__(self, algorithm, layer):
    self._algorithm = algorithm
    self._layer = layer
    self._faults = {}  # From messages to their numbers.

  def create_state(self, slot):
    """Returns the arguments for the variables of a slot, by name."""
    state = self._algorithm.create_state(slot.spec)
    is_valid = isinstance(state, dict) and all(
      isinstance(arguments, dict) and set(arguments) == _STATE_ARGUMENTS
      for arguments in state.values()
    )
    fail = functools.partial(self._fail, 'create_state', slot)
    if not is_valid:
      fail(
        'a dict from names to dicts with the keys `shape`, `dtype` and '
        f'`initializer`, but got {state}'
      )
    for key, arguments in state.items():
      dtype = compat.dtype_name(arguments['dtype'])
      if slot.weight is None and 'float' not in dtype:
        fail(
          'floating point state for an output, which replicas average, but '
          f'`{key}` is {dtype}'
        )
    return state

  def update(self, slot, tensor, state, level):
    """Computes what the schedule asks for.

    Returns:
      A tuple: the new state, a dict of tensors; what `apply` makes of it; a
      list of integer scalar tensors, large or, for a failed check, a number to
      put in the place of the step. XLA's programs cannot raise errors.
    """
    given = self._state('update_state', slot, state)
    new = self._algorithm.update_state(tensor, given, level)
    if not isinstance(new, dict) or set(new) != set(state):
      keys = sorted(new) if isinstance(new, dict) else new
      given.fail(
        f'a dict with the keys that `create_state` describes, {sorted(state)}, '
        f'but got {keys}'
      )
    new = {
      key: self._check_like('update_state', slot, new[key], old, f'`{key}`')
      for key, old in state.items()
    }
    check = self._check_finite
    checked, codes = check('update_state', slot, new.values(), tensor)
    with checked:
      applied = self.apply(slot, tensor, new)
    return new, applied, codes + check('apply', slot, [applied], tensor)[1]

  def describe_fault(self, step):
    """Returns the message for what a failed check put in a step's place."""
    return list(self._faults)[(step - _FIRST) // _STEPS]

  def apply(self, slot, tensor, state):
    """Returns what takes the place of a weight or output."""
    value = self._algorithm.apply(tensor, self._state('apply', slot, state))
    return self._check_like('apply', slot, value, tensor)

  def settle(self, slot, tensor, state):
    """Returns what takes the place of a weight. For eager mode alone."""
    value = self.apply(slot, tensor, state)
    self._check_value('apply', slot, value, tensor)
    return value

  def finish(self, slot, tensor, state):
    """Returns the final value of a weight. For eager mode alone."""
    given = self._state('finish', slot, state)
    value = self._algorithm.finish(tensor, given)
    value = self._check_like('finish', slot, value, tensor)
    self._check_value('finish', slot, value, tensor)
    again = self.apply(slot, value, state)
    if not _is_close(again, value):
      change = np.abs(compat.to_numpy(again) - compat.to_numpy(value))
      given.fail(
        'a fixed point, a value that `apply` does not change, but `apply` '
        f'changed it by up to {np.nanmax(change):.3g}'
      )
    return value

  def summarize(self, slot):
    """Returns what the algorithm reports, a dict of scalar tensors."""
    state = self._state('summarize', slot, slot.state)
    return self._algorithm.summarize(slot.read_weight(), state)

  def replace(self, wrapper, input_shape, names):
    """Returns the layers that take the place of the wrapper.

    They get none of `names`, a set to which theirs are added.
    """
    slots = wrapper.slots
    given = [self._state('replace', slot, slot.state) for slot in slots]
    layers = self._algorithm.replace(self._layer, given)
    is_valid = isinstance(layers, list) and all(
      isinstance(layer, keras.layers.Layer) for layer in layers
    )
    if not layers or not is_valid:
      self._fail(
        'replace', None, f'a list of `keras.layers.Layer`, but got {layers}'
      )
    _make_names_unique(layers, self._layer.name, names)
    if layers != [self._layer] or slots[0].weight is None:
      self._check_same_outputs(layers, wrapper, input_shape)
    return layers

  def _check_same_outputs(self, layers, wrapper, input_shape):
    """Compares layers with the wrapper on a batch of two random inputs."""
    generator = np.random.default_rng(0)

    def create_input(shape):
      values = generator.uniform(size=[2, *(size or 32 for size in shape[1:])])
      return ops.convert_to_tensor(values, self._layer.compute_dtype)

    outputs = tree.map_shape_structure(create_input, input_shape)
    expected = tree.flatten(wrapper(outputs, training=False))
    for layer in layers:
      outputs = layer(outputs, training=False)
    found = tree.flatten(outputs)
    shapes, others = (
      ', '.join(str(tuple(tensor.shape)) for tensor in tensors)
      for tensors in (expected, found)
    )
    if shapes != others or not all(map(_is_close, found, expected)):
      self._fail(
        'replace',
        None,
        'layers that compute what the wrapped layer computes, outputs of shape '
        f'{shapes}, but they compute something else, of shape {others}',
      )

  def _state(self, method, slot, state):
    tensors = {key: compat.to_tensor(value) for key, value in state.items()}
    return _State(tensors, lambda expected: self._fail(method, slot, expected))

  def _check_like(self, method, slot, value, like, what=''):
    """Returns `value` as a tensor, with the shape and the dtype of `like`."""
    shape, dtype = tuple(like.shape), compat.dtype_name(like.dtype)
    wanted = f'a tensor of shape {shape} and {dtype}, but'
    wanted = f'{what} to be {wanted}' if what else wanted
    try:
      tensor = ops.convert_to_tensor(value)
      found = tuple(tensor.shape)
    except Exception:  # pylint: disable=broad-exception-caught
      self._fail(method, slot, f'{wanted} got {value}')
    is_same = len(found) == len(shape) and all(
      None in (one, other) or one == other
      for one, other in zip(found, shape, strict=False)
    )
    if not is_same or compat.dtype_name(tensor.dtype) != dtype:
      got = f'one of shape {found} and {compat.dtype_name(tensor.dtype)}'
      self._fail(method, slot, f'{wanted} got {got}')
    return tensor

  def _check_finite(self, method, slot, values, given):
    """Checks that values are finite if what they are made of is.

    Returns:
      A scope for what must not be computed before, and a list as `update`
      returns it. Empty without floats.
    """
    message = self._message(method, slot, _FINITE)
    floats = [v for v in values if 'float' in compat.dtype_name(v.dtype)]
    if not floats:
      return contextlib.nullcontext(), []
    are_finite = functools.reduce(operator.and_, map(_is_finite, floats))
    is_fine = are_finite | ~_is_finite(given)
    index = self._faults.setdefault(message, len(self._faults))
    codes = np.array([-1 - _FIRST, _FIRST + _STEPS * index], compat.STEP_DTYPE)
    return compat.check(is_fine, message), [ops.where(is_fine, *codes)]

  def _check_value(self, method, slot, value, given):
    """Checks the same in eager mode: NumPy takes a tenth of the time."""
    arrays = map(compat.to_numpy, (given, value))
    if [np.isfinite(array).all() for array in arrays] == [True, False]:
      compat.check(False, self._message(method, slot, _FINITE))

  def _message(self, method, slot, expected):
    place = f'{slot.name} of layer' if slot else 'layer'
    return (
      f'`{type(self._algorithm).__name__}.{method}`, called for {place} '
      f'{self._layer.name}: expected {expected}.'
    )

  def _fail(self, method, slot, expected):
    raise ValueError(self._message(method, slot, expected))


class _State(dict):
  """A state that says what is wrong when an algorithm reads what is missing."""

  def __init__(self, state, fail):
    super().__init__(state)
    self.fail = fail

  def __missing__(self, key):
    self.fail(
      f'`create_state` to describe the state `{key}`, which is used here. It '
      f'describes {sorted(self)}'
    )


def _make_names_unique(layers, own, names):
  """Gives layers other names than `names`; one of them may be called `own`."""
  for layer in layers:
    name, count = layer.name, itertools.count(1)
    attribute = '_name' if hasattr(layer, '_name') else 'name'
    while layer.name in names and layer.name != own:
      setattr(layer, attribute, f'{name}_{next(count)}')
    names.add(layer.name)


def _is_finite(tensor):
  return ops.all(ops.isfinite(tensor))


def _is_close(found, expected):
  """Returns whether two tensors of the same shape agree but for rounding."""
  tolerance = _TOLERANCE.get(compat.dtype_name(expected.dtype), 1e-3)
  found = compat.to_numpy(found).astype('float32')
  expected = compat.to_numpy(expected).astype('float32')
  largest = np.abs(np.nan_to_num(expected)).max(initial=0.0)
  return np.allclose(found, expected, 0, tolerance * largest, equal_nan=True)
