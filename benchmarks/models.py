"""The models that the benchmark trains, with the data for one batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from tfmot_connection_pruning.keras.compat import keras

L = keras.layers


@dataclasses.dataclass(frozen=True)
class Case:
    """A model, and the batch that each of its training steps sees.

    Attributes:
        name: What the table calls it.
        build: Returns a new, built model with random weights.
        batch: Returns inputs and integer labels for one batch.
        starts: Number of times that it is built, for what happens once in a training.
    """

    name: str
    build: Callable[[], keras.Model]
    batch: Callable[[], tuple[np.ndarray, np.ndarray]]
    starts: int = 3


def _images(size: int, channels: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    images = generator.random((batch, size, size, channels), dtype=np.float32)
    return images, generator.integers(0, 10, batch)


def _vectors(*shape: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.random(shape, dtype=np.float32), generator.integers(0, 10, shape[0])


def _cnn() -> keras.Model:
    return keras.Sequential(
        [
            L.Input((28, 28, 1)),
            L.Conv2D(32, 3, activation="relu"),
            L.Conv2D(32, 3, activation="relu"),
            L.MaxPooling2D(),
            L.Conv2D(64, 3, activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(128, activation="relu"),
            L.Dense(10, activation="softmax"),
        ]
    )


def _tiny() -> keras.Model:
    return keras.Sequential(
        [
            L.Input((8, 8, 1)),
            L.Conv2D(2, 3),
            L.Flatten(),
            L.Dense(10, activation="softmax"),
        ]
    )


def _mobilenet() -> keras.Model:
    return keras.applications.MobileNetV2(input_shape=(96, 96, 3), weights=None, classes=10)


def _lstm() -> keras.Model:
    return keras.Sequential([L.Input((50, 32)), L.LSTM(128), L.Dense(10, activation="softmax")])


def _mlp() -> keras.Model:
    return keras.Sequential(
        [
            L.Input((1024,)),
            L.Dense(1024, activation="relu"),
            L.Dense(1024, activation="relu"),
            L.Dense(10, activation="softmax"),
        ]
    )


WARM_UP = Case("warm-up", _tiny, lambda: _images(8, 1, 2))
CASES = [
    Case("MobileNetV2 96x96 (32)", _mobilenet, lambda: _images(96, 3, 32), starts=2),
    Case("CNN 28x28 (64)", _cnn, lambda: _images(28, 1, 64)),
    Case("LSTM(128) on 50x32 (64)", _lstm, lambda: _vectors(64, 50, 32)),
    Case("MLP 2 x Dense(1024) (64)", _mlp, lambda: _vectors(64, 1024)),
]
