<% include 'license_header.txt' %>
"""Schedules: at which training steps, and at which <<cookiecutter.__level_words>>, to act."""

import abc
import functools
import inspect
import threading
import weakref

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops


@functools.cache  # Keras asks several times when it saves a model.
def _get_arguments(cls):
  return tuple(inspect.signature(cls).parameters)


def _serialize(schedule, cls):
  """Returns a config: attributes are called as the arguments of `cls`."""
  return {
    'class_name': keras.utils.get_registered_name(type(schedule)),
    'config': {name: getattr(schedule, name) for name in _get_arguments(cls)},
  }


def _validate_steps(begin_step, end_step, frequency, endless):
  # As ints, because `len(data) / batch_size` is a float.
  begin_step = _to_int('begin_step', begin_step)
  end_step = _to_int('end_step', end_step)
  frequency = _to_int('frequency', frequency)
  if begin_step < 0:
    raise ValueError(f'`begin_step` must be >= 0. Received: {begin_step}.')
  if end_step == -1 and not endless:
    raise ValueError('`end_step` must be given, it cannot be -1.')
  if end_step != -1 and end_step < begin_step:
    raise ValueError(
      '`end_step` must be -1, or not before `begin_step`. '
      f'Received: begin_step={begin_step}, end_step={end_step}.'
    )
  if frequency <= 0:
    raise ValueError(f'`frequency` must be > 0. Received: {frequency}.')
  return begin_step, end_step, frequency


def _to_int(name, step):
  try:
    is_whole = int(step) == step
  except (TypeError, ValueError, OverflowError):
    is_whole = False
  if not is_whole:
    raise ValueError(f'`{name}` must be a whole number. Received: {step!r}.')
  return int(step)


def _validate_level(name, level):
  if not 0.0 <= level < 1.0:
    raise ValueError(f'`{name}` must be in [0, 1). Received: {level}.')


def _is_due(step, begin_step, end_step, frequency):
  """Returns a bool tensor: whether `step` is one of the steps to act at."""
  step = ops.convert_to_tensor(step)
  due = (step >= begin_step) & ((step - begin_step) % frequency == 0)
  return due if end_step == -1 else due & (step <= end_step)


class <<cookiecutter.__camel>>Schedule(abc.ABC):
  """Says when the technique acts, and at which <<cookiecutter.__level_words>>.

  Inherit from this class to write a schedule of your own, and register it, so
  that saved models load.

  >>> @keras.utils.register_keras_serializable('my_package')
  ... class Always(<<cookiecutter.__camel>>Schedule):
  ...   def __call__(self, step):
  ...     return ops.convert_to_tensor(True), ops.convert_to_tensor(0.5)
  ...   def get_config(self):
  ...     return {'class_name': 'my_package>Always', 'config': {}}
  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> model = <<cookiecutter.__entry>>(
  ...   model, schedule=Always()
  ... )
  """

  @abc.abstractmethod
  def __call__(self, step):
    """Evaluates the schedule.

    Args:
      step: Integer scalar tensor, the training step, 1 for the first batch.

    Returns:
      A tuple of a bool scalar tensor, whether to act at this step, and a
      float32 scalar tensor, the <<cookiecutter.__level_words>> in [0, 1).
    """

  @abc.abstractmethod
  def get_config(self):
    """Returns a dict with `class_name` and `config`, JSON serializable."""

  @classmethod
  def from_config(cls, config):
    """Returns a schedule that is like the one with a config.

    Args:
      config: What `get_config` returned, or its entry `config`.
    """
    return cls(**config.get('config', config))


