<% include 'license_header.txt' %>
"""Applies the technique to a small CNN, then compares what would be deployed.

Trains on the digits that come with scikit-learn, fine-tunes with the technique,
strips, and converts to TensorFlow Lite. Prints what the technique did to each
layer, then accuracy, size and latency of each model. Needs no network:

    python examples/digits_cnn.py
"""

import argparse
import dataclasses
import gzip
import time

import numpy as np
from sklearn import datasets
from sklearn import model_selection
import tensorflow as tf
import tf_keras as keras

from <<cookiecutter.__package>> import keras as technique

try:
  from ai_edge_litert.interpreter import Interpreter
except ImportError:  # Later versions of TensorFlow may not have this one.
  Interpreter = tf.lite.Interpreter

BATCH_SIZE = 32
FREQUENCY = 2  # Steps between two updates of the technique.


@dataclasses.dataclass(frozen=True)
class Deployed:
  """What is deployed of a model.

  Attributes:
    name: Name of the model.
    parameters: Number of parameters.
    content: The content of the .tflite file, bytes.
  """

  name: str
  parameters: int
  content: bytes


def load_data():
  """Loads the digits, gray images with values in [0, 1].

  Returns:
    A tuple (train images, test images, train labels, test labels). Images are
    float32 arrays of shape [n, 8, 8, 1], labels are int arrays of shape [n].
  """
  images, labels = datasets.load_digits(return_X_y=True)
  images = images.reshape([-1, 8, 8, 1]).astype('float32') / 16.0
  return model_selection.train_test_split(
    images, labels, test_size=0.25, stratify=labels, random_state=0
  )


def build_model():
  """Builds a classifier with about 150,000 weights."""
  return keras.Sequential(
    [
      keras.layers.Conv2D(32, 3, activation='relu', input_shape=(8, 8, 1)),
      keras.layers.Conv2D(64, 3, activation='relu'),
      keras.layers.Flatten(),
      keras.layers.Dense(128, activation='relu'),
      keras.layers.Dense(10),
    ]
  )


def train(model, images, labels, epochs, callbacks=()):
  """Compiles and trains a model in place."""
  model.compile(
    optimizer='adam',
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=['accuracy'],
  )
  model.fit(
    images,
    labels,
    batch_size=BATCH_SIZE,
    epochs=epochs,
    callbacks=list(callbacks),
    verbose=0,
  )


