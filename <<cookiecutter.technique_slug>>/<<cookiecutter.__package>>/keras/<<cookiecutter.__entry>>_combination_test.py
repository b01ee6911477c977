<% include 'license_header.txt' %>
"""Tests of the technique together with others of TFMOT, before and after.

They hold for any algorithm, so they stay when `algorithm.py` changes.
"""

from absl.testing import parameterized
import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot

from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras import test_settings
from <<cookiecutter.__package>>.keras.compat import keras

apply = test_algorithms.apply
strip = test_algorithms.strip
UpdateStep = test_algorithms.UpdateStep
Constant = test_algorithms.Constant
collect = test_algorithms.collect

layers = keras.layers
pruning = tfmot.sparsity.keras
clustering = tfmot.clustering.keras
quantization = tfmot.quantization.keras


def convolutional():
  return keras.Sequential(
    [
      layers.Conv2D(8, 3, input_shape=(8, 8, 1)),
      layers.BatchNormalization(momentum=0.5),
      layers.ReLU(),
      layers.DepthwiseConv2D(3),
      layers.MaxPooling2D(),
      layers.Flatten(),
      layers.Dense(16, activation='relu'),
      layers.Dense(6),
    ]
  )


def perceptron():
  inputs = keras.Input((12,))
  hidden = layers.Dense(12, activation='relu')(inputs)
  hidden = layers.Add()([hidden, layers.Dense(12)(inputs)])
  return keras.Model(inputs, layers.Dense(6)(layers.ReLU()(hidden)))


_MODELS = (('Convolutional', convolutional), ('Perceptron', perceptron))


def data(model):
  """Returns 32 examples of inputs and targets, which depend on the inputs."""
  random = np.random.RandomState(0)
  inputs = random.normal(size=(32, *model.input_shape[1:])).astype(np.float32)
  return inputs, np.abs(inputs.reshape([32, -1])[:, :6])


def fit(model, callbacks=(), epochs=2):
  """Trains with four batches per epoch and returns the losses."""
  model.compile(keras.optimizers.SGD(0.03), 'mse')
  # TensorFlow traces steps that make variables twice.
  model.optimizer.build(model.trainable_variables)
  kwargs = {'shuffle': False, 'verbose': 0, 'callbacks': list(callbacks)}
  return model.fit(*data(model), 8, epochs, **kwargs).history['loss']


def predict(model):
  return model.predict(data(model)[0], verbose=0)


def train(model):
  """Applies the technique, acts in each step, and returns the new model."""
  model = apply(model, Constant(0.5, 0, frequency=1))
  fit(model, [UpdateStep()])
  return model


def with_kernels(model):
  return [layer for layer in model.layers if hasattr(layer, 'kernel')]


class AfterwardsTest(test_models.TestCase):
  """Other techniques take stripped models."""

  @parameterized.named_parameters(*_MODELS)
  @test_settings.needs('lite')
  def testQuantizationToIntegers(self, create):
    stripped = strip(train(create()))
    inputs, _ = data(stripped)
    converter = tf.lite.TFLiteConverter.from_keras_model(stripped)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([x[None]] for x in inputs)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    interpreter = tf.lite.Interpreter(model_content=converter.convert())
    (start,), (end,) = (
      interpreter.get_input_details(),
      interpreter.get_output_details(),
    )
    interpreter.resize_tensor_input(start['index'], inputs.shape)
    interpreter.allocate_tensors()
    scale, zero = start['quantization']
    integers = np.clip(np.round(inputs / scale) + zero, -128, 127)
    interpreter.set_tensor(start['index'], integers.astype(np.int8))
    interpreter.invoke()
    scale, zero = end['quantization']
    integers = interpreter.get_tensor(end['index'])
    self.assertEqual(integers.dtype, np.int8)
    outputs, expected = scale * (integers.astype(int) - zero), predict(stripped)
    error = np.abs(outputs - expected).mean() / np.abs(expected).mean()
    self.assertLess(error, 0.1)

  @parameterized.named_parameters(*_MODELS)
  @test_settings.needs('tfmot')
  def testClusteringKeepsZeros(self, create):
    stripped = strip(train(create()))
    zeros = []
    for layer in with_kernels(stripped):
      kernel = layer.kernel.numpy()
      kernel.flat[: kernel.size // 4] = 0.0  # The algorithm may leave none.
      layer.kernel.assign(kernel)
      zeros.append(kernel == 0.0)
    clustered = clustering.cluster_weights(
      stripped, number_of_clusters=4, preserve_sparsity=True
    )
    losses = fit(clustered, epochs=4)
    self.assertLess(losses[-1], losses[0])
    found = with_kernels(clustering.strip_clustering(clustered))
    for layer, were_zero in zip(found, zeros, strict=True):
      kernel = layer.kernel.numpy()
      self.assertAllEqual(kernel[were_zero], np.zeros(were_zero.sum()))
      self.assertBetween(len(np.unique(kernel)), min(2, kernel.size), 4)

  @parameterized.named_parameters(*_MODELS)
  @test_settings.needs('tfmot')
  def testQuantizationAwareTraining(self, create):
    quantized = quantization.quantize_model(strip(train(create())))
    losses = fit(quantized, epochs=4)
    self.assertLess(losses[-1], losses[0])
    self.assertAllInRange(predict(quantized), -1e3, 1e3)


@test_settings.needs('tfmot')
class BeforeTest(test_models.TestCase):
  """Other techniques give models to wrap."""

  def assertTrainsAndStrips(self, given):
    model = train(given)
    self.assertLen(collect(model), len(convolutional().layers))
    self.assertEqual([int(layer.step) for layer in collect(model)], [8] * 8)
    stripped = strip(model)
    self.assertEmpty(collect(stripped))
    self.assertAllClose(predict(stripped), predict(model), 1e-4, 1e-4)

  def testPruning(self):
    pruned = pruning.prune_low_magnitude(
      convolutional(), pruning.ConstantSparsity(0.5, 0, frequency=1)
    )
    fit(pruned, [pruning.UpdatePruningStep()])
    self.assertTrainsAndStrips(pruning.strip_pruning(pruned))

  def testClustering(self):
    clustered = clustering.cluster_weights(
      convolutional(), number_of_clusters=4
    )
    fit(clustered)
    self.assertTrainsAndStrips(clustering.strip_clustering(clustered))


if __name__ == '__main__':
  tf.test.main()
