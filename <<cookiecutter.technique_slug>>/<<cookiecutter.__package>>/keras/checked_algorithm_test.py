<% include 'license_header.txt' %>
"""Tests for checked_algorithm: a broken algorithm is told what is wrong."""

from absl.testing import parameterized
import numpy as np
import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import callbacks
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import target
from <<cookiecutter.__package>>.keras import wrapper

Wrapper = wrapper.<<cookiecutter.__wrapper>>
Constant = schedule.Constant<<cookiecutter.__level_camel>>
Callback = callbacks.Update<<cookiecutter.__camel>>Step

layers = keras.layers
_SCALAR = {'shape': [], 'dtype': tf.float32, 'initializer': 'zeros'}


class FineAlgorithm(base_algorithm.Algorithm):
  """Leaves everything as it is. What is broken below overrides one method."""

  def create_state(self, tensor):
    return {'count': _SCALAR}

  def update_state(self, tensor, state, level):
    return {'count': state['count'] + 1.0}

  def apply(self, tensor, state):
    return tf.identity(tensor)


def broken(a_target=None, **methods):
  """Returns an algorithm with some methods replaced."""
  methods['target'] = a_target or target.Weight()
  return type('BrokenAlgorithm', (FineAlgorithm,), methods)()


def wrap(algorithm, **kwargs):
  layer = layers.Dense(3, activation='relu', name='top', **kwargs)
  return Wrapper(layer, Constant(0.5, 0, frequency=1), algorithm)


def train(algorithm):
  """Runs the first step of training, without what `fit` adds to errors."""
  wrapped = wrap(algorithm)
  wrapped(tf.ones([1, 2]))
  wrapped.step.assign(0)
  wrapped(tf.ones([1, 2]), training=True)
  return wrapped


def fit(algorithm):
  model = keras.Sequential([wrap(algorithm, input_shape=(2,))])
  model.compile('sgd', keras.losses.MeanSquaredError())
  data = np.ones([4, 2]), np.ones([4, 3])
  model.fit(*data, verbose=0, callbacks=[Callback()])
  return model


def nan(self, tensor, state):
  return tensor * np.nan


def transpose(self, tensor, state):
  return tf.transpose(tensor)


def double(self, tensor, state):
  return tf.cast(tensor, tf.float64)


def nothing(self, tensor, state):
  del tensor, state


def read_more(self, tensor, state):
  return tensor * state['mask']


def halve(self, tensor, state):
  return tensor / 2.0


# What a method does wrong, and what the message must say of it.
_UPDATES = [
  ('shape', lambda *_: {'count': tf.zeros([2])}, r'shape \(\) and.*\(2,'),
  ('dtype', lambda *_: {'count': tf.constant(1)}, 'float32, but got.*int32'),
  ('none', lambda *_: {'count': None}, 'shape .* but got None'),
  ('no_key', lambda *_: {}, r"\['count'\], but got \[\]"),
  ('other_key', lambda *_: {'mask': 1.0}, r"\['count'\], but got \['mask'\]"),
  ('no_dict', lambda *_: 1.0, r"\['count'\], but got 1.0"),
  ('state', lambda _, t, state, level: {'count': state['sum']}, '`sum`'),
  ('nan', lambda *_: {'count': tf.constant(np.nan)}, 'finite .* NaN'),
]
_RESULTS = [
  ('shape', transpose, r'shape \(2, 3\) and float32, but got.*\(3, 2\)'),
  ('dtype', double, 'float32, but got .*float64'),
  ('none', nothing, 'but got None'),
  ('state', read_more, r"describe the state `mask`.*\['count'\]"),
  ('nan', nan, 'finite .* NaN'),
]


