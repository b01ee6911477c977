<% include 'license_header.txt' %>
"""Tests for applying the technique, stripping it, and loading models."""

import importlib
import itertools
import json
import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf
from tensorflow_model_optimization.python.core.keras.compat import keras

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import callbacks
from <<cookiecutter.__package>>.keras import policy
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import wrapper

# isort: off
# fmt: off
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.__entry>> as apply  # noqa: E501
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.technique_slug>>_scope as scope  # noqa: E501
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import strip_<<cookiecutter.technique_slug>> as strip  # noqa: E501
# fmt: on
# isort: on

Wrapper = wrapper.<<cookiecutter.__wrapper>>
UpdateStep = callbacks.Update<<cookiecutter.__camel>>Step
collect = wrapper.collect_<<cookiecutter.__able>>_layers
Skip = policy.SkipUnsupportedLayers
Constant = schedule.Constant<<cookiecutter.__level_camel>>
TO = '<<cookiecutter.__to>>'

layers = keras.layers


@keras.utils.register_keras_serializable('entry_test')
class Round(base_algorithm.Algorithm):
  """Does nothing in training, rounds when the wrapper is stripped."""

  def create_state(self, weight):
    arguments = {'shape': weight.shape, 'dtype': weight.dtype}
    return {'state': {**arguments, 'initializer': 'ones'}}

  def update_state(self, weight, state, level):
    return state

  def apply(self, weight, state):
    return weight

  def finish(self, weight, state):
    return tf.round(4.0 * weight)


@keras.utils.register_keras_serializable('entry_test')
class Detour(Round):
  """Puts three layers in place of each `Dense`, for the same outputs."""

  def accepts(self, layer):
    return isinstance(layer, layers.Dense)

  def replace(self, layer, states):
    size = layer.kernel.shape[0]
    return [layers.Reshape((1, size)), layer, layers.Flatten()]


class Subclassed(keras.Model):
  """A model without a graph of layers."""

  def __init__(self):
    super().__init__()
    self.dense = layers.Dense(2)

  def call(self, inputs):
    return self.dense(inputs)


def unbuilt():
  return keras.Sequential([layers.Dense(4), layers.Dropout(0.1)])


def sequential():
  return keras.Sequential(
    [
      layers.Dense(4, activation='relu', input_shape=(3,), name='first'),
      layers.Dropout(0.1),
      layers.Dense(2, kernel_regularizer='l2', name='second'),
    ]
  )


def functional():
  """Two inputs, two outputs, a shared layer, operations."""
  left, right = keras.Input((3,)), keras.Input((3,))
  shared = layers.Dense(4, name='shared')
  hidden = layers.Add()([shared(left), shared(right)])
  output = layers.Dense(2)(tf.nn.relu(hidden * 2.0))
  return keras.Model([left, right], [output, hidden[:, 1:]])


def nested():
  """A model that is called twice, with a model inside."""
  inner = keras.Sequential([sequential(), layers.Dense(3)])
  inputs = keras.Input((3,))
  hidden = inner(inner(inputs))
  return keras.Model(inputs, layers.Dense(2)(hidden + inputs))


_BUILT = (
  ('Sequential', sequential, 3),
  ('Functional', functional, 3),
  ('Nested', nested, 5),
)


# Keys whose values depend on how a model came about, and on the file format.
_INCIDENTAL = {'build_config', 'module', 'registered_name', 'class_name'}


def config_of(value):
  """Returns the config of a model without incidental differences."""
  if isinstance(value, keras.Model):
    value = value.get_config()
  if isinstance(value, dict):
    kept = value.keys() - _INCIDENTAL
    return {key: config_of(value[key]) for key in sorted(kept)}
  if isinstance(value, (list, tuple)):
    return [config_of(item) for item in value]
  return value


def data(model):
  random = np.random.RandomState(0)
  return [random.normal(size=(4, *i.shape[1:])) for i in model.inputs]


def predict(model):
  outputs = model(data(model))
  return [output.numpy() for output in tf.nest.flatten(outputs)]


def public(layer):
  return {name for name in dir(layer) if not name.startswith('_')}