def apply_technique(model, images, labels, epochs, final_level):
  """Fine-tunes a trained model with the technique.

  Args:
    model: A trained `keras.Model`. Its weights change, too.
    images: Array of training images.
    labels: Array of their labels.
    epochs: Number of epochs of fine-tuning.
    final_level: Float in [0, 1), the <<cookiecutter.__level_words>> to end with.

  Returns:
    A wrapped `keras.Model`.
  """
  steps = epochs * -(-len(images) // BATCH_SIZE)
  # Acts in the first half, so that the weights can recover in the second. The
  # last update falls on the end: only then is the final value reached.
  end_step = max(steps // 2 // FREQUENCY, 1) * FREQUENCY
  schedule = technique.PolynomialDecay(
    initial_<<cookiecutter.__level>>=0.0,
    final_<<cookiecutter.__level>>=final_level,
    begin_step=0,
    end_step=end_step,
    frequency=FREQUENCY,
  )
  # Those two hold 1 % of the weights. A change there costs the most accuracy.
  policy = technique.SkipFirstAndLastLayers()
  apply = technique.<<cookiecutter.__entry>>
  update_step = technique.Update<<cookiecutter.__camel>>Step()

  wrapped = apply(model, schedule=schedule, policy=policy)
  train(wrapped, images, labels, epochs, callbacks=[update_step])
  return wrapped


def convert(model, name):
  """Converts a model to TensorFlow Lite, with and without quantization.

  Args:
    model: A `keras.Model`.
    name: Name for the model.

  Returns:
    A list of two `Deployed`: with float weights, and with weights quantized to
    8 bits (dynamic range).
  """
  parameters = model.count_params()
  converter = tf.lite.TFLiteConverter.from_keras_model(model)
  as_it_is = Deployed(name, parameters, converter.convert())
  converter.optimizations = [tf.lite.Optimize.DEFAULT]
  return [
    as_it_is,
    Deployed(f'{name}, quantized', parameters, converter.convert()),
  ]


def load(content, images):
  """Returns an interpreter for the content of a .tflite file and for images."""
  interpreter = Interpreter(model_content=content)
  inputs = interpreter.get_input_details()[0]['index']
  interpreter.resize_tensor_input(inputs, images.shape)
  interpreter.allocate_tensors()
  interpreter.set_tensor(inputs, images)
  return interpreter


def evaluate(content, images, labels):
  """Returns the accuracy of a TensorFlow Lite model.

  Args:
    content: The content of a .tflite file, bytes.
    images: float32 array of shape [n, 8, 8, 1].
    labels: int array of shape [n].

  Returns:
    A float in [0, 1].
  """
  interpreter = load(content, images)
  interpreter.invoke()
  outputs = interpreter.get_output_details()[0]['index']
  predictions = interpreter.get_tensor(outputs).argmax(axis=-1)
  return float((predictions == labels).mean())


def compare_latency(contents, image, rounds=101, repeats=20):
  """Measures how long TensorFlow Lite models take for one image.

  Other work on the machine slows down all models of a round alike, so each one
  is compared with the first model of the same round.

  Args:
    contents: List of the contents of .tflite files.
    image: float32 array of shape [1, 8, 8, 1].
    rounds: Number of times that each model has its turn.
    repeats: Number of inferences in a turn.

  Returns:
    A list of floats, the medians of the ratios to the first model.
  """
  interpreters = [load(content, image) for content in contents]
  seconds = np.zeros([rounds, len(interpreters)])
  for turns in seconds:
    for i, interpreter in enumerate(interpreters):
      start = time.perf_counter()
      for _ in range(repeats):
        interpreter.invoke()
      turns[i] = time.perf_counter() - start
  return np.median(seconds / seconds[:, :1], axis=0).tolist()


def compressed_size(content):
  """Returns the size in bytes after gzip, without a time stamp in the file."""
  return len(gzip.compress(content, mtime=0))


def print_table(models, images, labels):
  """Prints accuracy, sizes and latency of TensorFlow Lite models.

  Args:
    models: List of `Deployed`. Both ratios are to the first one: `ratio` is
      that of the compressed sizes, `latency` that of the times for one image.
    images: Array of test images.
    labels: Array of their labels.
  """
  contents = [model.content for model in models]
  accuracies = [evaluate(content, images, labels) for content in contents]
  sizes = [compressed_size(content) for content in contents]
  latencies = compare_latency(contents, images[:1])
  width = max(len(model.name) for model in models)
  print(
    f'{"model":{width}}  accuracy  parameters    bytes  gzipped  ratio  latency'
  )
  for model, accuracy, size, latency in zip(
    models, accuracies, sizes, latencies, strict=True
  ):
    print(
      f'{model.name:{width}}  {accuracy:8.4f}  {model.parameters:10}  '
      f'{len(model.content):7}  {size:7}  {size / sizes[0]:5.3f}  '
      f'{latency:7.2f}'
    )


def main():
  """Runs the comparison."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--epochs', type=int, default=10, help='of each training')
  parser.add_argument(
    '--final_level',
    type=float,
    default=0.8,
    help='<<cookiecutter.__level_words>> at the end, in [0, 1)',
  )
  args = parser.parse_args()
  if args.epochs < 1:
    parser.error('--epochs must be at least 1')
  if not 0 <= args.final_level < 1:
    parser.error('--final_level must be in [0, 1)')

  keras.utils.set_random_seed(0)
  tf.config.experimental.enable_op_determinism()
  train_images, test_images, train_labels, test_labels = load_data()

  model = build_model()
  train(model, train_images, train_labels, args.epochs)
  # Converted now: the models share their weights, and training goes on.
  models = convert(model, 'baseline')
  wrapped = apply_technique(
    model, train_images, train_labels, args.epochs, args.final_level
  )
  stripped = technique.strip_<<cookiecutter.technique_slug>>(wrapped)
  models += convert(stripped, '<<cookiecutter.past_participle>>')

  print(technique.report_<<cookiecutter.technique_slug>>(wrapped))
  print()
  print_table(models, test_images, test_labels)


if __name__ == '__main__':
  main()
