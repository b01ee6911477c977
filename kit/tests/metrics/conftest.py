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

    from tfmot_technique_kit.keras_api import keras

    keras.utils.set_random_seed(0)
    generator = np.random.default_rng(0)

    def kernel(shape, *args, **kwargs):
        values = generator.choice([-0.5, 0.25, 0.5], shape)
        values.flat[generator.permutation(values.size)[::2]] = 0
        return tf.constant(values, tf.float32)

    image = keras.Sequential(
        [
            keras.layers.Conv2D(4, 3, kernel_initializer=kernel, input_shape=(8, 8, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(CLASSES, kernel_initializer=kernel),
        ]
    )
    text = keras.Sequential(
        [
            keras.layers.InputLayer((6,), dtype="int32"),
            keras.layers.Embedding(300, 4),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(2),
        ]
    )
    sparse = keras.Sequential([keras.layers.Dense(64, input_shape=(64,))])
    weight = generator.normal(size=(64, 64))
    weight[generator.random((64, 64)) < 0.9] = 0
    sparse.layers[0].kernel.assign(weight)

    images = generator.random((20, 8, 8, 1)).astype("float32")
    ids = generator.integers(0, 300, (20, 6)).astype("int32")
    default = tf.lite.Optimize.DEFAULT
    encode = tf.lite.Optimize.EXPERIMENTAL_SPARSITY

    def convert(model, optimizations=(), examples=None):
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = list(optimizations)
        if examples is not None:
            converter.representative_dataset = lambda: ([e[None]] for e in examples)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = tf.int8
            converter.inference_output_type = tf.int8
        return converter.convert()

    return {
        "keras image": image,
        "keras text": text,
        "images": images,
        "ids": ids,
        "image float": convert(image),
        "image dynamic": convert(image, [default]),
        "image int8": convert(image, [default], images),
        "text float": convert(text),
        "text int8": convert(text, [default], ids),
        "sparse float": convert(sparse, [encode]),
        "sparse dynamic": convert(sparse, [default, encode]),
    }
