<% include 'license_header.txt' %>
"""Tests for what broken algorithms are told, and when."""

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
UpdateStep = test_algorithms.UpdateStep
Wrapper = test_algorithms.Wrapper
Constant = test_algorithms.Constant
ERRORS = test_models.ERRORS

layers = keras.layers

_WEIGHTS = ('Weight', 'WeightOnUpdate', 'WeightInForward')
_TARGETS = (*_WEIGHTS, 'Output')


class Clip(base_algorithm.Algorithm):
  """Clips to a bound, 9 at first: nothing is wrong with it."""

  def create_state(self, tensor):
    initializer = keras.initializers.Constant(9.0)
    return {
      'bound': {'shape': [], 'dtype': 'float32', 'initializer': initializer}
    }

  def update_state(self, tensor, state, level):
    return {'bound': level}

  def apply(self, tensor, state):
    return ops.clip(tensor, -state['bound'], state['bound'])

  def replace(self, layer, states):
    if not isinstance(self.target, target_lib.Output):
      return [layer]
    return [layer, layers.ReLU(max_value=float(states[0]['bound']))]


def to_float16(tensor, state):
  return ops.cast(tensor, 'float16')


def to_nan(tensor, state):
  return tensor / 0.0 * 0.0


def two_columns(tensor, state):
  return ops.concatenate([tensor, tensor], -1)


def layer_of(units):
  return lambda layer, states: [layers.Dense(units)]


_LIMIT = r"`create_state` to describe the state `limit`.*\['bound'\]"

# What is wrong, the method that is, and what the error says was expected.
_CREATE_STATE = {
  'None': (lambda spec: None, 'a dict from names to dicts'),
  'List': (lambda spec: ['bound'], "a dict .* but got .'bound'."),
  'Shape': (lambda spec: {'bound': []}, '`shape`, `dtype` and `initializer`'),
  'NoInitializer': (
    lambda spec: {'bound': {'shape': [], 'dtype': 'float32'}},
    '`shape`, `dtype` and `initializer`',
  ),
  'Unknown': (
    lambda spec: {
      'bound': {
        'shape': [],
        'dtype': 'float32',
        'initializer': 'ones',
        'trainable': True,
      }
    },
    '`shape`, `dtype` and `initializer`',
  ),
}
_UPDATE_STATE = {
  'None': (lambda *_: None, r"the keys .* \['bound'\], but got None"),
  'OtherKeys': (
    lambda tensor, state, level: {'limit': level},
    r"the keys .* \['bound'\], but got \['limit'\]",
  ),
  'MoreKeys': (
    lambda tensor, state, level: {**state, 'limit': level},
    r"\['bound'\], but got \['bound', 'limit'\]",
  ),
  'Shape': (
    lambda tensor, state, level: {'bound': ops.ones([2])},
    r'`bound` to be a tensor of shape \(\) and float32, but .* shape \(2,\)',
  ),
  'Dtype': (
    lambda tensor, state, level: {'bound': ops.convert_to_tensor(1)},
    r'`bound` to be a tensor of shape \(\) and float32, but .* int32',
  ),
  'Text': (
    lambda tensor, state, level: {'bound': [object()]},
    '`bound` to be a tensor',
  ),
  'StateNotCreated': (
    lambda tensor, state, level: {'bound': state['limit']},
    _LIMIT,
  ),
}
_APPLY = {
  'None': (lambda tensor, state: None, 'a tensor of shape .* but got None'),
  'Shape': (two_columns, r'shape \(.*, 1\) and float32, but .* \(.*, 2\)'),
  'Dtype': (to_float16, r'shape \(.*, 1\) and float32, but .* float16'),
  'StateNotCreated': (lambda tensor, state: tensor * state['limit'], _LIMIT),
}
_NOT_FINITE = {
  'UpdateState': (
    'update_state',
    lambda tensor, state, level: {'bound': to_nan(level, state)},
  ),
  'ApplyNan': ('apply', to_nan),
  'ApplyInfinity': ('apply', lambda tensor, state: tensor / 0.0),
}
_FINISH = {
  'None': (lambda tensor, state: None, 'a tensor of shape .* but got None'),
  'Shape': (two_columns, r'shape \(1, 1\) and float32, but .* \(1, 2\)'),
  'Dtype': (to_float16, r'shape \(1, 1\) and float32, but .* float16'),
  'StateNotCreated': (lambda tensor, state: tensor * state['limit'], _LIMIT),
  'NoFixedPoint': (
    lambda tensor, state: 4.0 * ops.ones_like(tensor),
    'a fixed point, .* changed it by up to 3.5',
  ),
}
_REPLACE = {
  'None': (lambda layer, states: None, 'a list of `keras.layers.Layer`.*None'),
  'Layer': (lambda layer, states: layer, 'a list of `keras.layers.Layer`'),
  'Empty': (lambda layer, states: [], r'a list of .* but got \[\]'),
  'NoLayers': (lambda layer, states: [ops.relu], 'a list of .* got .*relu'),
  'OtherValues': (layer_of(1), 'layers that compute what the wrapped layer'),
  'OtherShape': (layer_of(2), r'of shape \(2, 1\), .* of shape \(2, 2\)'),
  'StateNotCreated': (
    lambda layer, states: [layer] * int(states[0]['limit']),
    _LIMIT,
  ),
}


