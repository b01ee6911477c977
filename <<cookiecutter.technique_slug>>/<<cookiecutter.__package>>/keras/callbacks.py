<% include 'license_header.txt' %>
"""Callbacks for training with the technique."""

import os
import warnings

from <<cookiecutter.__package>>.keras import compat
from <<cookiecutter.__package>>.keras import wrapper
from <<cookiecutter.__package>>.keras.compat import keras


class Update<<cookiecutter.__camel>>Step(keras.callbacks.Callback):
  """Starts the steps of the wrappers, and settles the weights after epochs.

  Training needs this callback:

  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> model = <<cookiecutter.__entry>>(model)
  >>> model.compile(optimizer='sgd', loss='mse')
  >>> x, y = ops.ones([16, 8]), ops.zeros([16, 4])
  >>> callback = Update<<cookiecutter.__camel>>Step()
  >>> _ = model.fit(x, y, verbose=0, callbacks=[callback])

  A custom training loop calls `set_model`, `on_train_begin`, in each step
  `on_train_batch_begin`, and `on_epoch_end`, which also belongs before each
  evaluation or save in the middle of an epoch.

  >>> callback.set_model(model)
  >>> callback.on_train_begin()
  >>> optimizer = keras.optimizers.SGD()
  >>> for batch in range(3):
  ...   callback.on_train_batch_begin(batch)
  ...   with tf.GradientTape() as tape:
  ...     loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
  ...   gradients = tape.gradient(loss, model.trainable_variables)
  ...   pairs = zip(gradients, model.trainable_variables)
  ...   _ = optimizer.apply_gradients(pairs)
  >>> callback.on_epoch_end()
  """

  def __init__(self):
    super().__init__()
    self._supports_tf_logs = True  # Nothing waits for the logs of a batch.
    self._layers = []
    self._steps = []
    self._batch = 0
    self._is_training = False

  def on_train_begin(self, logs=None):
    """Starts the steps at 0, or leaves them where a restored model stopped."""
    wrapper.restore_output_names(self.model)
    self._layers = wrapper.collect_<<cookiecutter.__able>>_layers(self.model)
    for layer in self._layers:
      layer.calls.has_begun = True
      if int(compat.to_numpy(layer.step)) == -1:
        layer.step.assign(0)
    self._steps = self._get_steps()

  def on_train_batch_begin(self, batch, logs=None):
    """Begins a step: further calls of a layer in it do not count."""
    for layer in self._layers:
      layer.calls.batch = self._batch
    self._batch += 1
    self._set_training(True)

  def on_train_batch_end(self, batch, logs=None):
    """Settles after the last batch, before any callback ends the epoch."""
    if batch + 1 == (self.params or {}).get('steps'):
      self._settle()

  def on_epoch_end(self, epoch=None, logs=None, batch=None):
    """Applies the algorithm to the weights that the last step has moved."""
    self._settle()
    self._set_training(False)

  # Evaluation, or prediction, may come before an epoch ends.
  on_test_begin = on_predict_begin = on_epoch_end

  def on_train_end(self, logs=None):
    """Settles what others have changed since, and names what never trained."""
    self.on_epoch_end()
    steps = zip(self._layers, self._steps, self._get_steps(), strict=True)
    idle = [layer.layer.name for layer, old, new in steps if new == old]
    if idle:
      warnings.warn(
        f'Training did not reach these layers: {", ".join(idle)}. Their model '
        'calls them with `training=False`, or not at all.',
        stacklevel=2,
      )

  def _get_steps(self):
    return [int(compat.to_numpy(layer.step)) for layer in self._layers]

  def _settle(self):
    compat.sync(self.model)
    for layer in self._layers:
      layer.settle()

  def _set_training(self, value):
    before, self._is_training = self._is_training, value
    for layer in self._layers:
      if layer.training_from_callback and value != before:
        layer.is_training.assign(value)


class <<cookiecutter.__camel>>Summaries(keras.callbacks.TensorBoard):
  """Writes what the algorithm reports for each weight to TensorBoard.

  Needs the packages tensorboard and, on each backend, tensorflow.

  >>> import os, tempfile
  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> model = <<cookiecutter.__entry>>(model)
  >>> model.compile(optimizer='sgd', loss='mse')
  >>> x, y = ops.ones([16, 8]), ops.zeros([16, 4])
  >>> callbacks = [Update<<cookiecutter.__camel>>Step()]
  >>> with tempfile.TemporaryDirectory() as folder:
  ...   callbacks += [<<cookiecutter.__camel>>Summaries(folder)]
  ...   _ = model.fit(x, y, verbose=0, callbacks=callbacks)
  ...   sorted(os.listdir(folder))
  ['metrics', 'train']

  Args:
    log_dir: Directory for the event files, a non-empty string.
    update_freq: As for `keras.callbacks.TensorBoard`.
    **kwargs: Further arguments of `keras.callbacks.TensorBoard`.

  Raises:
    ValueError: If `log_dir` is not a non-empty string.
  """

  def __init__(self, log_dir, update_freq='epoch', **kwargs):
    if not isinstance(log_dir, str) or not log_dir:
      raise ValueError(
        f'`log_dir` must be a non-empty string. You passed: {log_dir!r}.'
      )
    super().__init__(log_dir=log_dir, update_freq=update_freq, **kwargs)
    # Nothing else needs TensorFlow on JAX and PyTorch.
    from tensorflow import summary  # pylint: disable=g-import-not-at-top

    self._summary = summary
    folder = os.path.join(log_dir, 'metrics')
    self._metrics_writer = summary.create_file_writer(folder)

  def on_epoch_begin(self, epoch, logs=None):
    """Writes one scalar per weight and quantity."""
    super().on_epoch_begin(epoch, logs)
    self._write_metrics()

  def on_train_end(self, logs=None):
    """Writes what the last epoch has left."""
    self._write_metrics()
    super().on_train_end(logs)

  def _write_metrics(self):
    compat.sync(self.model)
    step = int(compat.to_numpy(self.model.optimizer.iterations))
    with self._metrics_writer.as_default():
      for layer in wrapper.collect_<<cookiecutter.__able>>_layers(self.model):
        for name, value in layer.summarize().items():
          self._summary.scalar(name, compat.to_numpy(value), step=step)
    self._metrics_writer.flush()
