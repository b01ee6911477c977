"""Tests for flatbuffer."""

import gzip
import random
import subprocess
import sys

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
    quantization = None
    if zero_points is not None:
        quantization = schema.QuantizationParametersT(
            zeroPoint=zero_points, scale=[1.0] * len(zero_points), quantizedDimension=dimension
        )
    tensor = schema.TensorT(
        name="weight", shape=list(weight.shape), type=type_, buffer=1, quantization=quantization
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
    static = flatbuffer.analyze(converted["image float"])
    assert static["weight_values"] == _KERNEL + _DENSE
    assert static["weight_bytes"] == 4 * (_KERNEL + _DENSE)
    assert static["zero_fraction"] == 0.5
    assert static["unique_values"] == 4
    assert static["sparse_tensors"] == 0
    assert static["ops"] == {"CONV_2D": 1, "FULLY_CONNECTED": 1, "RESHAPE": 1}


@pytest.mark.tensorflow
def test_operators_are_listed_in_order_with_their_weights(converted):
    conv, reshape, dense = flatbuffer.list_operators(converted["image float"])
    assert [conv.name, reshape.name, dense.name] == ["CONV_2D", "RESHAPE", "FULLY_CONNECTED"]
    assert reshape.weights == ()
    [kernel] = dense.weights
    assert kernel.dtype == "FLOAT32"
    assert kernel.shape == (8, 6 * 6 * 4)
    assert kernel.zero_fraction == 0.5
    assert kernel.values_per_channel == (4, 4)
    assert not kernel.is_sparse


@pytest.mark.tensorflow
def test_quantized_weights_keep_zeros_and_are_smaller(converted):
    for name in ("image int8", "image dynamic"):
        static = flatbuffer.analyze(converted[name])
        assert static["weight_values"] == _KERNEL + _DENSE, name
        assert static["weight_bytes"] < 2 * (_KERNEL + _DENSE), name
        assert static["zero_fraction"] == 0.5, name


@pytest.mark.tensorflow
def test_live_activations_are_what_one_operator_needs(converted):
    # RESHAPE has its input and its output, each 6x6x4 values.
    for name, value_bytes in (("image float", 4), ("image int8", 1)):
        static = flatbuffer.analyze(converted[name])
        assert static["peak_live_activation_bytes"] == 2 * 6 * 6 * 4 * value_bytes


@pytest.mark.tensorflow
def test_sparse_encoding_leaves_zeros_out_of_the_file_only(converted):
    static = flatbuffer.analyze(converted["sparse float"])
    assert static["sparse_tensors"] == 1
    assert static["weight_values"] == 64 * 64
    assert static["zero_fraction"] == pytest.approx(0.9, abs=0.02)
    nonzero = round((1 - static["zero_fraction"]) * 64 * 64)
    assert static["weight_bytes"] == 4 * nonzero
    assert static["unique_values"] == nonzero + 1


def test_zero_point_is_what_stands_for_zero():
    weight = np.array([[3, 3, 0], [0, 1, 2]], np.uint8)
    static = flatbuffer.analyze(_model(weight, schema.TensorType.UINT8, [3]))
    assert static["zero_fraction"] == pytest.approx(2 / 6)


@pytest.mark.parametrize("dimension", [0, 1])
def test_each_channel_has_its_zero_point(dimension):
    weight = np.array([[1, 5, 0], [1, 1, 7], [1, 0, 0]], np.int8)
    if dimension == 0:
        weight = weight.T
    static = flatbuffer.analyze(_model(weight, schema.TensorType.INT8, [1, 5, 7], dimension))
    assert static["zero_fraction"] == pytest.approx(5 / 9)


def test_shapes_and_indices_are_no_weights():
    paddings = np.zeros((4, 2), np.int32)
    static = flatbuffer.analyze(_model(paddings, schema.TensorType.INT32))
    assert static["weight_values"] == 0
    assert static["zero_fraction"] == 0.0


def test_weight_that_cannot_be_read_is_named():
    packed = np.zeros((2, 2), np.uint8)
    with pytest.raises(UserError, match="The weight weight has the type INT4"):
        flatbuffer.analyze(_model(packed, schema.TensorType.INT4))


def test_model_without_weights():
    static = flatbuffer.analyze(latency.one_operator_model())
    assert static["weight_bytes"] == 0
    assert static["ops"] == {"RELU": 1}
    assert static["peak_live_activation_bytes"] == 2 * 4 * 4


@pytest.mark.parametrize("content", [b"", b"{}", bytes(100)])
def test_bytes_that_are_no_model_are_one_line(content):
    with pytest.raises(UserError, match="These bytes are no TFLite model"):
        flatbuffer.analyze(content)


def test_sizes():
    words = [str(n) for n in range(300)]
    content = " ".join(random.Random(0).choices(words, k=20000)).encode()
    sizes = [len(gzip.compress(content, level)) for level in range(1, 10)]
    assert flatbuffer.sizes(content)["tflite_bytes"] == len(content)
    assert flatbuffer.sizes(content)["gzip_bytes"] == sizes[-1] < sizes[0]
    assert flatbuffer.sizes(bytes(10000))["gzip_bytes"] < 100


def test_metrics_work_without_tensorflow():
    code = (
        "import sys; from tfmot_technique_kit.metrics import adb, flatbuffer, interpreter, latency;"
        'sys.exit("tensorflow" in sys.modules)'
    )
    subprocess.run([sys.executable, "-c", code], check=True)
