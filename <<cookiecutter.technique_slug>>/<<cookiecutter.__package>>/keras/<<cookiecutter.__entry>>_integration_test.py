<% include 'license_header.txt' %>
"""Tests from end to end: apply, train, save, strip and convert.

They hold for any algorithm, so they stay when `algorithm.py` changes.
"""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_layers
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops
from <<cookiecutter.__package>>.keras.compat import tree

apply = test_algorithms.apply
strip = test_algorithms.strip
UpdateStep = test_algorithms.UpdateStep
Schedule = test_algorithms.Schedule
Constant = test_algorithms.Constant
collect = test_algorithms.collect

MODELS = test_models.MODELS
Nothing = test_algorithms.Nothing
convolutional = test_models.convolutional
NOT_IN_FLOAT16 = (convolutional, test_models.transformer)  # Each has a test.
data = test_models.data

layers = keras.layers


class OddSteps(Schedule):
  """A schedule of a user."""

  def __call__(self, step):
    return step % 2 == 1, ops.convert_to_tensor(0.5)

  def get_config(self):
    return {'class_name': 'OddSteps', 'config': {}}


def fit(model, epochs=2, **kwargs):
  """Trains with two batches per epoch and returns the losses."""
  model.compile(keras.optimizers.SGD(0.03), 'mean_squared_error', **kwargs)
  # TensorFlow traces steps that make variables twice.
  model.optimizer.build(model.trainable_variables)
  history = model.fit(
    *data(model),
    batch_size=4,
    epochs=epochs,
    shuffle=False,
    verbose=0,
    callbacks=[UpdateStep()] if collect(model) else [],
  )
  return history.history['loss']


def predict(model):
  return tree.flatten(model.predict(data(model)[0], verbose=0))


def train(model):
  """Applies the technique, acts in each step, and returns the new model."""
  model = apply(model, Constant(0.5, 0, frequency=1))
  fit(model)
  return model


def run(model, inputs):
  """Converts a model, and returns what it makes of examples, one by one."""
  # Recurrent layers convert for batches of a known size only.
  specs = [tf.TensorSpec((1, *i.shape[1:]), i.dtype) for i in model.inputs]
  function = tf.function(lambda *inputs: tree.flatten(model(inputs)))
  function = function.get_concrete_function(*specs)
  # The model itself would be traced again, layer by layer, which takes long.
  holder = tf.Module()
  holder.held = function.graph.variables
  converter = tf.lite.TFLiteConverter.from_concrete_functions(
    [function], holder
  )
  interpreter = tf.lite.Interpreter(model_content=converter.convert())
  runner = interpreter.get_signature_runner()
  names = sorted(runner.get_input_details())
  results = [
    runner(**dict(zip(names, example, strict=True)))
    for example in zip(*(np.split(value, 8) for value in inputs), strict=True)
  ]
  return [
    np.concatenate([result[name] for result in results])
    for name in sorted(results[0])
  ]


class TestCase(test_models.TestCase):
  """Checks that most tests end with."""

  def assertSameOutputs(self, outputs, expected, tolerance=1e-4):
    self.assertLen(outputs, len(expected))
    for one, other in zip(outputs, expected, strict=True):
      largest = np.abs(other).max()
      self.assertAllClose(one, other, 0.0, tolerance * max(largest, 1e-3))

  def assertTrainedAndStrips(self, model, steps, tolerance=1e-4):
    """Checks a trained model, strips it, and returns it stripped."""
    for layer in collect(model):
      # A layer that a model calls twice counts both calls.
      self.assertIn(int(layer.step), (steps, 2 * steps))
    outputs = predict(model)
    for output in outputs:
      self.assertAllInRange(output, -1e3, 1e3)  # No NaN, either.
    stripped = strip(model)
    self.assertEmpty(collect(stripped))
    found = test_models.outputs_of(stripped)
    self.assertSameOutputs(found, outputs, tolerance)
    return stripped

  def assertLoads(self, model, tolerance=1e-4, names=test_models.FORMATS):
    """Checks that a model is the same after it was saved and loaded."""
    expected = test_models.outputs_of(model)
    # To trace all layers of a large model takes a minute. The tests of saving
    # do it with small ones.
    for name in names:
      path = os.path.join(self.get_temp_dir(), name)
      kwargs = {} if '.' in name else {'save_traces': False}
      model.save(path, **kwargs)
      loaded = keras.models.load_model(path)
      self.assertLen(collect(loaded), len(collect(model)))
      found = test_models.outputs_of(loaded)
      self.assertSameOutputs(found, expected, tolerance)