def classes_of(model):
  """Returns the classes of the layers and models inside, without inputs."""
  parts = model._flatten_layers(include_self=False)  # pylint: disable=protected-access
  return [type(p) for p in parts if not isinstance(p, layers.InputLayer)]


def add_one(model):
  """Changes all floating point variables, those of wrappers too."""
  for variable in model.variables:
    if variable.dtype.is_floating:
      variable.assign_add(tf.ones_like(variable))


class ApplyTest(tf.test.TestCase, parameterized.TestCase):
  """What is wrapped, and what is refused."""

  def testWrapsOneLayer(self):
    layer, a_schedule, algorithm = layers.Dense(2), Constant(0.3, 1), Round()
    wrapped = apply(layer, a_schedule, algorithm=algorithm)
    self.assertIs(wrapped.layer, layer)
    self.assertIs(wrapped.schedule, a_schedule)
    self.assertIs(wrapped.algorithm, algorithm)
    self.assertIsInstance(apply(**{TO: layer}), Wrapper)

  def testWrapsListOfLayers(self):
    plain = [layers.Dense(2), layers.Dropout(0.1), apply(layers.ReLU())]
    first, second, third = apply(plain, algorithm=Round())
    self.assertIs(first.layer, plain[0])
    self.assertIs(second.layer, plain[1])
    self.assertIs(third, plain[2])

  @parameterized.named_parameters(('Unbuilt', unbuilt, 2), *_BUILT)
  def testWrapsEachLayerOfAModelOnce(self, create, count):
    model = create()
    wrapped = apply(model)
    self.assertIsNot(wrapped, model)
    found = collect(wrapped)
    self.assertLen(found, count)
    self.assertLen({id(layer.layer) for layer in found}, count)
    self.assertEqual(wrapped.built, model.built)
    self.assertEqual(collect(model), [])
    for plain, layer in zip(model.layers, wrapped.layers, strict=True):
      self.assertEndsWith(layer.name, plain.name)

  def testLayerThatIsWrappedIsUsedAsItIs(self):
    model = keras.Sequential([layers.Dense(2), apply(layers.Dense(2))])
    once = apply(model)
    self.assertIs(once.layers[1], model.layers[1])
    twice = apply(once)
    self.assertEqual(twice.layers, once.layers)
    self.assertIs(apply(once.layers[0]), once.layers[0])

  def testLayerThatIsThereTwiceIsWrappedOnce(self):
    shared = layers.Dense(3)
    inner = keras.Sequential([shared])
    model = apply(keras.Sequential([keras.Input((3,)), inner, shared]))
    self.assertIs(model.layers[0].layers[0], model.layers[1])
    first, second = apply([shared, shared])
    self.assertIs(first, second)

  def testArgumentsOfTheWrapperBuildAModel(self):
    model = keras.Sequential()
    model.add(apply(layers.Dense(2), input_shape=(3,)))
    model.add(apply(layers.Dense(4)))
    self.assertEqual(model.output_shape, (None, 4))
    self.assertEqual(strip(model).output_shape, (None, 4))
    for several in (sequential(), [layers.Dense(2)]):
      with self.assertRaisesRegex(ValueError, 'input_shape'):
        apply(several, input_shape=(3,))

  def testWrapsOnlyWhatACloneFunctionSelects(self):
    def select(layer):
      is_second = layer.name == 'second'
      return apply(layer, algorithm=Round()) if is_second else layer

    model = sequential()
    wrapped = keras.models.clone_model(model, clone_function=select)
    self.assertEqual([w.layer.name for w in collect(wrapped)], ['second'])
    self.assertAllEqual(predict(wrapped)[0], predict(model)[0])
    self.assertEqual(config_of(strip(wrapped)), config_of(model))

  @parameterized.named_parameters(
    ('Object', object, 'object'),
    ('None', lambda: None, 'NoneType'),
    ('Class', lambda: layers.Dense, 'type'),
    ('Tuple', lambda: (layers.Dense(2),), 'tuple'),
    ('InAList', lambda: [layers.Dense(2), 'dense'], 'str'),
    ('Subclassed', Subclassed, 'Subclassed'),
    ('Inside', lambda: keras.Sequential([Subclassed()]), 'Subclassed'),
  )
  def testRefusalNamesTheType(self, create, name):
    with self.assertRaisesRegex(ValueError, f'type {name}'):
      apply(create())

  def testRefusalNamesAllUnsupportedLayersAndTheWayOut(self):
    inner = keras.Sequential([layers.ConvLSTM2D(2, 3, name='deep')])
    flat = layers.ConvLSTM1D(2, 3, name='flat')
    model = keras.Sequential([flat, layers.Dense(2, name='fine'), inner])
    with self.assertRaises(ValueError) as caught:
      apply(model)
    message = str(caught.exception)
    for text in ('flat (ConvLSTM1D)', 'deep (ConvLSTM2D)', Skip.__name__):
      self.assertIn(text, message)
    self.assertNotIn('fine', message)

  @parameterized.named_parameters(('Apply', apply), ('Strip', strip))
  def testRefusalOfKeras3NamesTheCure(self, function):
    keras_3 = importlib.import_module('keras')
    if not keras_3.__version__.startswith('3.'):
      self.skipTest('Keras 3 is not installed.')
    layer = keras_3.layers.Dense(2)
    for refused in (layer, keras_3.Sequential([layer])):
      with self.assertRaisesRegex(ValueError, 'tf_keras.*TF_USE_LEGACY_KERAS'):
        function(refused)


