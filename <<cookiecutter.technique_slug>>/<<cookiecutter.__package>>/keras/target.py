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

import tensorflow as tf

from <<cookiecutter.__package>>.keras import registry


class Slot:
  """A weight or an output of a layer, with the state that is kept for it.

  Attributes:
    path: Name for summaries, such as `dense/kernel`.
    name: Name for variables, unique in the layer, such as `kernel`.
    spec: `tf.TensorSpec` of the weight as it is stored, or of the output.
    weight: The variable as the layer holds it, None for an output.
    index: Position among the outputs of the layer, None for a weight.
    places: List of tuples (attributes of a layer, name, dtype): where layers
      hold the weight. For `WeightInForward` alone.
    state: Dict from a name to a variable.
  """

  def __init__(self, path, spec, weight=None, index=None, places=()):
    self.path = path
    self.name = path.split('/')[-1]
    self.spec = spec
    self.weight = weight
    self.index = index
    self.places = places
    self.state = {}

  @property
  def held(self):
    """Tuple of the weight as the layer holds it. Empty for an output."""
    return () if self.weight is None else (self.weight,)

  @property
  def variables(self):
    """Tuple of the weight as it is stored, and the state."""
    return stored(self.weight), self.state

  def read_weight(self):
    """Returns the weight as a tensor, None for an output."""
    weight, _ = self.variables
    return weight if weight is None else tf.convert_to_tensor(weight)


def make_unique(slots, attribute):
  """Numbers the slots whose attribute, a name, is the same."""
  seen = collections.Counter()
  for slot in slots:
    value = getattr(slot, attribute)
    seen[value] += 1
    if seen[value] > 1:
      setattr(slot, attribute, f'{value}_{seen[value] - 1}')


def stored(weight):
  """Returns the variable behind a weight that casts itself when it is read.

  Under a mixed precision policy layers hold float32 weights that read as
  float16. The algorithm works on what is stored.
  """
  return getattr(weight, '_variable', weight)


def read(state):
  """Returns a dict of variables as a dict of tensors."""
  return {key: tf.convert_to_tensor(value) for key, value in state.items()}


def _assign(state, update):
  for key, value in update.items():
    state[key].assign(value)


def _may_be(training):
  return tf.is_tensor(training) or bool(training)


def run_on_replicas(wrapper, work):
  """Runs the same work on the variables of each replica.

  Weights and state are the same on all replicas, so each replica computes its
  own copy: nothing is sent.

  Args:
    wrapper: The wrapper.
    work: Function of the step and of a list with the `variables` of the slots.

  Returns:
    What `work` returns, under a strategy on each replica.
  """
  variables = [slot.variables for slot in wrapper.slots]
  if not tf.distribute.has_strategy():
    return work(wrapper.step, variables)

  def update(strategy):
    return strategy.extended.update(wrapper.step, work, args=(variables,))

  replica = tf.distribute.get_replica_context()
  if replica is None:
    return update(tf.distribute.get_strategy())
  return replica.merge_call(update)


class Weight:
  """The result of `apply` replaces the weight in every training step.

  For results that later steps build on, such as masks. Neither the forward
  pass nor inference has more to compute than without the technique.
  """

  def find_slots(self, layer, input_shape):
    """Finds what the technique works on.

    Args:
      layer: The layer, built.
      input_shape: Shape of its inputs.

    Returns:
      A list with one `Slot` per technique weight.

    Raises:
      AttributeError: If the layer has not made its weights yet.
    """
    del input_shape
    find_weights = registry.<<cookiecutter.__camel>>Registry.get_weights
    slots = []
    for weight in find_weights(layer):
      path = weight.name.split(':')[0]
      spec = tf.TensorSpec(weight.shape, stored(weight).dtype)
      slots.append(Slot(path, spec, weight=weight))
    return slots

  def call(self, wrapper, call_layer, training):
    """Calls the layer.

    Args:
      wrapper: The wrapper.
      call_layer: Function without arguments that calls the wrapped layer.
      training: None, a bool, or a bool scalar tensor.

    Returns:
      The outputs.
    """
    if _may_be(training):
      self._train(wrapper, training)
    return call_layer()

  def _train(self, wrapper, training):
    checked = wrapper.checked
    slots = wrapper.slots

    def work(step, variables):
      due, level = wrapper.advance(step, training)
      if not variables:
        return tf.no_op()

      def update():
        for slot, (weight, state) in zip(slots, variables, strict=True):
          value = tf.convert_to_tensor(weight)
          new = checked.update_state(slot, value, read(state), level)
          checked.apply(slot, value, new, finite=True)
          _assign(state, new)
          self._after_update(checked, slot, weight, state)
        return tf.no_op()

      def complete():
        for slot, (weight, state) in zip(slots, variables, strict=True):
          self._after_step(checked, slot, weight, state)
        return tf.no_op()

      tf.cond(due, update, tf.no_op)
      if tf.is_tensor(training):
        return tf.cond(tf.cast(training, tf.bool), complete, tf.no_op)
      return complete()

    run_on_replicas(wrapper, work)

  def _after_update(self, checked, slot, weight, state):
    """Runs in the steps that the schedule asks for."""
    del checked, slot, weight, state

  def _after_step(self, checked, slot, weight, state):
    """Runs in every training step."""
    _store(checked.apply, slot, weight, state)

  def settle(self, wrapper):
    """Gives weights that an optimizer step has moved the values of `apply`."""
    for slot in wrapper.slots:
      _store(wrapper.checked.apply, slot, *slot.variables, finite=True)

  def finish(self, wrapper):
    """Gives the weights their final values."""
    for slot in wrapper.slots:
      _store(wrapper.checked.finish, slot, *slot.variables)