class CheckedAlgorithmTest(tf.test.TestCase, parameterized.TestCase):
  """Messages name the method and the layer, and say what was expected."""

  def assertBlames(self, method, says, run):
    message = f'(?s)BrokenAlgorithm.{method}`.* top: expected .*{says}'
    with self.assertRaisesRegex(
      (ValueError, tf.errors.InvalidArgumentError), message
    ):
      run()

  @parameterized.named_parameters(
    ('weight', target.Weight()),
    ('weight_on_update', target.WeightOnUpdate()),
    ('weight_in_forward', target.WeightInForward()),
    ('output', target.Output()),
  )
  def testAFineAlgorithmTrainsAndStrips(self, a_target):
    wrapped = train(broken(a_target))
    self.assertAllClose(wrapped.slots[0].state['count'], 1.0)
    self.assertEqual(wrapped.strip(), [wrapped.layer])

  @parameterized.named_parameters(
    ('no_dict', [_SCALAR]),
    ('no_arguments', {'mask': tf.zeros([2])}),
    ('missing_argument', {'mask': {'shape': [], 'dtype': tf.bool}}),
    ('unknown_argument', {'mask': {**_SCALAR, 'trainable': False}}),
  )
  def testCreateState(self, state):
    algorithm = broken(create_state=lambda *_: state)
    says = '`shape`, `dtype` and `initializer`, but got'
    self.assertBlames('create_state', says, lambda: train(algorithm))

  def testStateForOutputsIsFloatingPoint(self):
    state = {'mask': {**_SCALAR, 'dtype': 'bool'}}
    algorithm = broken(target.Output(), create_state=lambda *_: state)
    says = 'floating point.*`mask` is bool'
    self.assertBlames('create_state', says, lambda: train(algorithm))

  @parameterized.named_parameters(*_UPDATES)
  def testUpdateState(self, update, says):
    for a_target in [target.Weight(), target.Output()]:
      algorithm = broken(a_target, update_state=update)
      self.assertBlames('update_state', says, lambda a=algorithm: train(a))

  @parameterized.named_parameters(*_RESULTS)
  def testApply(self, apply, says):
    for a_target in [
      target.Weight(),
      target.WeightOnUpdate(),
      target.WeightInForward(),
    ]:
      algorithm = broken(a_target, apply=apply)
      self.assertBlames('apply', says, lambda a=algorithm: train(a))

  @parameterized.named_parameters(
    ('shape', transpose, r'shape \(1, 3\) and float32, but got.*\(3, 1\)'),
    *_RESULTS[1:],
  )
  def testApplyToOutputs(self, apply, says):
    algorithm = broken(target.Output(), apply=apply)
    self.assertBlames('apply', says, lambda: train(algorithm))

  @parameterized.named_parameters(*_RESULTS)
  def testFinish(self, finish, says):
    wrapped = train(broken(finish=finish))
    self.assertBlames('finish', says, wrapped.strip)

  @parameterized.named_parameters(
    ('weight', target.Weight()),
    ('weight_on_update', target.WeightOnUpdate()),
    ('weight_in_forward', target.WeightInForward()),
  )
  def testFinishIsAFixedPoint(self, a_target):
    wrapped = train(broken(a_target, apply=halve))
    self.assertBlames('finish', 'fixed point.*changed it by', wrapped.strip)

  @parameterized.named_parameters(
    ('layer', lambda _, layer, states: layer, 'list of .*Layer.*but got'),
    ('empty', lambda _, layer, states: [], r'but got \[\]'),
    ('class', lambda _, layer, states: [layers.Dense], 'list of .*Layer'),
    ('state', lambda _, layer, states: [states[0]['sum']], '`sum`'),
    (
      'values',
      lambda _, layer, states: [layer, layers.Rescaling(2.0)],
      'compute what the wrapped layer computes.*something else',
    ),
    (
      'shape',
      lambda _, layer, states: [layer, layers.Reshape([3, 1])],
      r'\(2, 3\), but .* \(2, 3, 1\)',
    ),
  )
  def testReplace(self, replace, says):
    wrapped = train(broken(replace=replace))
    self.assertBlames('replace', says, wrapped.strip)

  def testLayersThatComputeTheSameAreFine(self):
    new = [layers.Rescaling(2.0), layers.Rescaling(0.5)]
    wrapped = train(broken(replace=lambda _, layer, states: [layer, *new]))
    self.assertEqual(wrapped.strip(), [wrapped.layer, *new])

  @parameterized.named_parameters(
    ('shape', {'apply': transpose}, 'apply', 'but got'),
    ('nan', {'apply': nan}, 'apply', 'NaN'),
    ('update', {'update_state': lambda *_: {}}, 'update_state', 'keys'),
  )
  def testFitFailsAtTheFirstStep(self, methods, method, says):
    self.assertBlames(method, says, lambda: fit(broken(**methods)))

  def testWeightsThatDivergedAreNotBlamedOnTheAlgorithm(self):
    wrapped = train(broken())
    wrapped.layer.kernel.assign(np.full([2, 3], np.nan))
    wrapped(tf.ones([1, 2]), training=True)
    wrapped.settle()
    self.assertAllEqual(wrapped.strip(), [wrapped.layer])

  def testNaNThatCameLaterIsFoundWhenWeightsSettle(self):
    wrapped = train(broken())
    wrapped.algorithm.apply = lambda tensor, state: tensor * np.nan
    self.assertBlames('apply', 'NaN', wrapped.settle)


if __name__ == '__main__':
  tf.test.main()
