<% include 'license_header.txt' %>
"""Tests for the callbacks."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import callbacks
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

UpdateStep = test_algorithms.UpdateStep
Summaries = callbacks.<<cookiecutter.__camel>>Summaries
Wrapper = test_algorithms.Wrapper
Constant = test_algorithms.Constant

layers = keras.layers

# A bound that weights leave in every step with this learning rate.
_BOUND = 0.01
_RATE = 10.0


class Clip(base_algorithm.Algorithm):
  """Keeps weights in a range, and reports how far they went."""

  def create_state(self, weight):
    return {}

  def update_state(self, weight, state, level):
    return {}

  def apply(self, weight, state):
    return ops.clip(weight, -_BOUND, _BOUND)

  def summarize(self, weight, state):
    return {'largest': ops.max(ops.abs(weight))}


class Recorder(keras.callbacks.Callback):
  """Keeps the largest weight, and the steps, as they are at each event."""

  def __init__(self):
    super().__init__()
    self.largest = {}
    self.steps = []

  def _record(self, event):
    self.largest.setdefault(event, []).append(largest(self.model))

  def on_train_batch_end(self, batch, logs=None):
    self._record('batch')
    self.steps.append([int(layer.step) for layer in wrappers(self.model)])

  def on_test_begin(self, logs=None):
    self._record('test')

  def on_predict_begin(self, logs=None):
    self._record('predict')

  def on_epoch_end(self, epoch, logs=None):
    self._record('epoch')


def create_model():
  """Returns a model with wrappers at two depths, one without weights."""

  def wrap(layer):
    return Wrapper(layer, Constant(0.5, 0, -1, 1), Clip())

  keras.utils.set_random_seed(0)
  inner = keras.Sequential([wrap(layers.Dropout(0.1)), wrap(layers.Dense(4))])
  model = keras.Sequential([keras.Input((3,)), inner, wrap(layers.Dense(2))])
  model.compile(keras.optimizers.SGD(_RATE), 'mse')
  return model


def wrappers(model):
  return [*model.layers[0].layers, model.layers[1]]


def largest(model):
  inner, outer = model.layers
  kernels = inner.layers[1].layer.kernel, outer.layer.kernel
  return max(float(ops.max(ops.abs(kernel))) for kernel in kernels)


def data():
  random = np.random.RandomState(0)
  return random.normal(size=(8, 3)), random.normal(size=(8, 2))


def fit(model, *others, **kwargs):
  """Trains for two epochs of two batches."""
  kwargs = {'epochs': 2, 'batch_size': 4, 'verbose': 0, **kwargs}
  model.fit(*data(), callbacks=[UpdateStep(), *others], **kwargs)


class StepTest(test_models.TestCase):
  """The step of a wrapper counts the batches it was trained on."""

  def assertSteps(self, model, step):
    self.assertEqual([int(w.step) for w in wrappers(model)], [step] * 3)

  def testInferenceNeedsNoCallbackAndDoesNotCount(self):
    model = create_model()
    model.predict(data()[0], verbose=0)
    model.evaluate(*data(), verbose=0)
    model(data()[0])
    self.assertSteps(model, -1)

  @parameterized.named_parameters(('Graph', False), ('Eagerly', True))
  def testCountsBatches(self, eagerly):
    model = create_model()
    model.run_eagerly = eagerly
    recorder = Recorder()
    fit(model, recorder, validation_data=data())
    self.assertEqual(recorder.steps, [[n] * 3 for n in (1, 2, 3, 4)])
    model.predict(data()[0], verbose=0)
    self.assertSteps(model, 4)

  def testGoesOnWhereItStopped(self):
    model = create_model()
    fit(model)
    copy = create_model()
    copy.set_weights(model.get_weights())
    self.assertSteps(copy, 4)
    fit(copy)
    self.assertSteps(copy, 8)
    self.assertSteps(model, 4)
    fit(model, epochs=1)
    self.assertSteps(model, 6)

  @test_settings.needs('xla')
  def testCountsBatchesInProgramsOfXla(self):
    model = create_model()
    model.compile('sgd', 'mse', jit_compile=True)
    fit(model)
    self.assertSteps(model, 4)

  @test_settings.needs('steps')
  def testCountsEachBatchOfOneExecution(self):
    model = create_model()
    model.compile('sgd', 'mse', steps_per_execution=2)
    fit(model)
    self.assertSteps(model, 4)

  def testModelWithoutWrappersTrainsAsWell(self):
    model = keras.Sequential([layers.Dense(2)])
    model.compile('sgd', 'mse')
    fit(model)


class MissingCallbackTest(test_models.TestCase):
  """Training without the callback says what is missing."""

  @parameterized.named_parameters(('Graph', False), ('Eagerly', True))
  def testFitSaysWhatIsMissing(self, eagerly):
    model = create_model()
    model.run_eagerly = eagerly
    with self.assertRaisesRegex(test_models.ERRORS, UpdateStep.__name__):
      model.fit(*data(), verbose=0)

  def testCustomTrainingLoopSaysWhatIsMissing(self):
    model = create_model()
    with self.assertRaisesRegex(test_models.ERRORS, UpdateStep.__name__):
      model(data()[0], training=True)

  @test_settings.needs('retry')
  def testTrainsOnceTheCallbackIsThere(self):
    model = create_model()
    with self.assertRaises(test_models.ERRORS):
      model.fit(*data(), verbose=0)
    fit(model, epochs=1)


class SettleTest(test_models.TestCase):
  """After an epoch and before a test the weights are the algorithm's."""

  def testOptimizerMovesWeightsUntilTheEpochEnds(self):
    model, recorder = create_model(), Recorder()
    fit(model, recorder)
    # The last batch of an epoch is settled before others see its end.
    self.assertAllGreater(recorder.largest['batch'][::2], 2 * _BOUND)
    self.assertAllLessEqual(recorder.largest['batch'][1::2], 1.001 * _BOUND)
    self.assertLen(recorder.largest['epoch'], 2)
    self.assertAllLessEqual(recorder.largest['epoch'], 1.001 * _BOUND)
    self.assertLessEqual(largest(model), 1.001 * _BOUND)

  @parameterized.named_parameters(('First', 0), ('Last', 1))
  def testOthersSeeTheWeightsOfTheAlgorithmInAnyOrder(self, place):
    path = os.path.join(self.get_temp_dir(), 'model.keras')
    for callback in (
      keras.callbacks.ModelCheckpoint(path),
      keras.callbacks.ModelCheckpoint(path, save_freq=1),
      keras.callbacks.EarlyStopping('loss', 10, 0, restore_best_weights=True),
    ):
      model, all_callbacks = create_model(), [UpdateStep()]
      all_callbacks.insert(place, callback)
      # A generator does not say how many batches there are.
      model.fit(
        tf.data.Dataset.from_generator(
          lambda: [data()] * 3,
          output_signature=tuple(map(tf.type_spec_from_value, data())),
        ),
        epochs=2,
        verbose=0,
        callbacks=all_callbacks,
      )
      self.assertLessEqual(largest(model), 1.001 * _BOUND)
      if os.path.exists(path):
        loaded = keras.models.load_model(path, {'Clip': Clip})
        self.assertLessEqual(largest(loaded), 1.001 * _BOUND)

  def testAverageOfWeightsIsSettledToo(self):
    model = create_model()
    model.compile(keras.optimizers.SGD(_RATE, use_ema=True), 'mse')
    fit(model)
    self.assertLessEqual(largest(model), 1.001 * _BOUND)

  def testValidationSeesTheWeightsOfTheAlgorithm(self):
    model, recorder = create_model(), Recorder()
    fit(model, recorder, validation_data=data())
    self.assertLen(recorder.largest['test'], 2)
    self.assertAllLessEqual(recorder.largest['test'], 1.001 * _BOUND)

  def testPredictionInTheMiddleOfAnEpochDoes(self):
    model, recorder, update = create_model(), Recorder(), UpdateStep()
    update.set_model(model)
    recorder.set_model(model)
    update.on_train_begin()
    model.train_on_batch(*data())
    self.assertGreater(largest(model), 2 * _BOUND)
    model.predict(data()[0], verbose=0, callbacks=[update, recorder])
    self.assertAllLessEqual(recorder.largest['predict'], 1.001 * _BOUND)

  def testValidationLossIsThatOfTheModelAfterTheEpoch(self):
    model = create_model()
    history = []
    log = keras.callbacks.LambdaCallback(
      on_epoch_end=lambda _, logs: history.append(logs['val_loss'])
    )
    fit(model, log, validation_data=data())
    loss = model.evaluate(*data(), verbose=0)
    self.assertAllClose(history[-1], loss, 1e-5, 1e-5)