def _store(function, slot, weight, state, **kwargs):
  value = function(slot, tf.convert_to_tensor(weight), read(state), **kwargs)
  weight.assign(value)


class WeightOnUpdate(Weight):
  """The result of `apply` replaces the weight when the schedule asks for it.

  For results that are costly to compute. In between the weights train freely.
  """

  def _after_update(self, checked, slot, weight, state):
    _store(checked.apply, slot, weight, state)

  def _after_step(self, checked, slot, weight, state):
    """See base class. There is nothing to do."""
    del checked, slot, weight, state


class WeightInForward(Weight):
  """The layer computes with the result; the variable keeps what is trained.

  For projections of the weights. `apply` also decides on their gradient: with
  `tf.grad_pass_through` it passes straight through to the variable.
  """

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
    if _may_be(training):
      self._train(wrapper, training)
    try:
      for slot in wrapper.slots:
        weight, state = slot.variables
        weight = tf.convert_to_tensor(weight)
        value = wrapper.checked.apply(slot, weight, read(state))
        for attributes, name, dtype in slot.places:
          # Not by `setattr`, which would track the tensor.
          attributes[name] = tf.cast(value, dtype)
      return call_layer()
    finally:
      for slot in wrapper.slots:
        for attributes, name, _ in slot.places:
          attributes[name] = slot.weight

  def _after_step(self, checked, slot, weight, state):
    """See base class. There is nothing to do."""
    del checked, slot, weight, state

  def settle(self, wrapper):
    """See base class. The variables hold what they should."""


def to_shapes(shape):
  """Returns a shape, or shapes, as `tf.TensorShape`: files hold lists."""
  if isinstance(shape, dict):
    return {key: to_shapes(value) for key, value in shape.items()}
  if shape is None or isinstance(shape, tf.TensorShape):
    return shape
  if all(size is None or isinstance(size, int) for size in shape):
    return tf.TensorShape(shape)
  return [to_shapes(inner) for inner in shape]


def _flatten_shapes(shapes):
  """Returns a list of the shapes in a structure, such as a list or a tuple."""
  if isinstance(shapes, tf.TensorShape):
    return [shapes]
  if all(size is None or isinstance(size, int) for size in shapes):
    return [tf.TensorShape(shapes)]  # A shape written as a tuple.
  if isinstance(shapes, dict):
    shapes = [shapes[key] for key in sorted(shapes)]  # As `tf.nest.flatten`.
  return sum((_flatten_shapes(part) for part in shapes), [])


class Output:
  """The result of `apply` replaces the output of the layer.

  The state is the same on all replicas: the average of what they compute.
  """

  def find_slots(self, layer, input_shape):
    """Finds what the technique works on.

    Args:
      layer: The layer, built.
      input_shape: Shape of its inputs.

    Returns:
      A list with one `Slot` per output that holds activations.
    """
    find_activations = registry.<<cookiecutter.__camel>>Registry.get_activations
    indices = find_activations(layer)
    if not indices:
      return []
    shapes = _flatten_shapes(layer.compute_output_shape(input_shape))
    path = f'{layer.name}/output'
    slots = []
    for index in indices:
      # The size of the batch may be another one next time.
      spec = tf.TensorSpec([None, *shapes[index][1:]], layer.compute_dtype)
      slots.append(Slot(path, spec, index=index))
    return slots

  def call(self, wrapper, call_layer, training):
    """See `Weight.call`."""
    outputs = call_layer()
    flat = tf.nest.flatten(outputs)
    if _may_be(training):
      self._train(wrapper, list(flat), training)
    for slot in wrapper.slots:
      flat[slot.index] = wrapper.checked.apply(
        slot, flat[slot.index], read(slot.state)
      )
    return tf.nest.pack_sequence_as(outputs, flat)

  def _train(self, wrapper, outputs, training):
    due, level = wrapper.advance(wrapper.step, training)
    replica = tf.distribute.get_replica_context()
    is_alone = replica is None or replica.num_replicas_in_sync == 1

    def update(slot, old):
      output = tf.stop_gradient(outputs[slot.index])
      new = wrapper.checked.update_state(slot, output, old, level)
      wrapper.checked.apply(slot, output, new, finite=True)
      return new

    for slot in wrapper.slots:
      old = read(slot.state)
      if not old:
        continue
      if is_alone:
        new = tf.cond(due, lambda s=slot, o=old: update(s, o), lambda o=old: o)
      else:
        # Replicas cannot meet in a branch, so they compute it in every step.
        new = replica.all_reduce(tf.distribute.ReduceOp.MEAN, update(slot, old))
        new = {key: tf.where(due, new[key], old[key]) for key in old}
      _assign(slot.state, new)

  def settle(self, wrapper):
    """See `Weight.settle`. There is nothing to settle."""

  def finish(self, wrapper):
    """See `Weight.finish`. There is nothing to finish."""
