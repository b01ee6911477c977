"""Tests for the technique inside of layers that it does not know."""

import numpy as np
import pytest
import tensorflow as tf
from tfmot_technique_kit.experiments import names, technique
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.official import opaque

LEVEL = 0.75
WIDTH = 16


class Block(keras.layers.Layer):
    """Holds layers in all the ways that Official Models do."""

    def __init__(self) -> None:
        super().__init__(name="block")
        self.norm = keras.layers.LayerNormalization()
        self.same_norm = self.norm
        self.attention = keras.layers.MultiHeadAttention(2, WIDTH // 2)
        self.dense = [keras.layers.Dense(WIDTH, "relu") for _ in range(2)]
        self.by_name = {"out": keras.layers.Dense(WIDTH, "relu")}
        inputs = keras.Input([None, WIDTH])
        outputs = keras.layers.Dense(WIDTH, "relu")(inputs)
        self.graph = keras.Model(inputs, outputs)
        self.scale = self.add_weight("scale", [WIDTH], initializer="ones")

    def call(self, inputs):
        """Calls attention by names, as a wrapper could not be called."""
        x = self.same_norm(inputs)
        x = inputs + self.attention(query=x, value=x)
        for layer in [*self.dense, self.by_name["out"], self.graph]:
            x = layer(x)
        return self.norm(x * self.scale)


def create():
    keras.utils.set_random_seed(0)
    inputs = keras.Input([6, WIDTH])
    x = Block()(inputs)
    x = keras.layers.Flatten()(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="logits")(x))


def train(model):
    schedule = technique.PolynomialDecay(0.0, LEVEL, 0, 2, frequency=1)
    wrapped = opaque.apply(model, schedule=schedule)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    wrapped.compile("adam", loss)
    labels = np.arange(24) % 3
    callbacks = [technique.UpdateStep()]
    wrapped.fit(examples(24), labels, 8, callbacks=callbacks, verbose=0)
    return wrapped


def examples(count):
    generator = np.random.default_rng(0)
    return generator.normal(size=[count, 6, WIDTH]).astype("float32")


def test_wraps_each_layer_inside_and_computes_the_same() -> None:
    model = create()
    expected = model(examples(4))
    wrapped = opaque.apply(model)
    kinds = [type(w.layer).__name__ for w in opaque.find_wrappers(wrapped)]
    assert kinds.count("Dense") == 5
    assert kinds.count("EinsumDense") == 4
    assert kinds.count("LayerNormalization") == 1
    assert "MultiHeadAttention" not in kinds
    np.testing.assert_array_equal(wrapped(examples(4)), expected)


def test_reaches_the_level_inside() -> None:
    wrapped = train(create())
    block = wrapped.get_layer("block")
    levels = {
        wrapper.layer.name: float(value)
        for wrapper in opaque.find_wrappers(block)
        for key, value in wrapper.summarize().items()
        if key.endswith(f"/{names.LEVEL}")
    }
    assert len(levels) >= 4
    assert min(levels.values()) > 0.5


def test_strips_to_what_was_trained() -> None:
    wrapped = train(create())
    expected = wrapped(examples(4))
    stripped = opaque.strip(wrapped)
    assert not opaque.find_wrappers(stripped)
    np.testing.assert_allclose(stripped(examples(4)), expected, atol=1e-5)
    # Once more changes nothing.
    again = opaque.strip(stripped)
    np.testing.assert_allclose(again(examples(4)), expected, atol=1e-5)


def test_weights_keep_their_order() -> None:
    model = create()
    expected = model.get_weights()
    stripped = opaque.strip(opaque.apply(model))
    for value, other in zip(stripped.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(value, other)


def test_a_layer_that_two_hold_is_wrapped_once() -> None:
    block = opaque.apply(create()).get_layer("block")
    assert block.norm is block.same_norm
    assert isinstance(block.norm, technique.Wrapper)


def test_what_is_stripped_can_be_kept_as_a_saved_model(tmp_path) -> None:
    stripped = opaque.strip(train(create()))
    tf.saved_model.save(stripped, tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    np.testing.assert_allclose(loaded(examples(4)), stripped(examples(4)), atol=1e-5)


def test_a_subclassed_model_is_one_clear_line() -> None:
    class Subclassed(keras.Model):
        pass

    with pytest.raises(ValueError, match="Functional model of its parts"):
        opaque.apply(Subclassed())


def test_nothing_to_wrap_is_one_clear_line() -> None:
    inputs = keras.Input([4])
    model = keras.Model(inputs, Scale(name="scale")(inputs), name="small")
    with pytest.raises(ValueError, match="no layer of small") as raised:
        opaque.apply(model)
    assert len(str(raised.value).splitlines()) == 1


class Scale(keras.layers.Layer):
    """Has a weight of its own, and no layers."""

    def build(self, input_shape) -> None:
        self.scale = self.add_weight("scale", input_shape[-1:])

    def call(self, inputs):
        return tf.multiply(inputs, self.scale)
