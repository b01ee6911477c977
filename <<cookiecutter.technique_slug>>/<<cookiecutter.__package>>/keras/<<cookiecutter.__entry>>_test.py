<% include 'license_header.txt' %>
"""Tests for applying the technique: what is wrapped, refused and copied."""

import importlib
import os

from absl.testing import parameterized
import tensorflow as tf

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import policy
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
scope = test_algorithms.scope
strip = test_algorithms.strip
Wrapper = test_algorithms.Wrapper
collect = test_algorithms.collect
Skip = policy.SkipUnsupportedLayers
Constant = test_algorithms.Constant
TO = '<<cookiecutter.__to>>'

Nothing = test_algorithms.Nothing
BUILT = test_models.BUILT
Subclassed = test_models.Subclassed
config_of = test_models.config_of
data = test_models.data
outputs_of = test_models.outputs_of
sequential = test_models.sequential
unbuilt = test_models.unbuilt

layers = keras.layers


def public(layer):
  return {name for name in dir(layer) if not name.startswith('_')}


def add_one(model):
  """Changes all floating point variables, those of wrappers too."""
  for variable in model.variables:
    if 'float' in compat.dtype_name(variable.dtype):
      variable.assign_add(ops.ones(variable.shape))


class ApplyTest(test_models.TestCase):
  """What is wrapped, and what is refused."""

  def testWrapsOneLayer(self):
    layer, a_schedule, algorithm = layers.Dense(2), Constant(0.3, 1), Nothing()
    wrapped = apply(layer, a_schedule, algorithm=algorithm)
    self.assertIs(wrapped.layer, layer)
    self.assertIs(wrapped.schedule, a_schedule)
    self.assertIs(wrapped.algorithm, algorithm)
    self.assertIsInstance(apply(**{TO: layer}), Wrapper)

  def testWrapsListOfLayers(self):
    plain = [layers.Dense(2), layers.Dropout(0.1), apply(layers.ReLU())]
    first, second, third = apply(plain, algorithm=Nothing())
    self.assertIs(first.layer, plain[0])
    self.assertIs(second.layer, plain[1])
    self.assertIs(third, plain[2])

  @parameterized.named_parameters(('Unbuilt', unbuilt, 2), *BUILT)
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
      return apply(layer, algorithm=Nothing()) if is_second else layer

    model = sequential()
    wrapped = keras.models.clone_model(model, clone_function=select)
    self.assertEqual([w.layer.name for w in collect(wrapped)], ['second'])
    self.assertAllEqual(outputs_of(wrapped)[0], outputs_of(model)[0])
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
    inner = keras.Sequential([layers.RandomCrop(2, 3, name='deep')])
    flat = layers.RandomBrightness(0.1, name='flat')
    model = keras.Sequential([flat, layers.Dense(2, name='fine'), inner])
    with self.assertRaises(ValueError) as caught:
      apply(model)
    message = str(caught.exception)
    for text in ('flat (RandomBrightness)', 'deep (RandomCrop)', Skip.__name__):
      self.assertIn(text, message)
    self.assertNotIn('fine', message)

  @parameterized.named_parameters(('Apply', apply), ('Strip', strip))
  def testRefusalOfTheOtherKerasNamesTheCure(self, function):
    other = {'keras': 'tf_keras'}.get(keras.__name__, 'keras')
    other = importlib.import_module(other)
    layer = other.layers.Dense(2)
    for refused in (layer, other.Sequential([layer])):
      with self.assertRaisesRegex(ValueError, 'tf_keras.*TF_USE_LEGACY_KERAS'):
        function(refused)


class PretrainedTest(test_models.TestCase):
  """Wrapping and what a model has learned before."""

  @parameterized.named_parameters(*BUILT)
  def testSharesVariablesAndPredictsTheSame(self, create, unused_count):
    model = create()
    model.compile('sgd', 'mse')
    before = outputs_of(model)
    wrapped = apply(model, algorithm=Nothing())
    self.assertIsNone(getattr(wrapped, 'optimizer', None))
    self.assertIsNotNone(model.optimizer)
    self.assertCountEqual(
      map(id, wrapped.trainable_variables), map(id, model.trainable_variables)
    )
    for one, other in zip(before, outputs_of(wrapped), strict=True):
      self.assertAllEqual(one, other)

  def testWeightsThatWereLoadedAreKept(self):
    path = os.path.join(self.get_temp_dir(), 'model.weights.h5')
    trained = sequential()
    add_one(trained)
    trained.save_weights(path)
    model = sequential()
    model.load_weights(path)
    wrapped = apply(model, algorithm=Nothing())
    self.assertAllEqual(outputs_of(wrapped)[0], outputs_of(trained)[0])

  @parameterized.named_parameters(('Unbuilt', unbuilt, 2), *BUILT)
  def testModelPassedInStaysUsable(self, create, unused_count):
    model = create()
    config = config_of(model)
    attributes = [public(layer) for layer in model.layers]
    apply(model, algorithm=Nothing())
    self.assertEqual(config_of(model), config)
    self.assertEqual([public(layer) for layer in model.layers], attributes)
    if model.built:
      model.compile('sgd', 'mse')
      model.fit(*data(model), verbose=0)
      clone = keras.models.clone_model(model)
      self.assertEqual(clone.count_params(), model.count_params())


class CopyTest(test_models.TestCase):
  """Wrapped models that are made from the configuration of another one."""

  @parameterized.named_parameters(('Unbuilt', unbuilt, 2), *BUILT)
  def testJsonAndCloneGiveTheSameModel(self, create, unused_count):
    model = apply(create(), Constant(0.3, 2), algorithm=Nothing())
    with scope():
      text = model.to_json()
      copies = [
        keras.models.model_from_json(text),
        type(model).from_config(model.get_config()),
        keras.models.clone_model(model),
      ]
    for copy in copies:
      self.assertEqual(copy.built, model.built)
      self.assertEqual(config_of(copy), config_of(model))
      if model.built:
        copy.set_weights(model.get_weights())
        for one, other in zip(outputs_of(copy), outputs_of(model), strict=True):
          self.assertAllEqual(one, other)


if __name__ == '__main__':
  tf.test.main()
