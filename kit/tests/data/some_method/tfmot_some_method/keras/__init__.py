"""A technique for tests: pruning of TFMOT under the names that a technique has."""

import tensorflow_model_optimization as tfmot
from tensorflow_model_optimization.python.core.keras.compat import keras
from tensorflow_model_optimization.python.core.sparsity.keras.prune_registry import PruneRegistry
from tensorflow_model_optimization.python.core.sparsity.keras.pruning_wrapper import (
    PruneLowMagnitude,
)

ApplySome = PruneLowMagnitude
ConstantSparsity = tfmot.sparsity.keras.ConstantSparsity
PolynomialDecay = tfmot.sparsity.keras.PolynomialDecay
UpdateSomeMethodStep = tfmot.sparsity.keras.UpdatePruningStep
some_method_scope = tfmot.sparsity.keras.prune_scope
strip_some_method = tfmot.sparsity.keras.strip_pruning


class SomeMethodAlgorithm:
    """What a contributor would write."""


class SkipUnsupportedLayers:
    """Wraps the layers that are supported."""

    def allows(self, layer):
        """Tells whether pruning knows a layer."""
        return PruneRegistry.supports(layer)


def apply_some(to_apply, schedule=None, policy=None):
    """Wraps the layers of a model."""
    schedule = schedule or ConstantSparsity(0.5, begin_step=0)

    def wrap(layer):
        if policy is not None and not policy.allows(layer):
            return layer
        return tfmot.sparsity.keras.prune_low_magnitude(layer, schedule)

    return keras.models.clone_model(to_apply, clone_function=wrap)


def collect_somable_layers(model):
    """Returns the wrappers of a model."""
    return [layer for layer in model.layers if isinstance(layer, ApplySome)]


def report_some_method(model):
    """Tells what was done to a model."""
    return f"{len(model.layers)} layers"
