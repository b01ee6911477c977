"""The ways of training a model that the benchmark compares, for each kind."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from typing import Any

import technique
import tensorflow as tf
import tensorflow_model_optimization as tfmot
from techniques import TECHNIQUES
from tensorflow_model_optimization.python.core.keras.compat import keras

Apply = Callable[[keras.Model, int], keras.Model]


@dataclasses.dataclass(frozen=True)
class Contender:
    """One way of training a model.

    Attributes:
        apply: Wraps a dense model, given the number of steps between two updates.
        callback: Class of the callback that training needs.
        strip: Removes the wrappers.
        scope: Returns what a saved model is loaded in.
        optimizations: What TFLite's converter is asked for.
    """

    apply: Apply
    callback: Callable[[], keras.callbacks.Callback] = keras.callbacks.Callback
    strip: Callable[[keras.Model], keras.Model] = lambda model: model
    scope: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext
    optimizations: tuple[tf.lite.Optimize, ...] = ()


@dataclasses.dataclass(frozen=True)
class Kind:
    """What is compared for one kind of technique.

    Attributes:
        technique: Name of its entry function.
        contenders: By name, the dense model first, then the technique.
        zeros_as: Name of the contender that leaves as many zeros as the technique.
    """

    technique: str
    contenders: dict[str, Contender]
    zeros_as: str | None = None


def _scheduled(apply: Callable, schedule: Callable[..., Any], level: float) -> Apply:
    return lambda model, frequency: apply(model, schedule(level, 0, frequency=frequency))


def _kind(name: str, rivals: dict[str, Contender], zeros_as: str | None = None) -> Kind:
    package, level = TECHNIQUES[name]
    found = technique.find(package)
    apply = _scheduled(found.apply, found.Constant, level)
    own = Contender(apply, found.UpdateStep, found.strip, found.scope)
    entry = found.apply.__name__
    return Kind(entry, {"dense": DENSE, entry: own} | rivals, zeros_as)


DENSE = Contender(lambda model, _: model)

PRUNE_LOW_MAGNITUDE = Contender(
    _scheduled(
        tfmot.sparsity.keras.prune_low_magnitude, tfmot.sparsity.keras.ConstantSparsity, 0.8
    ),
    tfmot.sparsity.keras.UpdatePruningStep,
    tfmot.sparsity.keras.strip_pruning,
    tfmot.sparsity.keras.prune_scope,
)

# Neither has a schedule: every step clusters or quantizes.
CLUSTER_WEIGHTS = Contender(
    lambda model, _: tfmot.clustering.keras.cluster_weights(model, number_of_clusters=16),
    strip=tfmot.clustering.keras.strip_clustering,
    scope=tfmot.clustering.keras.cluster_scope,
)
QUANTIZE_MODEL = Contender(
    lambda model, _: tfmot.quantization.keras.quantize_model(model),
    scope=tfmot.quantization.keras.quantize_scope,
    optimizations=(tf.lite.Optimize.DEFAULT,),  # Without it, floats are stored.
)

_RIVALS: dict[str, dict[str, Contender]] = {
    "weight_mask": {"prune_low_magnitude": PRUNE_LOW_MAGNITUDE},
    "weight_projection": {"cluster_weights": CLUSTER_WEIGHTS, "quantize_model": QUANTIZE_MODEL},
}
_ZEROS_AS = {"weight_mask": "prune_low_magnitude"}
KINDS = {name: _kind(name, _RIVALS.get(name, {}), _ZEROS_AS.get(name)) for name in TECHNIQUES}
