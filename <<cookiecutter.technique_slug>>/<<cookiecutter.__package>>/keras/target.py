<% include 'license_header.txt' %>
"""What an algorithm acts on, and where its result goes.

An algorithm names an instance of one of the four classes as its `target`:

| target            | `apply` gets | its result                                |
| ----------------- | ------------ | ----------------------------------------- |
| `Weight`          | a weight     | replaces the weight in each training step |
| `WeightOnUpdate`  | a weight     | replaces the weight on schedule           |
| `WeightInForward` | a weight     | stands in for the weight in the layer     |
| `Output`          | an output    | replaces the output of the layer          |

The wrapper is the same for all of them.
"""

import collections
import functools

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import registry
from <<cookiecutter.__package>>.keras.compat import ops
from <<cookiecutter.__package>>.keras.compat import tree


class Slot:
  """A weight or an output of a layer, with the state that is kept for it.

  Attributes:
    path: Name for summaries, such as `dense/kernel`.
    name: Name for variables, unique in the layer, such as `kernel`.
    spec: `compat.Spec` of the weight as it is stored, or of the output.
    weight: The variable as the layer holds it, None for an output.
    index: Position among the outputs of the layer, None for a weight.
    places: List of tuples (attributes of a layer, name, dtype): where layers
      hold the weight. Empty but for `WeightInForward`.
    state: Dict from a name to a variable.
    offset: Variable that is added to the weight, None without one.
  """

  def __init__(self, path, spec, weight=None, index=None):
    self.path = path
    self.name = path.split('/')[-1]
    self.spec = spec
    self.weight = weight
    self.index = index
    self.places = []
    self.state = {}
    self.offset = None

  @property
  def variables(self):
    """Tuple of the weight as it is stored, and the state."""
    return compat.stored(self.weight), self.state

  def read_weight(self):
    """Returns the weight as a tensor, None for an output."""
    return None if self.weight is None else self.load(self.variables[0])

  def load(self, weight):
    """Returns the value of the weight, or of its copy on one replica."""
    value = compat.to_tensor(weight)
    if self.offset is None:
      return value
    return value + compat.to_tensor(self.offset)

  def get_sink(self, weight, value):
    """Returns the variable to assign to, and what, to give the weight a value.

    Where new values of weights are lost, the offset holds what is missing.
    """
    if self.offset is None or compat.get_trace() is None:
      return weight, value
    return self.offset, ops.stop_gradient(value - compat.to_tensor(weight))

  def assign(self, compute, variables=None):
    """Gives the weight, or its copy on a replica, what a method returns."""
    weight, state = variables or self.variables
    value = compute(self, self.load(weight), state)
    variable, value = self.get_sink(weight, value)
    variable.assign(value)
    if self.offset is not None and variable is weight:
      self.offset.assign(ops.zeros_like(value))


def make_unique(slots, attribute):
  """Numbers the slots whose attribute, a name, is the same."""
  seen = collections.Counter()
  for slot in slots:
    value = getattr(slot, attribute)
    seen[value] += 1
    if seen[value] > 1:
      setattr(slot, attribute, f'{value}_{seen[value] - 1}')


def _may_be(training):
  return ops.is_tensor(training) or bool(training)


class Weight:
  """The result of `apply` replaces the weight in every training step.

  For results that later steps build on, such as masks. Neither the forward
  pass nor inference has more to compute than without the technique.

  Attributes:
    replaces: Whether the result is stored as the weight.
    applies_on_update: Whether it is when the schedule asks for it alone.
  """

  replaces = True
  applies_on_update = False

  def find_slots(self, layer, input_shape):
    """Returns a list with one `Slot` per technique weight of a built layer.

    Raises:
      AttributeError: If the layer has not made its weights yet.
    """
    del input_shape
    find_weights = registry.<<cookiecutter.__camel>>Registry.get_weights
    slots = []
    for weight in find_weights(layer):
      # Keras 3 says another `dtype` where nothing is cast, but for tensors.
      dtype = compat.to_tensor(compat.stored(weight)).dtype
      spec = compat.Spec(weight.shape, compat.dtype_name(dtype))
      slots.append(Slot(compat.get_path(weight, layer), spec, weight=weight))
    return slots

  def call(self, wrapper, call_layer, training):
    """Calls the layer, by `call_layer()`, and returns its outputs."""
    if _may_be(training) and wrapper.calls.is_first():
      wrapper.run_step(training)
    moved = [slot for slot in wrapper.slots if slot.offset is not None]
    kept = [compat.to_tensor(slot.weight) for slot in moved]
    for slot in moved:
      slot.weight.assign(slot.read_weight())
    outputs = call_layer()
    for slot, value in zip(moved, kept, strict=True):
      slot.weight.assign(value)
    return outputs

  def run_step(self, wrapper, training):
    """Counts a training step, and does what the schedule asks for."""
    slots = wrapper.slots

    def work(step, variables):
      due, level = wrapper.advance(step, training)
      if not variables:
        return
      pairs = list(zip(slots, variables, strict=True))
      self._update(wrapper, step, pairs, due, level)
      if self.replaces and not self.applies_on_update:
        compat.run_if(training, lambda: self._apply(wrapper, pairs))

    compat.run_on_replicas(work, wrapper.step, [s.variables for s in slots])

  def _update(self, wrapper, step, pairs, due, level):
    """Runs what the schedule asks for."""
    targets = [step]
    for slot, (weight, state) in pairs:
      targets += [state[key] for key in sorted(state)]
      if self.applies_on_update:
        targets.append(slot.get_sink(weight, slot.load(weight))[0])

    def compute():
      results, codes = [], [compat.to_tensor(step)]
      for slot, (weight, state) in pairs:
        value = slot.load(weight)
        new, applied, found = wrapper.checked.update(slot, value, state, level)
        results += [new[key] for key in sorted(state)]
        if self.applies_on_update:
          results.append(slot.get_sink(weight, applied)[1])
        codes += found
      return [functools.reduce(ops.minimum, codes), *results]

    compat.update_if(due, compute, targets)

  def _apply(self, wrapper, pairs):
    for slot, variables in pairs:
      slot.assign(wrapper.checked.apply, variables)