class CustomTrainingLoopTest(test_models.TestCase):
  """A loop written by hand calls some methods of the callbacks."""

  def testTrainsOnBatches(self):
    model = create_model()
    self.assertTrains(model, lambda: model.train_on_batch(*data()))

  @parameterized.named_parameters(('Graph', True), ('Eagerly', False))
  @test_settings.needs('tape')
  def testTrains(self, graph):
    model = create_model()
    optimizer = keras.optimizers.SGD(_RATE)
    model.optimizer = optimizer
    inputs, targets = map(tf.constant, data())

    def train_step():
      with tf.GradientTape() as tape:
        outputs = model(inputs, training=True)
        loss = keras.losses.mean_squared_error(targets, outputs)
      weights = model.trainable_variables
      gradients = tape.gradient(loss, weights)
      optimizer.apply_gradients(zip(gradients, weights, strict=True))

    optimizer.build(model.trainable_variables)
    self.assertTrains(model, tf.function(train_step) if graph else train_step)

  def assertTrains(self, model, train_step):
    log_dir = os.path.join(self.get_temp_dir(), 'loop')
    update, summaries = UpdateStep(), Summaries(log_dir)
    update.set_model(model)
    summaries.set_model(model)
    update.on_train_begin()
    for _ in range(3):
      summaries.on_epoch_begin(epoch=-1)
      update.on_train_batch_begin(batch=-1)
      train_step()
      self.assertGreater(largest(model), 2 * _BOUND)
      update.on_epoch_end(batch=-1)
      self.assertLessEqual(largest(model), 1.001 * _BOUND)
    self.assertEqual([int(layer.step) for layer in wrappers(model)], [3] * 3)
    self.assertNotEmpty(os.listdir(log_dir))


