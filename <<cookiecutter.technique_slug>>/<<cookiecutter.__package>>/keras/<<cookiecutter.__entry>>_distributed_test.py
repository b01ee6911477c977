<% include 'license_header.txt' %>
"""Tests for training under distribution strategies, in one process."""

import contextlib
import functools
import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
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

# One CPU becomes two devices. That is possible only until TensorFlow uses it,
# so no test module may create a tensor while it is imported.
tf.config.set_logical_device_configuration(
  tf.config.list_physical_devices('CPU')[0],
  [tf.config.LogicalDeviceConfiguration()] * 2,
)

# One strategy of each kind serves all tests. A second one would number what it
# sends between devices from the start again, and TensorFlow refuses that if
# sizes differ.
_STRATEGIES = tuple(
  (name, functools.cache(create))
  for name, create in (
    ('Mirrored', lambda: tf.distribute.MirroredStrategy(['CPU:0', 'CPU:1'])),
    ('OneDevice', lambda: tf.distribute.OneDeviceStrategy('CPU:0')),
    ('MultiWorker', tf.distribute.MultiWorkerMirroredStrategy),
  )
)


@keras.utils.register_keras_serializable('distributed_test')
class Shrink(base_algorithm.Algorithm):
  """Clips weights, or outputs, to a bound that depends on them at an update.

  Their mean over a batch is the mean over replicas of the mean over their parts
  of it, so training under a strategy gives what training without one gives.
  """

  target = target_lib.Weight()

  def create_state(self, tensor):
    initializer = keras.initializers.Constant(10.0)
    return {
      'bound': {'shape': [], 'dtype': tensor.dtype, 'initializer': initializer}
    }

  def update_state(self, tensor, state, level):
    mean = ops.mean(ops.abs(tensor))
    return {'bound': 0.1 * state['bound'] + 1.5 * mean * (1.0 - level)}

  def apply(self, tensor, state):
    return ops.clip(tensor, -state['bound'], state['bound'])


@keras.utils.register_keras_serializable('distributed_test')
class ShrinkOnUpdate(Shrink):
  """The same, on schedule."""

  target = target_lib.WeightOnUpdate()


@keras.utils.register_keras_serializable('distributed_test')
class ShrinkInForward(Shrink):
  """The same, without changing the weights."""

  target = target_lib.WeightInForward()


@keras.utils.register_keras_serializable('distributed_test')
class ShrinkOutput(Shrink):
  """The same for outputs, which are not negative."""

  target = target_lib.Output()

  def replace(self, layer, states):
    bound = float(states[0]['bound'])
    return [layer, layers.ReLU(max_value=bound)]


_ALGORITHMS = (Shrink, ShrinkOnUpdate, ShrinkInForward, ShrinkOutput)
_ALL = tuple(
  (f'{name}{cls.__name__}', create, cls)
  for name, create in _STRATEGIES
  for cls in _ALGORITHMS
  if name == 'Mirrored' or cls is Shrink
)


def create_model(algorithm=None):
  keras.utils.set_random_seed(0)
  model = keras.Sequential(
    [
      layers.Dense(8, activation='relu', input_shape=(6,)),
      layers.BatchNormalization(trainable=False),
      layers.Dense(3, activation='relu', bias_initializer='ones'),
    ]
  )
  model = apply(model, Constant(0.25, 0, frequency=2), algorithm=algorithm)
  model.compile(keras.optimizers.SGD(0.1), 'mean_squared_error')
  return model


def data():
  random = np.random.RandomState(0)
  inputs = random.normal(size=(16, 6)).astype(np.float32)
  return inputs, random.normal(size=(16, 3)).astype(np.float32)


def fit(model, **kwargs):
  kwargs = {'callbacks': [UpdateStep()], **kwargs}
  model.fit(*data(), batch_size=8, epochs=2, shuffle=False, verbose=0, **kwargs)


@functools.cache
def train_alone(algorithm):
  """Returns a model that was trained without strategy."""
  model = create_model(algorithm())
  fit(model)
  return model


