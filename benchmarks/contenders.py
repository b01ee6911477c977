"""The ways of training a model that the benchmark compares."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import tensorflow_model_optimization as tfmot
import tfmot_connection_pruning as technique
from tensorflow_model_optimization.python.core.keras.compat import keras


@dataclasses.dataclass(frozen=True)
class Contender:
    """One way of training a model.

    Attributes:
        apply: Wraps a dense model, given a sparsity, a first step and a frequency.
        callback: Class of the callback that training needs.
        strip: Removes the wrappers.
    """

    apply: Callable[[keras.Model, float, int, int], keras.Model]
    callback: Callable[[], keras.callbacks.Callback]
    strip: Callable[[keras.Model], keras.Model]


def _prune_low_magnitude(model: keras.Model, sparsity: float, begin: int, frequency: int):
    schedule = tfmot.sparsity.keras.ConstantSparsity(sparsity, begin, frequency=frequency)
    return tfmot.sparsity.keras.prune_low_magnitude(model, schedule)


def _prune_connections(model: keras.Model, sparsity: float, begin: int, frequency: int):
    schedule = technique.keras.ConstantSparsity(sparsity, begin, frequency=frequency)
    return technique.keras.prune_connections(model, schedule)


CONTENDERS = {
    "dense": Contender(lambda model, *_: model, keras.callbacks.Callback, lambda model: model),
    "tfmot": Contender(
        _prune_low_magnitude,
        tfmot.sparsity.keras.UpdatePruningStep,
        tfmot.sparsity.keras.strip_pruning,
    ),
    "technique": Contender(
        _prune_connections,
        technique.keras.UpdateConnectionPruningStep,
        technique.keras.strip_connection_pruning,
    ),
}
