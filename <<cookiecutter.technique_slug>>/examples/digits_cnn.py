<% include 'license_header.txt' %>
"""Applies the technique to a small CNN, then compares accuracy and file size.

Trains on the digits that come with scikit-learn, fine-tunes with the technique,
strips, converts to TensorFlow Lite, and evaluates what would be deployed. Needs
no network:

    python examples/digits_cnn.py
"""

import argparse
import gzip

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
FREQUENCY = 10  # Steps between two updates of the technique.


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
    A `keras.Model` of the same structure as `model`.
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
  apply = technique.<<cookiecutter.__entry>>
  strip = technique.strip_<<cookiecutter.technique_slug>>
  update_step = technique.Update<<cookiecutter.__camel>>Step()

  wrapped = apply(model, schedule=schedule)
  train(wrapped, images, labels, epochs, callbacks=[update_step])
  return strip(wrapped)


def convert(model, quantize=False):
  """Converts a model to TensorFlow Lite.

  Args:
    model: A `keras.Model`.
    quantize: Whether to quantize weights to 8 bits (dynamic range).

  Returns:
    The content of a .tflite file, bytes.
  """
  converter = tf.lite.TFLiteConverter.from_keras_model(model)
  if quantize:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
  return converter.convert()


def evaluate(content, images, labels):
  """Returns the accuracy of a TensorFlow Lite model.

  Args:
    content: The content of a .tflite file, bytes.
    images: float32 array of shape [n, 8, 8, 1].
    labels: int array of shape [n].

  Returns:
    A float in [0, 1].
  """
  interpreter = Interpreter(model_content=content)
  inputs = interpreter.get_input_details()[0]['index']
  outputs = interpreter.get_output_details()[0]['index']
  interpreter.resize_tensor_input(inputs, images.shape)
  interpreter.allocate_tensors()
  interpreter.set_tensor(inputs, images)
  interpreter.invoke()
  predictions = interpreter.get_tensor(outputs).argmax(axis=-1)
  return float((predictions == labels).mean())


def compressed_size(content):
  """Returns the size in bytes after gzip, without a time stamp in the file."""
  return len(gzip.compress(content, mtime=0))


def print_table(models, images, labels):
  """Prints accuracy and sizes of TensorFlow Lite models.

  Args:
    models: Dict from a name to the content of a .tflite file. The first one is
      what the others are compared with.
    images: Array of test images.
    labels: Array of their labels.
  """
  width = max(len(name) for name in models)
  first = compressed_size(next(iter(models.values())))
  print(f'{"model":{width}}  accuracy    bytes  gzipped   ratio')
  for name, content in models.items():
    accuracy = evaluate(content, images, labels)
    size = compressed_size(content)
    print(
      f'{name:{width}}  {accuracy:8.4f}  {len(content):7}  {size:7}  '
      f'{size / first:6.3f}'
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
  models = {
    'baseline': convert(model),
    'baseline, quantized': convert(model, quantize=True),
  }
  # From here on: the two models share their weights.
  optimized = apply_technique(
    model, train_images, train_labels, args.epochs, args.final_level
  )
  name = '<<cookiecutter.past_participle>>'
  models[name] = convert(optimized)
  models[f'{name}, quantized'] = convert(optimized, quantize=True)
  print_table(models, test_images, test_labels)


if __name__ == '__main__':
  main()
