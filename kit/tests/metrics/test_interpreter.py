"""Tests for interpreter."""

import numpy as np
import pytest

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.metrics import interpreter, latency


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("image float", 1e-5),
        ("image dynamic", 0.02),
        ("image int8", 0.02),
        ("text float", 1e-5),
        ("text int8", 0.02),
    ],
)
def test_converted_model_answers_as_the_keras_model(converted, name, tolerance):
    task = name.split()[0]
    inputs = converted["images" if task == "image" else "ids"]
    expected = converted[f"keras {task}"].predict(inputs, verbose=0)
    outputs = interpreter.predict(converted[name], iter(inputs))
    assert outputs.dtype == np.float32
    limit = tolerance * np.ptp(expected)
    np.testing.assert_allclose(outputs, expected, atol=limit, rtol=0)


@pytest.mark.tensorflow
def test_values_outside_of_the_calibrated_range_saturate(converted):
    # As integers without a limit they would wrap around.
    ends, beyond = (np.full((8, 8, 1), value, "f4") for value in (1, 1.5))
    outputs = interpreter.predict(converted["image int8"], [ends, beyond])
    assert np.any(outputs[0])
    np.testing.assert_allclose(outputs[1], outputs[0], atol=0.1)


@pytest.mark.tensorflow
def test_model_that_no_kernel_takes_is_one_line(converted):
    # The converter encodes scattered zeros of int8 weights, and nothing runs it.
    with pytest.raises(interpreter.CannotRunError) as error:
        interpreter.predict(converted["sparse dynamic"], [np.zeros(64, "f4")])
    assert "FULLY_CONNECTED" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"no model", bytes(100)])
def test_bytes_that_are_no_model_are_one_line(content):
    with pytest.raises(interpreter.CannotRunError, match="cannot be allocated: "):
        interpreter.predict(content, [np.zeros(4, "f4")])


def test_examples_that_do_not_fit_are_named():
    with pytest.raises(UserError, match=r"the shape \[3\].* takes \[4\]"):
        interpreter.predict(latency.one_operator_model(), [np.zeros(3, "f4")])
    with pytest.raises(UserError, match="no example"):
        interpreter.predict(latency.one_operator_model(), [])
