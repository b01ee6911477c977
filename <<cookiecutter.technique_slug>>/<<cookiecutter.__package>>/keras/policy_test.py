<% include 'license_header.txt' %>
"""Tests for the policies."""

from absl.testing import parameterized
import tensorflow as tf

from <<cookiecutter.__package>>.keras import policy
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
Wrapper = test_algorithms.Wrapper
collect = test_algorithms.collect
Policy = policy.<<cookiecutter.__camel>>Policy
Skip = policy.SkipUnsupportedLayers

Nothing = test_algorithms.Nothing

layers = keras.layers


class DenseOnly(Policy):
  """Wraps Dense layers, and wants models to have a name that fits."""

  def __init__(self):
    self.asked = []

  def allow_<<cookiecutter.technique_slug>>(
    self,
    layer,
  ):
    self.asked.append(layer)
    return isinstance(layer, layers.Dense)

  def ensure_model_supports_<<cookiecutter.technique_slug>>(
    self,
    model,
  ):
    self.asked.append(model)
    if model.name == 'refused':
      raise ValueError('the reason of the policy')


def wrapped_names(model):
  return [layer.layer.name for layer in collect(model)]


class PolicyTest(test_models.TestCase):
  """A policy of a user decides what is wrapped."""

  def testWrapsWhatThePolicyAllows(self):
    model = keras.Sequential(
      [
        layers.Conv2D(2, 3, input_shape=(6, 6, 1)),
        layers.Flatten(),
        layers.Dense(4, name='first'),
        layers.Dropout(0.1),
        layers.Dense(2, name='second'),
      ]
    )
    wrapped = apply(model, policy=DenseOnly(), algorithm=Nothing())
    self.assertEqual(wrapped_names(wrapped), ['first', 'second'])
    self.assertLen(wrapped.layers, 5)
    self.assertEqual(strip(wrapped).get_config(), model.get_config())

  def testAsksAboutTheModelFirst(self):
    model = keras.Sequential([layers.Dense(2), layers.Dropout(0.1)])
    a_policy = DenseOnly()
    apply(model, policy=a_policy)
    self.assertIs(a_policy.asked[0], model)
    self.assertEqual(a_policy.asked.count(model), 1)
    for layer in model.layers:
      self.assertIn(layer, a_policy.asked[1:])

  def testErrorOfThePolicyPassesThrough(self):
    layer = layers.Dense(2)
    with self.assertRaisesRegex(ValueError, '^the reason of the policy$'):
      apply(keras.Sequential([layer], name='refused'), policy=DenseOnly())

  def testUnsupportedLayerThatIsNotAllowedDoesNotMatter(self):
    model = keras.Sequential([layers.RandomCrop(2, 3), layers.Dense(2)])
    wrapped = apply(model, policy=DenseOnly())
    self.assertIs(wrapped.layers[0], model.layers[0])
    self.assertIsInstance(wrapped.layers[1], Wrapper)

  def testUnsupportedLayerThatIsAllowedIsAnError(self):
    class Everything(DenseOnly):
      """Allows what cannot be."""

      def allow_<<cookiecutter.technique_slug>>(
        self,
        layer,
      ):
        return True

    model = keras.Sequential([layers.RandomCrop(2, 3, name='cannot')])
    with self.assertRaisesRegex(ValueError, 'cannot'):
      apply(model, policy=Everything())

  def testEntersNestedModels(self):
    inner = keras.Sequential(
      [layers.Dense(4, input_shape=(3,), name='inner'), layers.ReLU()]
    )
    model = keras.Sequential([inner, layers.Dense(2, name='outer')])
    wrapped = apply(model, policy=DenseOnly())
    self.assertEqual(wrapped_names(wrapped), ['inner', 'outer'])

  def testWrapsSharedLayerOnceAndAllBranches(self):
    inputs = keras.Input((4,))
    shared = layers.Dense(4, name='shared')
    left = layers.Dense(4, name='left')(shared(inputs))
    right = layers.ReLU(name='right')(shared(shared(inputs)))
    outputs = [layers.Dense(2, name='top')(left + right), right]
    model = keras.Model(inputs, outputs)
    wrapped = apply(model, policy=DenseOnly(), algorithm=Nothing())
    self.assertCountEqual(wrapped_names(wrapped), ['shared', 'left', 'top'])
    x = ops.ones((2, 4))
    for one, other in zip(wrapped(x), model(x), strict=True):
      self.assertAllEqual(one, other)

  def testCloneOfAModelIsFineToo(self):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(2)(layers.ReLU()(inputs) * 2.0))
    for kwargs in ({}, {'clone_function': lambda layer: layer}):
      clone = keras.models.clone_model(model, **kwargs)
      self.assertLen(collect(apply(clone, policy=DenseOnly())), 1)

  def testAppliedTwiceWrapsOnce(self):
    model = keras.Sequential([layers.Dense(2), layers.ReLU()])
    once = apply(model, policy=DenseOnly())
    twice = apply(once, policy=DenseOnly())
    self.assertEqual(collect(twice), collect(once))
    self.assertLen(collect(twice), 1)

  def testDecidesOnListsAndSingleLayers(self):
    dense, other = layers.Dense(2), layers.ReLU()
    first, second = apply([dense, other], policy=DenseOnly())
    self.assertIs(first.layer, dense)
    self.assertIs(second, other)
    self.assertIs(apply(other, policy=DenseOnly()), other)

  def testPolicyMustSayBoth(self):
    class Incomplete(Policy):
      """Lacks both methods."""

    with self.assertRaises(TypeError):
      Incomplete()


