"""Tries the technique together with others of TFMOT, on a small model.

What is said of a combination is read from the kernels: whether their zeros, and their few values,
are still there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot

from tfmot_technique_kit import markdown
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.metrics import flatbuffer

Change = Callable[[Any], Any]  # of a Keras model

_KEPT = 0.95  # The fraction of the zeros that has to be left.
_SOME = 0.05  # Fewer zeros than this come by chance.
_FEW = 0.5  # Channels with few values have less than this, as a fraction of their elements.


class _Traces(NamedTuple):
    """What a technique leaves in the kernels of a model."""

    zeros: float  # The fraction of the elements that are zero.
    values: float  # How many values the others of a channel have, per element: the median.


_NOTHING = _Traces(0.0, 1.0)


def render(
    build: Callable[[], Any], train: Change, compiled: Change, int8: bytes, inputs: np.ndarray
) -> str:
    """Returns a table of what works together, and what is kept of what came first.

    Args:
        build: Makes a model.
        train: Applies the technique to a model and trains it; returns it stripped.
        compiled: The same, compiled by XLA. What it raises says that this does not work.
        int8: What `train` makes of such a model, converted to 8-bit integers.
        inputs: Inputs for the training of others.
    """
    pruning, clustering = tfmot.sparsity.keras, tfmot.clustering.keras

    def others(changed: Any, strip: Change, *callbacks: Any) -> Any:
        changed.compile(keras.optimizers.SGD(0.01), "mse")
        targets = np.ones([len(inputs), 10], np.float32)
        changed.fit(inputs, targets, callbacks=list(callbacks), verbose=0)
        return strip(changed)

    def prune(model: Any) -> Any:
        schedule = pruning.ConstantSparsity(0.5, begin_step=0, frequency=1)
        pruned = pruning.prune_low_magnitude(model, schedule)
        return others(pruned, pruning.strip_pruning, pruning.UpdatePruningStep())

    def cluster(model: Any) -> Any:
        options = {"cluster_centroids_init": clustering.CentroidInitialization.LINEAR}
        options["preserve_sparsity"] = _traces(model).zeros > _SOME
        clustered = clustering.cluster_weights(model, number_of_clusters=8, **options)
        return others(clustered, clustering.strip_clustering)

    def quantize(model: Any) -> Any:
        return others(tfmot.quantization.keras.quantize_model(model), lambda quantized: quantized)

    made = _traces(train(build()))

    def after(other: Change) -> tuple[_Traces, _Traces]:
        return made, _traces(other(train(build())))

    def before(other: Change) -> tuple[_Traces, _Traces]:
        given = other(build())
        first = _traces(given)  # the technique may change its weights
        return first, _traces(train(given))

    def compile_() -> tuple[_Traces, _Traces]:
        compiled(build())
        return _NOTHING, _NOTHING

    def convert() -> tuple[_Traces, _Traces]:
        # Equal values of a channel are equal integers.
        return made, _Traces(flatbuffer.analyze(int8)["zero_fraction"], made.values)

    tries: dict[str, Callable[[], tuple[_Traces, _Traces]]] = {
        "`compile(jit_compile=True)`": compile_,
        "post-training quantization to 8 bits": convert,
        "`cluster_weights`, afterwards": lambda: after(cluster),
        "`quantize_model`, afterwards": lambda: after(quantize),
        "`prune_low_magnitude`, before": lambda: before(prune),
        "`cluster_weights`, before": lambda: before(cluster),
    }
    rows = [(name, *_outcome(attempt)) for name, attempt in tries.items()]
    return markdown.table(("combined with", "result", "zeros", "few values"), rows)


def _outcome(attempt: Callable[[], tuple[_Traces, _Traces]]) -> tuple[str, str, str]:
    """Returns whether something works, and whether zeros and few values are kept."""
    try:
        before, after = attempt()
    except (tf.errors.OpError, ValueError, RuntimeError, NotImplementedError):
        return "does not work", "-", "-"
    words = {True: "kept", False: "not kept"}
    zeros = words[after.zeros >= _KEPT * before.zeros] if before.zeros > _SOME else "-"
    values = words[after.values < _FEW] if before.values < _FEW else "-"
    return "works", zeros, values


def _traces(model: Any) -> _Traces:
    kernels = [w.numpy() for w in model.weights if "kernel" in w.name and w.shape.rank > 1]
    channels = [channel for k in kernels for channel in k.reshape([-1, k.shape[-1]]).T]
    others = [each for each in (channel[channel != 0] for channel in channels) if len(each) > 1]
    zeros = np.mean(np.concatenate(channels) == 0)
    return _Traces(zeros, np.median([len(np.unique(each)) / len(each) for each in others] or [1.0]))
