"""The ways of training a model that the benchmark compares, for each kind."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from typing import Any

import tensorflow as tf
import tensorflow_model_optimization as tfmot
from tensorflow_model_optimization.python.core.keras.compat import keras
from tfmot_activation_sparsity import keras as activation_sparsity
from tfmot_connection_pruning import keras as connection_pruning
from tfmot_low_rank_factorization import keras as low_rank_factorization
from tfmot_weight_ternarization import keras as weight_ternarization

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


def _kind(rivals: dict[str, Contender], zeros_as: str | None = None, **technique: Contender):
    (name,) = technique
    return Kind(name, {"dense": DENSE} | technique | rivals, zeros_as)


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

KINDS = {
    "weight_mask": _kind(
        prune_connections=Contender(
            _scheduled(
                connection_pruning.prune_connections, connection_pruning.ConstantSparsity, 0.8
            ),
            connection_pruning.UpdateConnectionPruningStep,
            connection_pruning.strip_connection_pruning,
            connection_pruning.connection_pruning_scope,
        ),
        rivals={"prune_low_magnitude": PRUNE_LOW_MAGNITUDE},
        zeros_as="prune_low_magnitude",
    ),
    "weight_projection": _kind(
        ternarize_weights=Contender(
            _scheduled(
                weight_ternarization.ternarize_weights, weight_ternarization.ConstantStrength, 0.99
            ),
            weight_ternarization.UpdateWeightTernarizationStep,
            weight_ternarization.strip_weight_ternarization,
            weight_ternarization.weight_ternarization_scope,
        ),
        rivals={"cluster_weights": CLUSTER_WEIGHTS, "quantize_model": QUANTIZE_MODEL},
    ),
    "activation": _kind(
        sparsify_activations=Contender(
            _scheduled(
                activation_sparsity.sparsify_activations, activation_sparsity.ConstantSparsity, 0.8
            ),
            activation_sparsity.UpdateActivationSparsityStep,
            activation_sparsity.strip_activation_sparsity,
            activation_sparsity.activation_sparsity_scope,
        ),
        rivals={},
    ),
    "layer_replacement": _kind(
        factorize_low_rank=Contender(
            _scheduled(
                low_rank_factorization.factorize_low_rank,
                low_rank_factorization.ConstantRankReduction,
                0.8,
            ),
            low_rank_factorization.UpdateLowRankFactorizationStep,
            low_rank_factorization.strip_low_rank_factorization,
            low_rank_factorization.low_rank_factorization_scope,
        ),
        rivals={},
    ),
}
