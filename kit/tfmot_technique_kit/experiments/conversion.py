"""Converts trained models to TensorFlow Lite."""

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from tfmot_technique_kit.keras_api import LEGACY, keras


def convert(model: keras.Model, conversion: str, representative: Iterable[Any] = ()) -> bytes:
    """Converts a model, with a batch size of one.

    Args:
        model: With one input and one output.
        conversion: One of `variants.CONVERSIONS`: `float`; `dynamic` for 8-bit
            weights and float activations; `int8` for 8-bit integers throughout, the
            input and the output too where they were floats.
        representative: Iterable of inputs without batch dimension, from which the
            ranges of activations are taken. For `int8` alone, and not needed for a
            model that was trained with quantization.

    Returns:
        The `.tflite` file.
    """
    # A fixed batch size, because recurrent layers and int8 need one.
    spec = tf.TensorSpec([1, *model.inputs[0].shape[1:]], model.inputs[0].dtype)

    @tf.function
    def function(inputs: tf.Tensor) -> tf.Tensor:
        # Captured where they are used, the variables of some layers would get a
        # number as their name, and the file with it, that changes from run to run.
        graph = tf.compat.v1.get_default_graph()
        for variable in model.variables:
            name = variable.name.partition(":")[0] if LEGACY else variable.path
            graph.capture(variable.handle, name=name)
        return model(inputs, training=False)

    # Without a second argument, which would have it write a SavedModel and read
    # that: most of the time. The price is that the file has no signature.
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function(spec)]
    )
    if conversion != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    examples = [[tf.convert_to_tensor(example)[tf.newaxis]] for example in representative]
    if conversion == "int8" and examples:
        converter.representative_dataset = lambda: examples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        if spec.dtype.is_floating:
            converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return converter.convert()
