"""A small model on its way: as it was, wrapped, stripped, as `.tflite`.

All numbers are fixed and training does not move the weights, so that each
machine gets the same.
"""

import dataclasses

import numpy as np
from tfmot_connection_pruning import keras as technique

from tfmot_technique_kit.keras_api import keras

LEVEL = 0.8
_BATCH, _STEPS = 8, 100
_SHAPE = (8, 8, 1)


@dataclasses.dataclass(frozen=True)
class Example:
    """The models, and data to call them with.

    Attributes:
        original: The `keras.Model` before the technique.
        wrapped: The model in wrappers, after training.
        stripped: The model without the wrappers.
        inputs: float32 array [batch, 8, 8, 1].
        outputs: What the wrapped model made of them before it was stripped, a
            float32 array [batch, 10].
    """

    original: keras.Model
    wrapped: keras.Model
    stripped: keras.Model
    inputs: np.ndarray
    outputs: np.ndarray


def make():
    """Builds, wraps, trains and strips the model. Returns an `Example`."""
    # Its numbers are the same in all versions of NumPy.
    random = np.random.RandomState(0)
    original = _build(random)
    wrapped = technique.prune_connections(
        _build(np.random.RandomState(0)),
        schedule=technique.ConstantSparsity(LEVEL, begin_step=0, frequency=1),
    )
    wrapped.compile(keras.optimizers.SGD(0.0), "mse")
    inputs = random.normal(size=[_BATCH * _STEPS, *_SHAPE]).astype(np.float32)
    outputs = np.zeros([len(inputs), 10], np.float32)
    callback = technique.UpdateConnectionPruningStep()
    wrapped.fit(inputs, outputs, batch_size=_BATCH, shuffle=False, verbose=0, callbacks=[callback])
    batch = inputs[:_BATCH]
    # Before it is stripped: that may change the weights of the wrapped one, too.
    outputs = wrapped.predict_on_batch(batch)
    stripped = technique.strip_connection_pruning(wrapped)
    return Example(original, wrapped, stripped, batch, outputs)


def _build(random):
    model = keras.Sequential(
        [
            keras.layers.Conv2D(8, 3, activation="relu", input_shape=_SHAPE, name="conv"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(32, activation="relu", name="hidden"),
            keras.layers.Dense(10, name="logits"),
        ],
        name="example",
    )
    model.set_weights([random.normal(0.0, 0.1, value.shape) for value in model.get_weights()])
    return model