@test_settings.needs('distribute')
class DistributedTest(test_models.TestCase):
  """Training under a strategy gives what training without one gives."""

  def assertReplicasAgree(self, strategy, model):
    for variable in model.variables:
      first, *others = strategy.experimental_local_results(variable)
      for other in others:
        self.assertAllEqual(first, other, variable.name)

  def assertTrainedAsAlone(self, model, algorithm):
    alone = train_alone(algorithm)
    for layer, reference in zip(collect(model), collect(alone), strict=True):
      self.assertEqual(layer.step.numpy(), 4)
      self.assertAllClose(layer.get_weights(), reference.get_weights())
    slots = sum((layer.slots for layer in collect(alone)), [])
    self.assertLen(slots, 2)
    for slot in slots:
      self.assertLess(slot.state['bound'].numpy(), 5.0)  # It was updated.

  @parameterized.named_parameters(*_ALL)
  def testTrainsAsWithoutStrategy(self, create_strategy, algorithm):
    strategy = create_strategy()
    with strategy.scope():
      model = create_model(algorithm())
    fit(model)
    self.assertTrainedAsAlone(model, algorithm)
    self.assertReplicasAgree(strategy, model)
    predicted = model.predict(data()[0], verbose=0)
    self.assertAllClose(strip(model)(data()[0]), predicted, 1e-6, 1e-6)

  @parameterized.named_parameters(*_STRATEGIES)
  def testAlgorithmOfTheTechniqueTrainsSavesAndLoads(self, create_strategy):
    strategy = create_strategy()
    with strategy.scope():
      model = create_model()
    fit(model)
    predicted = model.predict(data()[0], verbose=0)
    self.assertAllEqual(np.isfinite(predicted), np.ones_like(predicted))
    self.assertReplicasAgree(strategy, model)
    for name in test_models.FORMATS:
      path = os.path.join(self.get_temp_dir(), name)
      model.save(path)
      for scope in (strategy.scope, contextlib.nullcontext):
        with scope():
          loaded = keras.models.load_model(path)
        self.assertAllClose(loaded(data()[0]), predicted, 1e-6, 1e-6)
        steps = [layer.step.numpy() for layer in collect(loaded)]
        self.assertEqual(steps, [4, 4, 4])
    stripped = strip(model)
    self.assertAllClose(stripped(data()[0]), predicted, 1e-3, 1e-3)

  @parameterized.named_parameters(*_STRATEGIES)
  def testMissingCallbackIsNamed(self, create_strategy):
    with create_strategy().scope():
      model = create_model(Shrink())
    with self.assertRaisesRegex(test_models.ERRORS, UpdateStep.__name__):
      fit(model, callbacks=[])

  @parameterized.named_parameters(
    ('Mirrored', _STRATEGIES[0][1], Shrink),
    ('MirroredOutput', _STRATEGIES[0][1], ShrinkOutput),
    ('OneDevice', _STRATEGIES[1][1], Shrink),
  )
  def testCustomTrainingLoop(self, create_strategy, algorithm):
    strategy = create_strategy()
    with strategy.scope():
      model = create_model(algorithm())
      optimizer = keras.optimizers.SGD(0.1)
      optimizer.build(model.trainable_variables)

    def replica_step(inputs, targets):
      with tf.GradientTape() as tape:
        error = ops.square(model(inputs, training=True) - targets)
        loss = ops.sum(error) / (8 * 3)
      gradients = tape.gradient(loss, model.trainable_variables)
      optimizer.apply_gradients(
        zip(gradients, model.trainable_variables, strict=True)
      )

    @tf.function
    def train_step(batch):
      strategy.run(replica_step, batch)

    batches = tf.data.Dataset.from_tensor_slices(data()).batch(8)
    callback = UpdateStep()
    callback.set_model(model)
    callback.on_train_begin()
    for _ in range(2):
      for batch in strategy.experimental_distribute_dataset(batches):
        callback.on_train_batch_begin(batch=-1)
        train_step(batch)
      callback.on_epoch_end(batch=-1)
    self.assertTrainedAsAlone(model, algorithm)
    self.assertReplicasAgree(strategy, model)


if __name__ == '__main__':
  tf.test.main()
