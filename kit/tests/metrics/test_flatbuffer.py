"""Tests for flatbuffer."""

import gzip
import random

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.metrics import flatbuffer, latency

_KERNEL = 3 * 3 * 4
_DENSE = 6 * 6 * 4 * 8


def _model(weight, type_, zero_points=None, dimension=0):
    """A model of one weight that no operator uses."""
    tensor = schema.TensorT(name="weight", shape=list(weight.shape), type=type_, buffer=1)
    if zero_points is not None:
        tensor.quantization = schema.QuantizationParametersT(
            zeroPoint=zero_points, scale=[1.0] * len(zero_points), quantizedDimension=dimension
        )
    model = schema.ModelT(
        version=3,
        operatorCodes=[],
        subgraphs=[schema.SubGraphT(tensors=[tensor], inputs=[], outputs=[], operators=[])],
        buffers=[schema.BufferT(), schema.BufferT(data=list(weight.tobytes()))],
    )
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


@pytest.mark.tensorflow
def test_float_weights_are_counted_without_biases(converted):
    assert flatbuffer.analyze(converted["image float"]) == {
        **{"weight_values": _KERNEL + _DENSE, "weight_bytes": 4 * (_KERNEL + _DENSE)},
        **{"zero_fraction": 0.5, "unique_values": 4, "sparse_tensors": 0},
        # RESHAPE has its input and its output, each 6x6x4 values.
        "peak_live_activation_bytes": 2 * 6 * 6 * 4 * 4,
        "ops": {"CONV_2D": 1, "FULLY_CONNECTED": 1, "RESHAPE": 1},
    }


@pytest.mark.tensorflow
def test_operators_are_listed_in_order_with_their_weights(converted):
    conv, reshape, dense = flatbuffer.list_operators(converted["image float"])
    assert [conv.name, reshape.name, dense.name] == ["CONV_2D", "RESHAPE", "FULLY_CONNECTED"]
    assert reshape.weights == ()
    (weight,) = dense.weights
    assert (weight.dtype, weight.shape, weight.is_sparse) == ("FLOAT32", (8, 6 * 6 * 4), False)
    assert (weight.zero_fraction, weight.values_per_channel) == (0.5, (4, 4))


@pytest.mark.tensorflow
def test_quantized_weights_keep_zeros_and_are_smaller(converted):
    for name in ("image int8", "image dynamic"):
        static = flatbuffer.analyze(converted[name])
        assert static["weight_values"] == _KERNEL + _DENSE, name
        assert static["weight_bytes"] < 2 * (_KERNEL + _DENSE), name
        assert static["zero_fraction"] == 0.5, name
    int8 = flatbuffer.analyze(converted["image int8"])
    assert int8["peak_live_activation_bytes"] == 2 * 6 * 6 * 4


@pytest.mark.tensorflow
def test_sparse_encoding_leaves_zeros_out_of_the_file_only(converted):
    static = flatbuffer.analyze(converted["sparse float"])
    assert static["sparse_tensors"] == 1
    assert static["weight_values"] == 64 * 64
    assert static["zero_fraction"] == pytest.approx(0.9, abs=0.02)
    nonzero = round((1 - static["zero_fraction"]) * 64 * 64)
    assert static["weight_bytes"] == 4 * nonzero
    assert static["unique_values"] == nonzero + 1


_WEIGHT = np.array([[1, 5, 0], [1, 1, 7], [1, 0, 0]], np.int8)


@pytest.mark.parametrize(
    ("weight", "zero_points", "zeros"),
    [(_WEIGHT, [0], 3), (_WEIGHT, [1], 4), (_WEIGHT, [1, 5, 7], 5), (_WEIGHT.T, [1, 5, 7], 5)],
)
def test_zero_points_are_what_stands_for_zero_in_each_channel(weight, zero_points, zeros):
    dimension = int(weight is _WEIGHT)
    model = _model(weight, schema.TensorType.INT8, zero_points, dimension)
    assert flatbuffer.analyze(model)["zero_fraction"] == pytest.approx(zeros / 9)


def test_models_without_weights():
    # Shapes and indices are none.
    paddings = _model(np.zeros((4, 2), np.int32), schema.TensorType.INT32)
    static = flatbuffer.analyze(latency.one_operator_model())
    for found in (flatbuffer.analyze(paddings), static):
        assert (found["weight_values"], found["zero_fraction"]) == (0, 0.0)
    assert static["ops"] == {"RELU": 1}
    assert static["peak_live_activation_bytes"] == 2 * 4 * 4


_INT4 = _model(np.zeros((2, 2), np.uint8), schema.TensorType.INT4)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        *((content, "These bytes are no TFLite model") for content in (b"", b"{}", bytes(100))),
        (_INT4, "The weight weight has the type INT4"),
    ],
)
def test_what_cannot_be_read_is_one_line(content, message):
    with pytest.raises(UserError, match=message):
        flatbuffer.analyze(content)


def test_sizes():
    words = map(str, random.Random(0).choices(range(300), k=20000))
    content = " ".join(words).encode()
    fastest, best = (len(gzip.compress(content, level)) for level in (1, 9))
    assert flatbuffer.sizes(content) == {"tflite_bytes": len(content), "gzip_bytes": best}
    assert best < fastest
