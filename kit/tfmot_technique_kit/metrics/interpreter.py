"""What a converted model answers, on the runtime that devices use.

Quality is measured on these outputs and not on the Keras model: conversion is where integer
quantization can lose it.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from ai_edge_litert import interpreter as litert

from tfmot_technique_kit.errors import UserError


class CannotRunError(RuntimeError):
    """The runtime cannot load, allocate or run a model: no kernel takes what some conversions give.

    That is a property of the model, and a result.
    """


def predict(content: bytes, inputs: Iterable[Any]) -> np.ndarray:
    """Runs a model on examples, one at a time, in one thread.

    Quantized inputs and outputs are converted from and to floats with the scale and zero point in
    the file, as an application would. Other integers, as token ids, pass as they are.

    Args:
        content: A `.tflite` file with one input and one output, each a batch of 1.
        inputs: Arrays of the input's shape without the batch dimension.

    Returns:
        The outputs in the same order, float32 [number of examples, ...].

    Raises:
        CannotRunError: The runtime cannot load, allocate or run the model.
        UserError: There is no example, or the model does not take it.
    """
    try:
        model = litert.Interpreter(model_content=content, num_threads=1)
        model.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise CannotRunError(f"The model cannot be allocated: {_one_line(error)}") from error
    source = _only("input", model.get_input_details())
    target = _only("output", model.get_output_details())
    outputs = []
    for example in inputs:
        batch = _quantize(np.asarray(example)[np.newaxis], source)
        if batch.shape != tuple(source["shape"]):
            raise UserError(
                f"An example has the shape {list(batch.shape[1:])}, and the model "
                f"takes {source['shape'][1:].tolist()}."
            )
        model.set_tensor(source["index"], batch)
        try:
            model.invoke()
        except RuntimeError as error:
            raise CannotRunError(f"The model does not run: {_one_line(error)}") from error
        outputs.append(_dequantize(model.get_tensor(target["index"])[0], target))
    if not outputs:
        raise UserError("There is no example to run the model on: pass one.")
    return np.stack(outputs)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _only(kind: str, details: list[dict[str, Any]]) -> dict[str, Any]:
    if len(details) != 1:
        raise UserError(f"The model has {len(details)} {kind}s, and one is expected.")
    return details[0]


def _quantize(values: np.ndarray, detail: dict[str, Any]) -> np.ndarray:
    scale, zero_point = detail["quantization"]
    if scale:
        limits = np.iinfo(detail["dtype"])
        values = np.clip(np.round(values / scale + zero_point), limits.min, limits.max)
    return values.astype(detail["dtype"])


def _dequantize(values: np.ndarray, detail: dict[str, Any]) -> np.ndarray:
    scale, zero_point = detail["quantization"]
    values = values.astype(np.float32)
    if scale:
        values = (values - np.float32(zero_point)) * np.float32(scale)
    return values
