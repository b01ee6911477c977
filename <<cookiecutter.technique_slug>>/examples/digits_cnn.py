<% include 'license_header.txt' %>
"""Applies the technique to a small CNN and compares what would be deployed.

The script trains on noisy digits, fine-tunes with the technique, strips, and
converts to TensorFlow Lite. It prints a row for each layer and for each model.
Keras 3 converts on TensorFlow alone. TF_USE_LEGACY_KERAS=1 chooses Keras 2.
"""

import argparse
import gzip

import numpy as np

from <<cookiecutter.__package>> import keras as technique
from <<cookiecutter.__package>>.keras.compat import keras

CONVERTS = keras.backend.backend() == 'tensorflow'
if CONVERTS:
  import tensorflow as tf

  tf.config.experimental.enable_op_determinism()

DIGITS = """
  1c22262a32221c00 0818080808081c00 1c22020408103e00 3e04080402221c00
  040c14243e040400 3e203c0202221c00 0c10203c22221c00 3e02040810101000
  1c22221c22221c00 1c22221e02041800
"""  # Pictures of 0 to 9. Each byte is a row of eight pixels.


def draw(count, seed):
  """Returns images, float32 of shape [count, 8, 8, 1], and their labels."""
  rng = np.random.default_rng(seed)
  labels = rng.integers(10, size=count)
  pixels = np.unpackbits(np.frombuffer(bytes.fromhex(DIGITS), np.uint8))
  images = pixels.reshape([10, 8, 8, 1])[labels]
  return (images + rng.normal(0.0, 0.5, images.shape)).astype('float32'), labels


def train(model, images, labels, epochs, callbacks=None):
  """Compiles and trains a model in place, with 32 images in a step."""
  model.compile('adam', keras.losses.SparseCategoricalCrossentropy(True))
  model.fit(images, labels, epochs=epochs, callbacks=callbacks, verbose=0)


def deploy(model, name, images, labels):
  """Yields rows of what a model takes: as float and, converted, in 8 bits."""
  for suffix in ('', ', quantized')[: 1 + CONVERTS]:
    if CONVERTS:
      converter = tf.lite.TFLiteConverter.from_keras_model(model)
      converter.optimizations = [tf.lite.Optimize.DEFAULT] if suffix else []
      content = converter.convert()
      interpreter = tf.lite.Interpreter(model_content=content)
      runner = interpreter.get_signature_runner()
      [key] = runner.get_input_details()
      [logits] = runner(**{key: images}).values()
    else:
      content = b''.join(value.tobytes() for value in model.get_weights())
      logits = model.predict(images, verbose=0)
    accuracy = (logits.argmax(axis=-1) == labels).mean()
    size = len(gzip.compress(content, mtime=0))
    yield name + suffix, accuracy, model.count_params(), len(content), size


def print_table(rows):
  """Prints what each model takes. The ratio is to the first model."""
  print(f'{"model":28}  accuracy  parameters    bytes  gzipped  ratio')
  columns = '{:28}  {:8.4f}  {:10}  {:7}  {:7}  {:5.3f}'
  for row in rows:
    print(columns.format(*row, row[-1] / rows[0][-1]))


def main():
  """Runs the comparison."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--epochs', type=int, default=10, help='of each training')
  if (epochs := parser.parse_args().epochs) < 1:
    parser.error('--epochs must be at least 1')
  keras.utils.disable_interactive_logging()  # Converting would print much.
  keras.utils.set_random_seed(0)
  model = keras.Sequential(
    [
      keras.layers.Input((8, 8, 1)),
      keras.layers.Conv2D(32, 3, activation='relu'),
      keras.layers.Conv2D(64, 3, activation='relu'),
      keras.layers.Flatten(),
      keras.layers.Dense(128, activation='relu'),
      keras.layers.Dense(10),
    ]
  )
  data, test = draw(1600, seed=0), draw(400, seed=1)
  train(model, *data, epochs)
  rows = [*deploy(model, 'baseline', *test)]  # Its weights change below.
  # The level rises in half of the 50 steps per epoch; then the weights adapt.
  schedule = technique.PolynomialDecay(
    0.0, 0.8, begin_step=0, end_step=25 * epochs, frequency=5
  )
  apply = technique.<<cookiecutter.__entry>>
  wrapped = apply(model, schedule, technique.SkipFirstAndLastLayers())
  train(wrapped, *data, epochs, [technique.Update<<cookiecutter.__camel>>Step()])
  stripped = technique.strip_<<cookiecutter.technique_slug>>(wrapped)
  rows += deploy(stripped, '<<cookiecutter.past_participle>>', *test)
  print(technique.report_<<cookiecutter.technique_slug>>(wrapped), end='\n\n')
  print_table(rows)


if __name__ == '__main__':
  main()