class WeightOnUpdate(Weight):
  """The result of `apply` replaces the weight when the schedule asks for it.

  For results that are costly to compute. In between the weights train freely.
  """

  applies_on_update = True


class WeightInForward(Weight):
  """The layer computes with the result; the variable keeps what is trained.

  For projections of the weights. `apply` also decides on their gradient: with
  `base_algorithm.straight_through` it passes through to the variable.
  """

  replaces = False

  def find_slots(self, layer, input_shape):
    """See base class.

    Raises:
      ValueError: If a technique weight is not an attribute of a layer.
    """
    slots = super().find_slots(layer, input_shape)
    for slot in slots:
      slot.places = [
        (vars(part), name, part.compute_dtype)
        for part in layer._flatten_layers()  # pylint: disable=protected-access
        for name, value in vars(part).items()
        if value is slot.weight
      ]
      if not slot.places:
        raise ValueError(
          f'The weight {slot.name} of layer {layer.name} must be an attribute '
          'of the layer, such as `self.kernel`. A list cannot hold it.'
        )
    return slots

  def call(self, wrapper, call_layer, training):
    """See base class."""
    if _may_be(training) and wrapper.calls.is_first():
      wrapper.run_step(training)
    try:
      for slot in wrapper.slots:
        value = wrapper.checked.apply(slot, slot.read_weight(), slot.state)
        for attributes, name, dtype in slot.places:
          # Not by `setattr`, which would track the tensor.
          attributes[name] = ops.cast(value, dtype)
      return call_layer()
    finally:
      for slot in wrapper.slots:
        for attributes, name, _ in slot.places:
          attributes[name] = slot.weight


class Output:
  """The result of `apply` replaces the output of the layer.

  The state is the same on all replicas: the average of what they compute.
  """

  replaces = False

  def find_slots(self, layer, input_shape):
    """See `Weight.find_slots`. A slot stands for an output with activations."""
    find_activations = registry.<<cookiecutter.__camel>>Registry.get_activations
    indices = find_activations(layer)
    if not indices:
      return []
    shapes, slots = [], []
    output_shape = compat.get_output_shapes(layer, input_shape)
    tree.map_shape_structure(shapes.append, output_shape)
    for index in indices:
      # The size of the batch may be another one next time.
      spec = compat.Spec((None, *shapes[index][1:]), layer.compute_dtype)
      slots.append(Slot(f'{layer.name}/output', spec, index=index))
    return slots

  def call(self, wrapper, call_layer, training):
    """See `Weight.call`."""
    outputs = call_layer()
    flat = tree.flatten(outputs)
    if _may_be(training):
      count = int(wrapper.calls.is_first())
      wrapper.run_step(training, list(flat), count)
    for slot in wrapper.slots:
      output = flat[slot.index]
      flat[slot.index] = wrapper.checked.apply(slot, output, slot.state)
    return tree.pack_sequence_as(outputs, flat)

  def run_step(self, wrapper, training, outputs, count):
    """See `Weight.run_step`."""
    due, level = wrapper.advance(wrapper.step, training, count)
    slots = [slot for slot in wrapper.slots if slot.state]
    variables = [s.state[key] for s in slots for key in sorted(s.state)]

    def compute():
      results, codes = [], [compat.to_tensor(wrapper.step)]
      for slot in slots:
        output = ops.stop_gradient(outputs[slot.index])
        new, _, found = wrapper.checked.update(slot, output, slot.state, level)
        results += [new[key] for key in sorted(slot.state)]
        codes += found
      return [functools.reduce(ops.minimum, codes), *results]

    if not slots:
      return
    # Replicas cannot meet in a branch, so they compute it in every step.
    means = compat.average(lambda: compute()[1:])
    if means is None:
      compat.update_if(due, compute, [wrapper.step, *variables])
      return
    for variable, new in zip(variables, means, strict=True):
      variable.assign(ops.where(due, new, compat.to_tensor(variable)))