class PretrainedTest(tf.test.TestCase, parameterized.TestCase):
  """Wrapping and what a model has learned before."""

  @parameterized.named_parameters(*_BUILT)
  def testSharesVariablesAndPredictsTheSame(self, create, unused_count):
    model = create()
    model.compile('sgd', 'mse')
    before = predict(model)
    wrapped = apply(model, algorithm=Round())
    self.assertIsNone(wrapped.optimizer)
    self.assertIsNotNone(model.optimizer)
    self.assertCountEqual(
      map(id, wrapped.trainable_variables), map(id, model.trainable_variables)
    )
    for one, other in zip(before, predict(wrapped), strict=True):
      self.assertAllEqual(one, other)

  def testWeightsThatWereLoadedAreKept(self):
    path = os.path.join(self.get_temp_dir(), 'weights')
    trained = sequential()
    add_one(trained)
    trained.save_weights(path)
    model = sequential()
    model.load_weights(path)
    wrapped = apply(model, algorithm=Round())
    self.assertAllEqual(predict(wrapped)[0], predict(trained)[0])

  @parameterized.named_parameters(('Unbuilt', unbuilt, 2), *_BUILT)
  def testModelPassedInStaysUsable(self, create, unused_count):
    model = create()
    config = config_of(model)
    attributes = [public(layer) for layer in model.layers]
    apply(model, algorithm=Round())
    self.assertEqual(config_of(model), config)
    self.assertEqual([public(layer) for layer in model.layers], attributes)
    if model.built:
      model.compile('sgd', 'mse')
      targets = [np.zeros(output.shape) for output in predict(model)]
      model.fit(data(model), targets, verbose=0)
      clone = keras.models.clone_model(model)
      self.assertEqual(clone.count_params(), model.count_params())