class LayersTest(TestCase):
  """Each kind of layer trains, and strips to what was trained."""

  @parameterized.named_parameters(*test_layers.KINDS)
  def testLayer(self, create, shape):
    layer = create()
    wrapped = apply(layer, Constant(0.5, 0, frequency=1), input_shape=shape)
    model = keras.Sequential([wrapped, layers.Flatten(), layers.Dense(2)])
    before = [weight.numpy() for weight in layer.trainable_weights]
    fit(model, epochs=1)
    after = [weight.numpy() for weight in layer.trainable_weights]
    pairs = zip(before, after, strict=True)
    changed = [not np.array_equal(old, new) for old, new in pairs]
    self.assertEqual(any(changed), bool(changed))
    stripped = self.assertTrainedAndStrips(model, 2)
    self.assertEqual(stripped.output_shape, model.output_shape)

  @parameterized.named_parameters(
    ('Sequential', lambda cnn: apply(cnn)),
    ('List', lambda cnn: keras.Sequential(apply(cnn.layers))),
    ('OneByOne', lambda cnn: keras.Sequential([apply(x) for x in cnn.layers])),
    ('Functional', lambda cnn: apply(keras.Model(cnn.inputs, cnn.outputs))),
  )
  def testWaysToBuildAModel(self, build):
    cnn = convolutional()
    model = build(cnn)
    self.assertLen(collect(model), len(cnn.layers))
    fit(model)
    self.assertTrainedAndStrips(model, 4)

  def testLayersInASubclassedModel(self):
    class Subclassed(keras.Model):
      """Wraps its layers itself."""

      def __init__(self):
        super().__init__()
        self.hidden = apply(layers.Dense(4, activation='relu'))
        self.top = apply(layers.Dense(2))

      def call(self, inputs, training=None):
        hidden = self.hidden(inputs, training=training)
        return self.top(hidden, training=training)

    model = Subclassed()
    model.compile('sgd', 'mean_squared_error')
    x, y = np.ones((8, 3)), np.ones((8, 2))
    model.fit(x, y, 4, verbose=0, callbacks=[UpdateStep()])
    self.assertEqual([int(layer.step) for layer in collect(model)], [2, 2])


class ModelsTest(TestCase):
  """Models train, load, strip and convert, and predict the same each time."""

  @parameterized.named_parameters(
    *MODELS, ('MobileNet', test_models.mobile_net)
  )
  def testModel(self, create):
    model = train(create())
    stripped = self.assertTrainedAndStrips(model, 4)
    self.assertLoads(model)
    self.assertLoads(stripped, names=['model.keras'])
    if test_settings.has('lite'):
      outputs = run(stripped, data(model)[0])
      self.assertSameOutputs(outputs, predict(model), 1e-3)

  @parameterized.named_parameters(
    *(row for row in MODELS if row[1] not in NOT_IN_FLOAT16),
    ('MobileNet', test_models.mobile_net),
  )
  def testModelInMixedPrecision(self, create):
    self.assertTrainsInMixedPrecision(create)

  @test_settings.needs('activity')
  def testActivityRegularizerInMixedPrecision(self):
    self.assertTrainsInMixedPrecision(convolutional)

  @test_settings.needs('float16')
  def testAttentionInMixedPrecision(self):
    self.assertTrainsInMixedPrecision(test_models.transformer)

  def assertTrainsInMixedPrecision(self, create):
    self.addCleanup(keras.mixed_precision.set_global_policy, 'float32')
    keras.mixed_precision.set_global_policy('mixed_float16')
    model = train(create())
    self.assertEqual(compat.dtype_name(model.outputs[0].dtype), 'float16')
    for variable in model.variables:
      self.assertNotEqual(compat.dtype_name(variable.dtype), 'float16')
    stripped = self.assertTrainedAndStrips(model, 4, 0.05)
    self.assertLoads(model, 0.01)
    self.assertLoads(stripped, 0.01, ['model.keras'])