@keras.utils.register_keras_serializable('<<cookiecutter.technique_slug>>')
class Constant<<cookiecutter.__level_camel>>(<<cookiecutter.__camel>>Schedule):
  """Keeps the same <<cookiecutter.__level_words>> throughout training.

  >>> schedule = Constant<<cookiecutter.__level_camel>>(0.5, begin_step=10, frequency=5)
  >>> [bool(schedule(step)[0]) for step in (5, 10, 12, 15)]
  [False, True, False, True]
  >>> float(schedule(15)[1])
  0.5

  Args:
    target_<<cookiecutter.level>>: Float in [0, 1).
    begin_step: Step to begin at.
    end_step: Last step to act at, -1 to act until training ends.
    frequency: Number of steps from one update to the next.

  Raises:
    ValueError: If an argument is out of range.
  """

  def __init__(
    self,
    target_<<cookiecutter.level>>,
    begin_step,
    end_step=-1,
    frequency=100,
  ):
    self.begin_step, self.end_step, self.frequency = _validate_steps(
      begin_step, end_step, frequency, endless=True
    )
    _validate_level('target_<<cookiecutter.level>>', target_<<cookiecutter.level>>)
    self.target_<<cookiecutter.level>> = target_<<cookiecutter.level>>

  def __call__(self, step):
    """See base class."""
    return (
      _is_due(step, self.begin_step, self.end_step, self.frequency),
      ops.convert_to_tensor(self.target_<<cookiecutter.level>>, 'float32'),
    )

  def get_config(self):
    """See base class."""
    return _serialize(self, Constant<<cookiecutter.__level_camel>>)


@keras.utils.register_keras_serializable('<<cookiecutter.technique_slug>>')
class PolynomialDecay(<<cookiecutter.__camel>>Schedule):
  """Changes the <<cookiecutter.__level_words>> fast at first, then slowly.

  At a step in [begin_step, end_step] it is

      final + (initial - final) * (1 - progress) ** power

  with `progress = (step - begin_step) / (end_step - begin_step)`. See equation
  (1) of https://arxiv.org/abs/1710.01878.

  >>> schedule = PolynomialDecay(0.0, 0.8, begin_step=0, end_step=200)
  >>> [round(float(schedule(step)[1]), 3) for step in (0, 100, 200)]
  [0.0, 0.7, 0.8]

  Args:
    initial_<<cookiecutter.level>>: Float in [0, 1), the value at `begin_step`.
    final_<<cookiecutter.level>>: Float in [0, 1), the value at `end_step`.
    begin_step: Step to begin at.
    end_step: Last step to act at.
    power: Exponent of the polynomial.
    frequency: Number of steps from one update to the next.

  Raises:
    ValueError: If an argument is out of range.
  """

  def __init__(
    self,
    initial_<<cookiecutter.level>>,
    final_<<cookiecutter.level>>,
    begin_step,
    end_step,
    power=3,
    frequency=100,
  ):
    self.begin_step, self.end_step, self.frequency = _validate_steps(
      begin_step, end_step, frequency, endless=False
    )
    _validate_level('initial_<<cookiecutter.level>>', initial_<<cookiecutter.level>>)
    _validate_level('final_<<cookiecutter.level>>', final_<<cookiecutter.level>>)
    self.initial_<<cookiecutter.level>> = initial_<<cookiecutter.level>>
    self.final_<<cookiecutter.level>> = final_<<cookiecutter.level>>
    self.power = power

  def __call__(self, step):
    """See base class."""
    span = self.end_step - self.begin_step
    elapsed = ops.cast(step - self.begin_step, 'float32')
    progress = ops.clip(elapsed / span, 0.0, 1.0) if span else 1.0
    initial = self.initial_<<cookiecutter.level>>
    final = self.final_<<cookiecutter.level>>
    return (
      _is_due(step, self.begin_step, self.end_step, self.frequency),
      final + (initial - final) * ops.power(1.0 - progress, self.power),
    )

  def get_config(self):
    """See base class."""
    return _serialize(self, PolynomialDecay)


class Calls:
  """Tells the first call of a layer in a batch from further ones.

  A step is a batch: a layer that a model calls several times counts one. In a
  program that is traced, such as a `tf.function`, the calls are those in the
  program. In eager mode they are those since the callback began a batch or,
  without that, each is the first one.

  Attributes:
    has_begun: Whether the callback has begun training.
    batch: Number of the batch, None outside of training with the callback.
  """

  def __init__(self):
    self.has_begun = False
    self.batch = None
    self._last = {}

  def is_first(self):
    """Returns whether no call has been seen yet, on this replica."""
    trace = compat.get_trace()
    now = self.batch if trace is None else weakref.ref(trace)
    replica = threading.get_ident()
    is_first = now is None or self._last.get(replica) != now
    self._last[replica] = now
    return is_first