class SummariesTest(test_models.TestCase):
  """What the algorithm reports is written for TensorBoard."""

  def read(self, log_dir):
    """Returns {name: {step: value}} of all scalars below a directory."""
    scalars = {}
    for folder, _, files in os.walk(log_dir):
      for name in files:
        path = os.path.join(folder, name)
        for event in tf.compat.v1.train.summary_iterator(path):
          for value in event.summary.value:
            number = tf.make_ndarray(value.tensor)
            scalars.setdefault(value.tag, {})[event.step] = number
    return scalars

  def testWritesOneScalarPerWeightBeforeAndAfterEachEpoch(self):
    log_dir = os.path.join(self.get_temp_dir(), 'logs')
    model = create_model()
    fit(model, Summaries(log_dir))
    scalars = self.read(log_dir)
    slots = sum((layer.slots for layer in wrappers(model)), [])
    names = [f'{slot.path}/largest' for slot in slots]
    ours = [name for name in scalars if name.endswith('/largest')]
    self.assertLen(ours, 2)
    self.assertCountEqual(ours, names)
    for name in ours:
      # Before training, after the first epoch, and after the last one.
      self.assertEqual(list(scalars[name]), [0, 2, 4])
      self.assertGreater(scalars[name][0], 2 * _BOUND)
      self.assertLessEqual(scalars[name][2], 1.001 * _BOUND)
    self.assertIn('epoch_loss', scalars)

  def testRefusesWhatIsNoDirectory(self):
    for log_dir in ('', None, object(), 3):
      with self.assertRaisesRegex(ValueError, 'log_dir'):
        Summaries(log_dir=log_dir)


if __name__ == '__main__':
  tf.test.main()