class NothingTest(TestCase):
  """With an algorithm that does nothing, training is as without wrappers."""

  def assertSameTraining(self, create, prepare=lambda model: None, **kwargs):
    plain, model = create(), create()
    model.set_weights(plain.get_weights())
    prepare(plain)
    prepare(model)
    wrapped = apply(model, OddSteps(), algorithm=Nothing())
    self.assertAllClose(fit(wrapped, **kwargs), fit(plain, **kwargs), 1e-5)
    for layer in collect(wrapped):
      for _, updates in layer.technique_vars:
        self.assertEqual(updates.numpy(), (int(layer.step) + 1) // 2)
    for one, other in zip(model.weights, plain.weights, strict=True):
      self.assertAllClose(one, other, 1e-5, 1e-5)
    self.assertSameOutputs(predict(wrapped), predict(plain))
    self.assertLen(wrapped.losses, len(plain.losses))
    return wrapped

  @parameterized.named_parameters(*MODELS)
  def testModel(self, create):
    self.assertSameTraining(create)

  @parameterized.named_parameters(*MODELS)
  def testModelRunEagerly(self, create):
    self.assertSameTraining(create, epochs=1, run_eagerly=True)

  def testFrozenLayersStayFrozen(self):
    def freeze(model):
      for layer in model.layers[:4]:
        layer.trainable = False

    wrapped = self.assertSameTraining(convolutional, freeze)
    self.assertLen(wrapped.trainable_weights, 4)
    trainable = [layer.trainable for layer in strip(wrapped).layers]
    self.assertEqual(trainable, [False] * 4 + [True] * 5)
    kernel = wrapped.layers[0].layer.kernel.numpy()
    wrapped.trainable = False
    fit(wrapped)
    self.assertAllEqual(wrapped.layers[0].layer.kernel, kernel)


@test_settings.needs('tape')
class CustomTrainingLoopTest(TestCase):
  """A loop written by hand."""

  @parameterized.named_parameters(('Test', Nothing), ('Own', lambda: None))
  def testTrainsAsFitDoes(self, algorithm):
    model, reference = convolutional(), convolutional()
    reference.set_weights(model.get_weights())
    model = apply(model, Constant(0.5, 0, frequency=2), algorithm=algorithm())
    optimizer = keras.optimizers.SGD(0.03)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train_step(inputs, targets):
      with tf.GradientTape() as tape:
        outputs = model(inputs, training=True)
        loss = keras.losses.mean_squared_error(targets, outputs)
        loss = ops.mean(loss) + tf.add_n(model.losses)
      variables = model.trainable_variables
      gradients = tape.gradient(loss, variables)
      optimizer.apply_gradients(zip(gradients, variables, strict=True))

    callback = UpdateStep()
    callback.set_model(model)
    callback.on_train_begin()
    (inputs,), (targets,) = data(model)
    for _ in range(2):
      for part in (slice(0, 4), slice(4, 8)):
        callback.on_train_batch_begin(batch=-1)
        train_step(inputs[part], targets[part])
      callback.on_epoch_end(batch=-1)
    self.assertTrainedAndStrips(model, 4)
    if algorithm is Nothing:  # Others may amplify errors of rounding.
      fit(reference)
      for one, other in zip(
        strip(model).get_weights(), reference.get_weights(), strict=True
      ):
        self.assertAllClose(one, other, 1e-5, 1e-5)


if __name__ == '__main__':
  tf.test.main()