def named(cases, targets=_TARGETS):
  """Returns the cases for each target."""
  return [
    (f'{name}{target}', target, *case)
    for name, case in cases.items()
    for target in targets
  ]


def wrap(target, **methods):
  """Returns a wrapped layer, its algorithm with other methods."""
  methods = {name: staticmethod(method) for name, method in methods.items()}
  algorithm = type('Broken', (Clip,), methods)()
  algorithm.target = getattr(target_lib, target)()
  kwargs = {'activation': 'relu', 'kernel_initializer': 'ones'}
  layer = layers.Dense(1, name='top', **kwargs)
  return Wrapper(layer, Constant(0.5, 0, frequency=1), algorithm)


def train(wrapped):
  """Calls a layer as the first training step does."""
  wrapped(ops.ones((2, 1)))
  wrapped.step.assign(0)
  return wrapped(ops.ones((2, 1)), training=True)


class BrokenTest(test_models.TestCase):
  """The error names the method and the layer, and what was expected."""

  def assertTold(self, error, method, target, expected, work, *args):
    place = {None: 'layer', 'Output': 'output of layer'}
    place = place.get(target, 'kernel of layer')
    with self.assertRaisesRegex(
      error, f'(?s)`Broken.{method}`, called for {place} top: .*{expected}'
    ):
      work(*args)

  @parameterized.named_parameters(*named(_CREATE_STATE))
  def testCreateStateWhenTheLayerIsBuilt(self, target, method, expected):
    wrapped = wrap(target, create_state=method)
    args = ('create_state', target, expected, wrapped.build, (1, 1))
    self.assertTold(ValueError, *args)

  @parameterized.named_parameters(*named(_UPDATE_STATE))
  def testUpdateStateInTheFirstStep(self, target, method, expected):
    wrapped = wrap(target, update_state=method)
    args = ('update_state', target, expected, train, wrapped)
    self.assertTold(ValueError, *args)

  @parameterized.named_parameters(*named(_APPLY))
  def testApplyInTheFirstStep(self, target, method, expected):
    wrapped = wrap(target, apply=method)
    self.assertTold(ValueError, 'apply', target, expected, train, wrapped)

  @parameterized.named_parameters(*named(_NOT_FINITE))
  def testNotFiniteInTheFirstStep(self, target, name, method):
    wrapped = wrap(target, **{name: method})
    args = (name, target, 'finite numbers', train, wrapped)
    self.assertTold(ERRORS, *args)

  @parameterized.named_parameters(*named(_FINISH, _WEIGHTS))
  def testFinishWhenStripped(self, target, method, expected):
    wrapped = wrap(target, finish=method)
    train(wrapped)
    args = ('finish', target, expected, strip, keras.Sequential([wrapped]))
    self.assertTold(ValueError, *args)

  @parameterized.parameters(*_WEIGHTS)
  def testFinishNotFiniteWhenStripped(self, target):
    wrapped = wrap(target, finish=to_nan)
    train(wrapped)
    args = ('finish', target, 'finite numbers', wrapped.strip)
    self.assertTold(ERRORS, *args)

  @parameterized.named_parameters(*named(_REPLACE))
  def testReplaceWhenStripped(self, target, method, expected):
    wrapped = wrap(target, replace=method)
    train(wrapped)
    model = keras.Sequential([wrapped])
    # For the layer as a whole, but what a state lacks it lacks for a weight.
    target = target if 'create_state' in expected else None
    self.assertTold(ValueError, 'replace', target, expected, strip, model)

  def testReplaceThatForgetsWhatApplyDoesToOutputs(self):
    wrapped = wrap('Output', replace=lambda layer, states: [layer])
    train(wrapped)
    args = ('replace', None, 'layers that compute', wrapped.strip)
    self.assertTold(ValueError, *args)