class StripTest(tf.test.TestCase, parameterized.TestCase):
  """What is left when the wrappers are gone."""

  @parameterized.named_parameters(*_BUILT)
  def testLeavesTheModelThatWasWrapped(self, create, unused_count):
    model = create()
    wrapped = apply(model, algorithm=Round())
    wrapped.compile('sgd', 'mse')
    wrapped(data(model))
    stripped = strip(wrapped)
    self.assertEmpty(collect(stripped))
    self.assertEqual(config_of(stripped), config_of(model))
    self.assertIsNone(stripped.optimizer)
    self.assertCountEqual(map(id, stripped.weights), map(id, model.weights))
    for variable in stripped.trainable_variables:
      if 'kernel' in variable.name:
        self.assertAllEqual(variable, tf.round(variable))
    for one, other in zip(predict(stripped), predict(wrapped), strict=True):
      self.assertAllClose(one, other, 1e-6, 1e-6)

  def testUnbuiltModelComesBackUnbuilt(self):
    model = unbuilt()
    stripped = strip(apply(model))
    self.assertEqual(config_of(stripped), config_of(model))
    self.assertFalse(stripped.built)

  @parameterized.named_parameters(*_BUILT)
  def testModelWithoutWrappersComesBackEqual(self, create, unused_count):
    model = create()
    twice = strip(strip(apply(model, algorithm=Round())))
    again = strip(apply(twice, algorithm=Round()))
    for stripped in (strip(model), twice, again):
      self.assertEqual(config_of(stripped), config_of(model))
      self.assertCountEqual(map(id, stripped.weights), map(id, model.weights))

  @parameterized.named_parameters(*_BUILT)
  def testAlgorithmOfTheTechniqueLeavesWhatItHasTrained(self, create, count):
    model = apply(create(), Constant(0.5, 0, frequency=1))
    model.compile('sgd', 'mse')
    targets = [np.zeros(output.shape) for output in predict(model)]
    model.fit(data(model), targets, callbacks=[UpdateStep()], verbose=0)
    expected = predict(model)
    found = collect(model)
    self.assertLen(found, count)
    stripped = strip(model)
    self.assertEmpty(collect(stripped))
    state = [slot.state.values() for layer in found for slot in layer.slots]
    ours = [*(layer.step for layer in found), *itertools.chain(*state)]
    self.assertNoCommonElements(map(id, ours), map(id, stripped.weights))
    for one, other in zip(predict(stripped), expected, strict=True):
      self.assertAllClose(one, other, 1e-3, 1e-3)

  @parameterized.named_parameters(*_BUILT)
  def testLayersThatReplaceOneBecomePartOfTheModel(self, create, unused_count):
    model = create()
    wrapped = apply(model, algorithm=Detour())
    stripped = strip(wrapped)
    expected = predict(wrapped)
    dense = [layers.Reshape, layers.Dense, layers.Flatten]
    self.assertEqual(
      classes_of(stripped),
      sum(
        (dense if cls is layers.Dense else [cls] for cls in classes_of(model)),
        [],
      ),
    )
    self.assertCountEqual(map(id, stripped.weights), map(id, model.weights))
    clone = keras.models.clone_model(stripped)
    clone.set_weights(stripped.get_weights())
    copies = [stripped, clone, strip(stripped)]
    for name in ('model.h5', 'model.keras', 'saved_model'):
      path = os.path.join(self.get_temp_dir(), name)
      stripped.save(path)
      copies.append(keras.models.load_model(path))
    for copy in copies:
      self.assertEqual(classes_of(copy), classes_of(stripped))
      for one, other in zip(predict(copy), expected, strict=True):
        self.assertAllClose(one, other, 1e-6, 1e-6)

  @parameterized.named_parameters(
    ('Object', object, 'object'),
    ('Layer', lambda: layers.Dense(2), 'Dense'),
    ('Wrapper', lambda: apply(layers.Dense(2)), Wrapper.__name__),
    ('List', lambda: [sequential()], 'list'),
    ('Subclassed', Subclassed, 'Subclassed'),
  )
  def testRefusalNamesTheType(self, create, name):
    with self.assertRaisesRegex(ValueError, f'type {name}'):
      strip(create())


class CopyTest(tf.test.TestCase, parameterized.TestCase):
  """Wrapped models that are made from the configuration of another one."""

  @parameterized.named_parameters(('Unbuilt', unbuilt, 2), *_BUILT)
  def testJsonAndCloneGiveTheSameModel(self, create, unused_count):
    model = apply(create(), Constant(0.3, 2), algorithm=Round())
    with scope():
      text = model.to_json()
      copies = [
        keras.models.model_from_json(text),
        keras.models.model_from_config(json.loads(text)),
        keras.models.clone_model(model),
      ]
    for copy in copies:
      self.assertEqual(copy.built, model.built)
      self.assertEqual(config_of(copy), config_of(model))
      if model.built:
        copy.set_weights(model.get_weights())
        for one, other in zip(predict(copy), predict(model), strict=True):
          self.assertAllEqual(one, other)


if __name__ == '__main__':
  tf.test.main()
