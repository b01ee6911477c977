"""Checks, for the tests, that techniques can train the model of a task."""

import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot
from ai_edge_litert.interpreter import Interpreter
from tfmot_technique_kit.experiments import technique


def _apply_technique(model):
    return technique.apply(model, policy=technique.SkipUnsupportedLayers())


def _cluster(model):
    return tfmot.clustering.keras.cluster_weights(
        model,
        number_of_clusters=4,
        cluster_centroids_init=(tfmot.clustering.keras.CentroidInitialization.LINEAR),
    )


_WRAP = {
    "technique": _apply_technique,
    "pruning": tfmot.sparsity.keras.prune_low_magnitude,
    "clustering": _cluster,
    "qat": tfmot.quantization.keras.quantize_model,
}
_CALLBACKS = {
    "technique": [technique.UpdateStep],
    "pruning": [tfmot.sparsity.keras.UpdatePruningStep],
}
_STRIP = {
    "technique": technique.strip,
    "pruning": tfmot.sparsity.keras.strip_pruning,
    "clustering": tfmot.clustering.keras.strip_clustering,
}

ALL = list(_WRAP)


def trains_with(name, task):
    """Trains the model of a task for a step with a technique, and strips it.

    Args:
        name: One of `ALL`.
        task: A `base.Task` whose data need no folder.

    Returns:
        The stripped `keras.Model`, after checking that its output is finite and of
        the shape it had.
    """
    data = task.load()
    model = task.build()
    inputs, labels = next(iter(data.train.batch(8)))
    shape = model(inputs).shape
    model = _WRAP[name](model)
    model.compile("adam", task.loss())
    callbacks = [callback() for callback in _CALLBACKS.get(name, [])]
    model.fit(inputs, labels, verbose=0, callbacks=callbacks)
    model = _STRIP.get(name, lambda model: model)(model)
    outputs = model(inputs)
    assert outputs.shape == shape
    assert np.isfinite(outputs).all()
    return model


def to_int8(model, examples):
    """Converts a model with 8-bit weights and activations.

    Args:
        model: A `keras.Model`.
        examples: Array of inputs to calibrate with.

    Returns:
        A function of an array of inputs to the outputs, float32 [n, ...].
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([x[None]] for x in examples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    read = interpreter.get_input_details()[0]["index"]
    write = interpreter.get_output_details()[0]["index"]

    def run(inputs):
        outputs = []
        for x in inputs:
            interpreter.set_tensor(read, x[None])
            interpreter.invoke()
            outputs.append(interpreter.get_tensor(write)[0])
        return np.array(outputs)

    return run