class Two(layers.Layer):
  """Returns two activations."""

  def call(self, inputs):
    return [inputs, inputs * 2.0]

  def compute_output_shape(self, input_shape):
    return [input_shape, input_shape]

  def <<cookiecutter.__getter>>(self):
    return [0, 1]


class SeveralOutputsTest(test_models.TestCase):
  """All outputs of a layer are compared."""

  def strip(self, bound):
    algorithm = Clip()
    algorithm.target = target_lib.Output()
    algorithm.replace = lambda layer, states: [layer]
    wrapped = Wrapper(Two(name='top'), algorithm=algorithm)
    wrapped(ops.ones([1, 3]))
    for slot in wrapped.slots:
      slot.state['bound'].assign(bound)
    return wrapped.strip()

  def testEqual(self):
    self.assertLen(self.strip(bound=9.0), 1)

  def testSecondDiffers(self):
    message = r'`Clip.replace`.* top: .*\(2, 3\), \(2, 3\), but'
    with self.assertRaisesRegex(ValueError, message):
      self.strip(bound=1.0)


class FitTest(test_models.TestCase):
  """The errors come through `fit`, where Keras adds words of its own."""

  def fit(self, wrapped):
    model = keras.Sequential([layers.Dense(1), wrapped])
    model.compile(keras.optimizers.SGD(0.1), 'mse')
    x = np.ones((6, 1), np.float32)
    model.fit(x, x, 2, epochs=2, verbose=0, callbacks=[UpdateStep()])

  @parameterized.parameters(*_TARGETS)
  def testShape(self, target):
    with self.assertRaisesRegex(ValueError, '(?s)`Broken.apply`.*top.*shape'):
      self.fit(wrap(target, apply=two_columns))

  @parameterized.parameters(*_TARGETS)
  def testNotFinite(self, target):
    with self.assertRaisesRegex(ERRORS, '(?s)`Broken.apply`.*top.*finite'):
      self.fit(wrap(target, apply=to_nan))


class FineTest(test_models.TestCase):
  """What is no fault of the algorithm."""

  @parameterized.parameters(*_TARGETS)
  def testNothingIsWrong(self, target):
    model = apply(
      keras.Sequential([layers.Dense(1, activation='relu', input_shape=(1,))]),
      Constant(0.5, 0, frequency=1),
      algorithm=wrap(target).algorithm,
    )
    model.layers[0].layer.kernel.assign([[7.0]])
    train(model.layers[0])
    outputs = model(ops.ones((2, 1)))
    self.assertAllEqual(outputs, [[0.5]] * 2)
    self.assertAllEqual(strip(model)(ops.ones((2, 1))), outputs)

  @parameterized.product(target=_TARGETS, value=(np.nan, np.inf))
  def testWeightsThatHaveDiverged(self, target, value):
    def scale(tensor, state):
      return tensor * state['bound']

    methods = {'apply': scale, 'finish': lambda tensor, state: tensor * 0.0}
    methods['replace'] = lambda layer, states: [layer]
    wrapped = wrap(target, **methods)
    train(wrapped)
    wrapped.layer.kernel.assign([[value]])
    for _ in range(2):
      outputs = wrapped(ops.ones((2, 1)), training=True)
      self.assertFalse(np.isfinite(compat.to_numpy(outputs)).any())
    wrapped.settle()
    self.assertEqual(wrapped.strip(), [wrapped.layer])

  @parameterized.parameters(*_TARGETS)
  def testAlgorithmWithoutState(self, target):
    methods = {
      'create_state': lambda spec: {},
      'update_state': lambda tensor, state, level: state,
      'apply': lambda tensor, state: ops.minimum(tensor, 0.5),
      'replace': lambda layer, states: [layer],
    }
    if target == 'Output':
      methods['replace'] = lambda layer, _: [layer, layers.ReLU(0.5)]
    wrapped = wrap(target, **methods)
    self.assertAllEqual(train(wrapped), [[0.5]] * 2)
    (layer, *_) = wrapped.strip()
    self.assertIs(layer, wrapped.layer)


if __name__ == '__main__':
  tf.test.main()
