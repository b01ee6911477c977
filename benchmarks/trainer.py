"""A model in training, with the functions that `fit` and `predict` would run."""

from __future__ import annotations

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from contenders import Contender
from models import Case
from rounds import timed
from tensorflow_model_optimization.python.core.keras.compat import keras


class Trainer:
    """A model that a contender has wrapped.

    Attributes:
        model: The model, not compiled until `start`.
        build_seconds: Time to build the dense model.
        wrap_seconds: Time to wrap it.
        weight_bytes: Bytes of the weights of the dense model that are no vectors: those
            that techniques for weights act on.
        state_bytes: Bytes of the variables that the wrappers add.
    """

    def __init__(self, contender: Contender, case: Case, frequency: int) -> None:
        keras.utils.set_random_seed(0)
        self.build_seconds, dense = timed(case.build)
        weights = dense.get_weights()
        self.wrap_seconds, self.model = timed(contender.apply, dense, frequency)
        self.weight_bytes = sum(w.nbytes for w in weights if w.ndim > 1)
        stored = sum(v.numpy().nbytes for v in self.model.variables)
        self.state_bytes = stored - sum(w.nbytes for w in weights)
        self._contender = contender
        self._case = case

    def start(self) -> None:
        """Compiles the model and starts its training."""
        self.model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
        self._callback = self._contender.callback()
        self._callback.set_model(self.model)
        self._callback.on_train_begin()
        inputs, labels = (tf.constant(array) for array in self._case.batch())
        self._data = iter(tf.data.Dataset.from_tensors((inputs, labels)).repeat())
        self._train = self.model.make_train_function()
        self._infer = tf.function(lambda: self.model(inputs, training=False))

    def train(self, steps: int) -> None:
        """Runs training steps."""
        for _ in range(steps):
            logs = self._train(self._data)
        float(logs["loss"])  # Waits for it.

    def infer(self, steps: int) -> None:
        """Runs inference on the batch."""
        for _ in range(steps):
            outputs = self._infer()
        outputs.numpy()

    def end(self) -> None:
        """Ends the training, as the end of an epoch does."""
        self._callback.on_epoch_end(0)

    def strip(self) -> keras.Model:
        """Returns the model without wrappers."""
        return self._contender.strip(self.model)

    def load(self, path: str) -> keras.Model:
        """Loads a model that such a one was saved as."""
        with self._contender.scope():
            return keras.models.load_model(path, compile=False)

    def convert(self, stripped: keras.Model) -> bytes:
        """Converts to TFLite, for a batch of one: recurrent layers need that."""
        spec = tf.TensorSpec((1, *stripped.input_shape[1:]), tf.float32)
        function = tf.function(stripped).get_concrete_function(spec)
        # An empty module in place of the model: it would be saved on the way, slowly.
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function], tf.Module())
        converter.optimizations = list(self._contender.optimizations)
        return converter.convert()


class Deployed:
    """A TFLite model, on one thread, with one example as its input."""

    def __init__(self, content: bytes, case: Case) -> None:
        self._interpreter = Interpreter(model_content=content, num_threads=1)
        self._interpreter.allocate_tensors()
        inputs, _ = case.batch()
        (details,) = self._interpreter.get_input_details()
        self._interpreter.set_tensor(details["index"], inputs[:1])

    def infer(self, steps: int) -> None:
        """Runs inference on the example."""
        for _ in range(steps):
            self._interpreter.invoke()
