<% include 'license_header.txt' %>
"""Applies the technique to a small CNN and compares what would be deployed.

The script trains on noisy digits, fine-tunes with the technique, strips, and
converts to TensorFlow Lite. It prints a row for each layer and for each model.
"""

import argparse
import gzip
import timeit

import numpy as np
import tensorflow as tf
import tf_keras as keras

from <<cookiecutter.__package>> import keras as technique

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
  loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
  model.compile('adam', loss)
  model.fit(images, labels, epochs=epochs, callbacks=callbacks, verbose=0)


def deploy(model, name, images, labels):
  """Yields a row and what runs the model, for float and for 8-bit weights."""
  converter = tf.lite.TFLiteConverter.from_keras_model(model)
  for suffix in ('', ', quantized'):
    converter.optimizations = [tf.lite.Optimize.DEFAULT] if suffix else []
    content = converter.convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    runner = interpreter.get_signature_runner()
    [key] = runner.get_input_details()
    [logits] = runner(**{key: images}).values()
    accuracy = (logits.argmax(axis=-1) == labels).mean()
    size = len(gzip.compress(content, mtime=0))
    row = (name + suffix, accuracy, model.count_params(), len(content), size)
    runner(**{key: images[:1]})  # The latency is that for one image.
    yield row, interpreter.invoke


def print_table(models):
  """Prints what each model takes. Both ratios are to the first model."""
  rows, runs = zip(*models, strict=True)
  # The models take turns, so that other work slows them down alike.
  rounds = [[timeit.timeit(run, number=20) for run in runs] for _ in range(101)]
  latencies = np.median([np.divide(r, r[0]) for r in rounds], axis=0)
  print(f'{"model":28}  accuracy  parameters    bytes  gzipped  ratio  latency')
  for row, latency in zip(rows, latencies, strict=True):
    columns = '{:28}  {:8.4f}  {:10}  {:7}  {:7}  {:5.3f}  {:7.2f}'
    print(columns.format(*row, row[-1] / rows[0][-1], latency))


def main():
  """Runs the comparison."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--epochs', type=int, default=10, help='of each training')
  epochs = parser.parse_args().epochs
  if epochs < 1:
    parser.error('--epochs must be at least 1')
  keras.utils.set_random_seed(0)
  tf.config.experimental.enable_op_determinism()
  model = keras.Sequential(
    [
      keras.layers.Conv2D(32, 3, activation='relu', input_shape=(8, 8, 1)),
      keras.layers.Conv2D(64, 3, activation='relu'),
      keras.layers.Flatten(),
      keras.layers.Dense(128, activation='relu'),
      keras.layers.Dense(10),
    ]
  )
  data, test = draw(1600, seed=0), draw(400, seed=1)
  train(model, *data, epochs)
  models = [*deploy(model, 'baseline', *test)]  # Its weights change below.
  # The level rises in half of the 50 steps per epoch; then the weights adapt.
  schedule = technique.PolynomialDecay(
    0.0, 0.8, begin_step=0, end_step=25 * epochs, frequency=5
  )
  policy = technique.SkipFirstAndLastLayers()
  apply = technique.<<cookiecutter.__entry>>
  wrapped = apply(model, schedule=schedule, policy=policy)
  train(wrapped, *data, epochs, [technique.Update<<cookiecutter.__camel>>Step()])
  stripped = technique.strip_<<cookiecutter.technique_slug>>(wrapped)
  models += deploy(stripped, '<<cookiecutter.past_participle>>', *test)
  print(technique.report_<<cookiecutter.technique_slug>>(wrapped), end='\n\n')
  print_table(models)


if __name__ == '__main__':
  main()
