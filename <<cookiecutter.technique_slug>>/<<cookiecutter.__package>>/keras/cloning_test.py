<% include 'license_header.txt' %>
"""Tests for what wrapped and stripped models keep of the model before."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import policy
from <<cookiecutter.__package>>.keras import target as target_lib
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
UpdateStep = test_algorithms.UpdateStep
Constant = test_algorithms.Constant
collect = test_algorithms.collect

layers = keras.layers

X = np.random.RandomState(0).normal(size=(16, 8)).astype('float32')


@keras.utils.register_keras_serializable('cloning_test')
class Double(test_algorithms.Nothing):
  """Puts a layer behind each `Dense` that keeps its name in each round."""

  def accepts(self, layer):
    return type(layer) is layers.Dense

  def replace(self, layer, states):
    return [layers.Flatten(name='helper'), layer]


class Projection(test_algorithms.Clip):
  """Computes with clipped weights, and keeps others."""

  target = target_lib.WeightInForward()


@keras.utils.register_keras_serializable('cloning_test')
class Distiller(keras.Model):
  """A model of a user with a training step of its own."""

  def __init__(self, *args, teacher=None, **kwargs):
    super().__init__(*args, **kwargs)
    self.teacher = teacher
    self.steps = 0

  def train_step(self, *args):
    self.steps += 1  # Once in each traced function.
    return super().train_step(*args)


@keras.utils.register_keras_serializable('cloning_test')
class Pile(keras.Sequential):
  """A `Sequential` of a user."""


@keras.utils.register_keras_serializable('cloning_test')
class Stem(keras.Model):
  """A model of a user that is made from a few numbers."""

  def __init__(self, units, name=None):
    inputs = keras.Input((8,))
    super().__init__(inputs, layers.Dense(units)(inputs), name=name)
    self.units = units

  def get_config(self):
    return {'units': self.units, 'name': self.name}


@keras.utils.register_keras_serializable('cloning_test')
class Block(layers.Layer):
  """Holds wrapped layers in its attributes."""

  def __init__(self, algorithm=None, **kwargs):
    super().__init__(**kwargs)
    wrapped = apply([layers.Dense(8) for _ in range(3)], algorithm=algorithm)
    self.one, self.many = wrapped[0], [wrapped[1], layers.Dense(8)]
    self.named = {'last': wrapped[2]}

  def call(self, inputs):
    outputs = self.one(inputs)
    for layer in [*self.many, *self.named.values()]:
      outputs = layer(outputs)
    return outputs


class ReadsKernel(layers.Layer):
  """Reads the weights of another layer."""

  def __init__(self, other):
    super().__init__()
    self.other = other

  def call(self, inputs):
    return ops.matmul(inputs, ops.transpose(self.other.kernel))


def train(model, x=X, y=X, **kwargs):
  """Compiles a model and trains it for a batch of 16 examples."""
  model.compile('sgd', kwargs.pop('loss', 'mse'))
  return model.fit(x, y, 16, verbose=0, callbacks=[UpdateStep()], **kwargs)


class GraphTest(test_models.TestCase):
  """The layers of a new model are those of its own graph."""

  @parameterized.named_parameters(
    ('Wrapped', lambda model: apply(model, policy=policy.OnlyLayers(['head']))),
    ('Stripped', lambda model: strip(apply(model))),
    ('Twice', lambda model: strip(apply(apply(model)))),
  )
  def testOutputOfALayerIsPartOfTheNewModel(self, create):
    inputs = keras.Input((8,))
    features = layers.Dense(6, name='features')(inputs)
    normal = layers.BatchNormalization(name='normal')(features)
    model = keras.Model(inputs, layers.Dense(2, name='head')(normal))
    new = create(model)
    for name in ('features', 'normal'):
      for one in (model, new):  # The model before can be cut, too.
        part = keras.Model(one.input, one.get_layer(name).output)
        self.assertEqual(part.predict(X, verbose=0).shape, (16, 6))
    self.assertCountEqual(
      map(id, new.get_layer('normal').weights),
      map(id, model.get_layer('normal').weights),
    )

  def testModelsThatShareALayerShareItAfterStrip(self):
    shared = layers.Dense(8)
    inner = [keras.Sequential([keras.Input((8,)), shared]) for _ in range(2)]
    model = keras.Sequential([keras.Input((8,)), *inner])
    stripped = strip(apply(model))
    self.assertLen(stripped.weights, 2)
    self.assertIs(*(part.layers[0] for part in stripped.layers))

  def testSecondRoundGivesNewLayersNewNames(self):
    model = keras.Sequential(
      [
        keras.Input((8,)),
        layers.Dense(8),
        layers.Dropout(0.1, name='helper'),
        layers.Dense(4),
      ]
    )
    expected = model.predict(X, verbose=0)
    for _ in range(2):
      model = strip(apply(model, algorithm=Double()))
    path = os.path.join(self.get_temp_dir(), 'model.keras')
    model.save(path)
    self.assertLen({layer.name for layer in model.layers}, 7)
    for one in (model, keras.models.load_model(path)):
      self.assertAllClose(one.predict(X, verbose=0), expected)


class ClassTest(test_models.TestCase):
  """A model of a class that a user has derived stays one."""

  def testTrainingStepAndAttributesStay(self):
    inputs, hidden = keras.Input((8,)), layers.Dense(8)
    teacher = keras.Sequential([keras.Input((8,)), layers.Dense(8)])
    model = Distiller(inputs, hidden(inputs), teacher=teacher)
    model.hidden, model.rates = hidden, {'alpha': [0.1]}
    wrapped = apply(model)
    train(wrapped)
    stripped = strip(wrapped)
    self.assertGreater(wrapped.steps, 0)
    for new in (wrapped, stripped):
      self.assertIsInstance(new, Distiller)
      self.assertIs(new.teacher, teacher)
      self.assertEqual(new.rates, {'alpha': [0.1]})
      self.assertIs(new.hidden, new.layers[1])
    self.assertIs(wrapped.hidden.layer, hidden)
    self.assertEmpty(collect(stripped))
    self.assertEqual(model.steps, 0)

  def testModelInsideIsLoadedWithItsWrappers(self):
    wrapped = apply(keras.Sequential([keras.Input((8,)), Stem(4)]))
    path = os.path.join(self.get_temp_dir(), 'wrapped.keras')
    wrapped.save(path)
    loaded = keras.models.load_model(path)
    self.assertLen(collect(loaded), 1)
    self.assertAllClose(loaded.predict(X), wrapped.predict(X))
    self.assertIsInstance(apply(Stem(4)), Stem)

  def testSequentialStaysWhatItIs(self):
    model = Pile([keras.Input((8,)), layers.Dense(8)])
    for new in (apply(model), strip(apply(model, algorithm=Double()))):
      self.assertIs(type(new), Pile)
      self.assertEqual(new.predict(X, verbose=0).shape, (16, 8))


class OutputNamesTest(test_models.TestCase):
  """Losses, metrics and logs go by the names of the model before."""

  def testNamesAreThoseOfTheModelBefore(self):
    inputs = keras.Input((8,))
    outputs = [layers.Dense(8, name=name)(inputs) for name in ('a', 'b')]
    model = keras.Model(inputs, [*outputs, outputs[0]])
    wrapped = apply(model)
    loss, targets = {'a': 'mse', 'b': 'mae'}, {'a': X, 'b': X}
    path = os.path.join(self.get_temp_dir(), 'model.keras')
    self.assertEqual(wrapped.output_names, model.output_names)
    history = train(wrapped, y=targets, loss=loss, validation_data=(X, targets))
    self.assertIn('val_a_loss', history.history)
    wrapped.save(path)
    loaded = keras.models.load_model(path)
    if test_settings.has('output_names'):
      loaded.fit(X, targets, verbose=0, callbacks=[UpdateStep()])
      self.assertEqual(loaded.output_names, model.output_names)
    for new in (strip(loaded), strip(keras.models.load_model(path))):
      self.assertEqual(new.output_names, model.output_names)

  def testLayersThatReplaceAnOutputGetItsName(self):
    inputs = keras.Input((8,))
    model = keras.Model(inputs, layers.Dense(8, name='a')(inputs))

    class Behind(Double):
      def replace(self, layer, states):
        return [layer, layers.Flatten()]

    stripped = strip(apply(model, algorithm=Behind()))
    self.assertEqual(stripped.output_names, ['a'])


class HeldLayersTest(test_models.TestCase):
  """Wrappers are stripped wherever a model holds them."""

  @parameterized.named_parameters(
    ('One', test_algorithms.Nothing), ('Chain', Double)
  )
  def testStripsThoseInsideOtherLayers(self, algorithm):
    block = Block(algorithm())
    distributed = layers.TimeDistributed(
      apply(layers.Dense(8), algorithm=algorithm())
    )
    inputs = keras.Input((8,))
    outputs = layers.Reshape((1, 8))(block(inputs))
    model = keras.Model(inputs, layers.Flatten()(distributed(outputs)))
    train(model)
    self.assertLen(collect(model), 4)
    stripped = strip(model)
    self.assertEmpty(collect(stripped))
    self.assertLen(collect(model), 4)
    self.assertLen(stripped.weights, 10)
    self.assertAllClose(
      stripped.predict(X, verbose=0), model.predict(X, verbose=0)
    )

  def testNamesThoseThatItCannotStrip(self):
    class Inner(keras.Model):
      """Subclassed."""

    class Outer(layers.Layer):
      """Holds a model."""

      def call(self, inputs):
        return inputs

    free, held, outer = Inner(), Inner(), Outer()
    outer.free, outer.held = free, held
    model = keras.Sequential([keras.Input((8,)), outer])
    self.assertIs(strip(model).layers[0].held, held)
    held.layer = apply(layers.Dense(2))
    with self.assertRaisesRegex(ValueError, 'subclassed model of type Inner'):
      strip(model)


class TrainingArgumentTest(test_models.TestCase):
  """Training is what `fit` does, whatever a model passes to its layers."""

  def _create(self):
    entry = keras.Input((8,))
    base = keras.Model(entry, layers.Dense(8, name='inside')(entry))
    inputs = keras.Input((8,))
    frozen = base(inputs, training=False)
    noisy = layers.LSTM(4, dropout=0.3, name='noisy')
    outputs = noisy(layers.Reshape((2, 4))(frozen), training=True)
    model = keras.Model(inputs, layers.Dense(8)(outputs))
    return apply(model, Constant(0.5, 0, frequency=1))

  @parameterized.named_parameters(('AsItIs', False), ('Loaded', True))
  def testStepsAreThoseOfFit(self, is_loaded):
    model = self._create()
    model.predict(X, verbose=0)
    train(model, epochs=2)
    if is_loaded:
      path = os.path.join(self.get_temp_dir(), 'model.keras')
      model.save(path)
      model = keras.models.load_model(path)
      train(model)
    steps = [int(layer.step) for layer in collect(model)]
    self.assertEqual(set(steps), {3 if is_loaded else 2})
    model.predict(X, batch_size=2, verbose=0)
    model.evaluate(X, X, verbose=0)
    self.assertEqual([int(layer.step) for layer in collect(model)], steps)

  def testEvaluationInFitDoesNotCount(self):
    model = self._create()
    train(model, epochs=3, validation_data=(X, X))
    self.assertEqual({int(layer.step) for layer in collect(model)}, {3})

  @test_settings.needs('distribute')
  def testReplicasCountAsOne(self):
    with tf.distribute.MirroredStrategy(['/cpu:0']).scope():
      model = self._create()
    train(model, epochs=2)
    steps = {int(w.step.numpy()) for w in collect(model)}
    self.assertEqual(steps, {2})

  @test_settings.needs('training')
  def testStrippedModelPassesWhatTheModelBeforePassed(self):
    stripped = strip(self._create())
    calls = [node for n in stripped._nodes_by_depth.values() for node in n]  # pylint: disable=protected-access
    given = {n.layer.name: n.call_kwargs.get('training') for n in calls}
    self.assertIs(given['noisy'], True)
    self.assertIn(False, given.values())

  def testLayersThatTrainingDoesNotReachAreNamed(self):
    class Frozen(layers.Layer):
      """Calls a wrapped layer for inference only."""

      def __init__(self):
        super().__init__()
        self.held = apply(layers.Dense(8, name='held'))

      def call(self, inputs):
        return self.held(inputs, training=False)

    model = keras.Sequential([keras.Input((8,)), Frozen(), layers.Dense(8)])
    with self.assertWarnsRegex(UserWarning, 'held'):
      train(model)


class TiedWeightsTest(test_models.TestCase):
  """Weights that two layers use stay the same for both."""

  def _create(self):
    dense, free = layers.Dense(4, name='tied'), layers.Dense(8, name='free')
    inputs = keras.Input((8,))
    return keras.Model(inputs, ReadsKernel(dense)(dense(free(inputs))))

  @parameterized.named_parameters(
    ('Projection', lambda: Projection(0.01)), ('Replacement', Double)
  )
  def testTechniquesThatCannotKeepThemLeaveThem(self, algorithm):
    model, skip = self._create(), policy.SkipUnsupportedLayers()
    with self.assertRaisesRegex(ValueError, 'tied .*another layer'):
      apply(model, algorithm=algorithm())
    with self.assertWarnsRegex(UserWarning, 'tied'):
      wrapped = apply(model, policy=skip, algorithm=algorithm())
    self.assertEqual([w.layer.name for w in collect(wrapped)], ['free'])
    train(wrapped)
    stripped = strip(wrapped)
    self.assertAllClose(
      stripped.predict(X, verbose=0), wrapped.predict(X, verbose=0)
    )
    self.assertEqual(stripped.count_params(), model.count_params())

  def testOperationOnAVariableIsNamed(self):
    dense, inputs = layers.Dense(8), keras.Input((8,))
    outputs = dense(inputs) @ dense.kernel
    with self.assertRaisesRegex(ValueError, 'matmul uses the variable .*kern'):
      apply(keras.Model(inputs, outputs))

  def testResultThatIsStoredReachesBoth(self):
    model = self._create()
    clip, skip = test_algorithms.Clip(0.01), policy.SkipUnsupportedLayers()
    wrapped = apply(model, policy=skip, algorithm=clip)
    self.assertLen(collect(wrapped), 2)
    train(wrapped)
    expected = wrapped.predict(X, verbose=0)
    for layer in collect(wrapped):
      self.assertAllLessEqual(ops.abs(layer.layer.kernel), 0.5)
    self.assertAllClose(wrapped.predict(X, verbose=0), expected)


if __name__ == '__main__':
  tf.test.main()
