"""Trains, saves, loads and strips with a generated technique, on the Keras that is set.

Run as `python train_and_strip.py PACKAGE`: its last line is JSON, the setting and what the
stripped model computes. Weights and batches are the same in each setting.
"""

import json
import sys
import tempfile

import numpy as np
import technique


def create_model(keras):
    layers = keras.layers
    inputs = keras.Input((8, 8, 1))
    hidden = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    hidden = layers.Flatten()(hidden)
    shared = layers.Dense(144, activation="relu", name="shared")
    hidden = shared(shared(hidden))
    return keras.Model(inputs, layers.Dense(3, name="scores")(hidden))


def main(package: str) -> None:
    found = technique.find(package)
    compat = found.compat
    random = np.random.default_rng(0)
    x = random.normal(size=(64, 8, 8, 1)).astype("float32")
    y = random.integers(0, 3, size=64)
    keras = compat.keras
    model = create_model(keras)
    model.set_weights([random.normal(0, 0.1, w.shape).astype("float32") for w in model.weights])
    wrapped = found.apply(model, schedule=found.Constant(0.5, 0, -1, 2))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    wrapped.compile("sgd", loss)
    wrapped.fit(
        x, y, batch_size=16, epochs=3, shuffle=False, verbose=0, callbacks=[found.UpdateStep()]
    )
    steps = {int(compat.to_numpy(layer.step)) for layer in found.collect(wrapped)}
    assert steps == {12}, f"A step is a batch: {steps}"

    expected = wrapped.predict(x, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        wrapped.save(f"{folder}/wrapped.keras")
        loaded = keras.models.load_model(f"{folder}/wrapped.keras")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, atol=1e-5)
    stripped = found.strip(loaded)
    assert not found.collect(stripped)
    outputs = stripped.predict(x, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)
    assert found.report(wrapped).total.parameters == model.count_params()
    shown = {
        "keras": keras.__name__.partition(".")[0],
        "backend": compat.BACKEND,
        "imports_tensorflow": "tensorflow" in sys.modules,
        "outputs": outputs.ravel().tolist(),
    }
    print(json.dumps(shown))


if __name__ == "__main__":
    main(*sys.argv[1:])
