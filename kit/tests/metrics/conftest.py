"""Small models, converted in the ways that the experiments use."""

import numpy as np
import pytest

CLASSES = 8


@pytest.fixture(scope="session")
def converted():
    """Returns `.tflite` files by name, the Keras models and their inputs.

    In the kernels of 'image' half of the values are zero, the rest one of three.
    """
    import tensorflow as tf

    from tfmot_technique_kit.experiments import conversion
    from tfmot_technique_kit.keras_api import keras

    keras.utils.set_random_seed(0)
    generator = np.random.default_rng(0)
    layers = keras.layers

    def kernel(shape, *args, **kwargs):
        values = generator.choice([-0.5, 0.25, 0.5], shape)
        values.flat[generator.permutation(values.size)[::2]] = 0
        return tf.constant(values, tf.float32)

    conv = layers.Conv2D(4, 3, kernel_initializer=kernel, input_shape=(8, 8, 1))
    dense = layers.Dense(CLASSES, kernel_initializer=kernel)
    image = keras.Sequential([conv, layers.Flatten(), dense])
    ids = layers.InputLayer((6,), dtype="int32")
    pooling = layers.GlobalAveragePooling1D()
    text = keras.Sequential([ids, layers.Embedding(300, 4), pooling, layers.Dense(2)])
    found = {
        "keras image": image,
        "keras text": text,
        "images": generator.random((20, 8, 8, 1)).astype("float32"),
        "ids": generator.integers(0, 300, (20, 6)).astype("int32"),
    }
    for name, model, inputs in (("image", image, "images"), ("text", text, "ids")):
        for how in ("float", "dynamic", "int8"):
            found[f"{name} {how}"] = conversion.convert(model, how, found[inputs])

    sparse = keras.Sequential([layers.Dense(64, input_shape=(64,))])
    sparse.layers[0].kernel.assign(
        generator.normal(size=(64, 64)) * (generator.random((64, 64)) > 0.9)
    )
    encode = tf.lite.Optimize.EXPERIMENTAL_SPARSITY
    for how, optimizations in (
        ("float", [encode]),
        ("dynamic", [tf.lite.Optimize.DEFAULT, encode]),
    ):
        converter = tf.lite.TFLiteConverter.from_keras_model(sparse)
        converter.optimizations = optimizations
        found[f"sparse {how}"] = converter.convert()
    return found