class SkipUnsupportedLayersTest(test_models.TestCase):
  """The policy that leaves out what cannot be wrapped."""

  def testWrapsTheRest(self):
    class DenseLike(layers.Dense):
      """Not supported."""

    noise = layers.RandomBrightness(0.1)
    inner = keras.Sequential([noise, layers.Flatten()])
    model = keras.Sequential([inner, DenseLike(4), layers.Dense(2)])
    with self.assertRaisesRegex(ValueError, Skip.__name__):
      apply(model)
    wrapped = apply(model, policy=Skip(), algorithm=Nothing())
    flatten, dense = collect(wrapped)
    self.assertIs(flatten.layer, inner.layers[1])
    self.assertIs(dense.layer, model.layers[2])
    x = ops.ones((2, 6, 6, 1))
    # Keras 3 takes the call for training: `noise` is, by default.
    outputs = wrapped(x, training=False)
    self.assertAllEqual(outputs, model(x, training=False))

  def testWrapsEverythingThatCanBe(self):
    model = keras.Sequential([layers.Dense(2), layers.Dropout(0.1)])
    self.assertLen(collect(apply(model, policy=Skip())), 2)


def build_chain():
  """Layers without weights come first and last."""
  return keras.Sequential(
    [
      layers.Rescaling(0.5, input_shape=(6,), name='rescaling'),
      layers.Dense(4, name='first'),
      layers.Dense(4, name='second'),
      keras.Sequential([layers.Dense(4, name='inner', input_shape=(4,))]),
      layers.Dense(2, name='last'),
      layers.Softmax(name='softmax'),
    ]
  )


class SkipFirstAndLastLayersTest(test_models.TestCase):
  """The ends of a model stay as they are."""

  def testSkipsTheFirstAndTheLastLayerWithWeights(self):
    wrapped = apply(build_chain(), policy=policy.SkipFirstAndLastLayers())
    names = ['rescaling', 'second', 'inner', 'softmax']
    self.assertEqual(wrapped_names(wrapped), names)

  def testLooksIntoNestedModels(self):
    inner = keras.Sequential([layers.Dense(4, name='a', input_shape=(6,))])
    outer = keras.Sequential([inner, layers.Dense(6, name='b')])
    wrapped = apply(outer, policy=policy.SkipFirstAndLastLayers())
    self.assertEqual(wrapped_names(wrapped), [])

  def testHandlesEachModelOfAList(self):
    models = apply(
      [build_chain(), build_chain()], policy=policy.SkipFirstAndLastLayers()
    )
    for model in models:
      self.assertNotIn('first', wrapped_names(model))
      self.assertIn('second', wrapped_names(model))

  def testIsTheSameWhenAppliedAgain(self):
    ends = policy.SkipFirstAndLastLayers()
    once = apply(build_chain(), policy=ends)
    twice = apply(once, policy=policy.SkipFirstAndLastLayers())
    self.assertEqual(wrapped_names(twice), wrapped_names(once))

  def testRefusesALayerAlone(self):
    with self.assertRaisesRegex(ValueError, 'needs a model.*alone'):
      apply(layers.Dense(2), policy=policy.SkipFirstAndLastLayers())


class OnlyLayersTest(test_models.TestCase):
  """Layers are chosen by name and by type."""

  @parameterized.named_parameters(
    ('names', {'names': ['first', 'inner']}, ['first', 'inner']),
    ('one_name', {'names': 'last'}, ['last']),
    ('types', {'types': [layers.Softmax]}, ['softmax']),
    ('one_type', {'types': layers.Rescaling}, ['rescaling']),
    (
      'both',
      {'names': ['last'], 'types': (layers.Softmax,)},
      ['last', 'softmax'],
    ),
  )
  def testWraps(self, arguments, names):
    wrapped = apply(build_chain(), policy=policy.OnlyLayers(**arguments))
    self.assertEqual(wrapped_names(wrapped), names)

  def testNamesWhatTheModelDoesNotHave(self):
    with self.assertRaisesRegex(ValueError, 'no layers named frist.*first'):
      apply(build_chain(), policy=policy.OnlyLayers(['frist', 'last']))

  @parameterized.parameters(
    ({}, 'Pass `names` or `types`'),
    ({'names': [3]}, '`names` must be strings.*3'),
    ({'types': ['Dense']}, "`types` must be classes.*'Dense'"),
    ({'types': [int]}, '`types` must be classes.*int'),
  )
  def testRefusesOtherArguments(self, arguments, message):
    with self.assertRaisesRegex(ValueError, message):
      policy.OnlyLayers(**arguments)


class AllOfTest(test_models.TestCase):
  """Policies combine."""

  def testWrapsWhatAllAllow(self):
    both = policy.AllOf(
      policy.SkipFirstAndLastLayers(), policy.OnlyLayers(types=[layers.Dense])
    )
    names = wrapped_names(apply(build_chain(), policy=both))
    self.assertEqual(names, ['second', 'inner'])

  def testEachChecksTheModel(self):
    with self.assertRaisesRegex(ValueError, 'no layers named x'):
      apply(build_chain(), policy=policy.AllOf(Skip(), policy.OnlyLayers('x')))


if __name__ == '__main__':
  tf.test.main()
