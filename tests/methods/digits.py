"""Trains a small network with a method that was put in place, and checks the result.

Runs in the folder of a generated project, whose algorithm is the method:

    python digits.py METHOD

Prints one line: what the method reached, and with which accuracy. It runs on the Keras, and the
backend, that environment variables name.
"""

import sys
from types import SimpleNamespace

import numpy as np
from sklearn import datasets, model_selection
from tfmot_connection_pruning import keras as technique
from tfmot_connection_pruning.keras.compat import BACKEND, keras, to_numpy

layers = keras.layers
Algorithm = technique.ConnectionPruningAlgorithm

EPOCHS = 4
BATCH_SIZE = 32
FREQUENCY = 8


def load():
    images, labels = datasets.load_digits(return_X_y=True)
    images = images.reshape([-1, 8, 8, 1]).astype("float32") / 16
    return model_selection.train_test_split(images, labels, test_size=0.25, random_state=0)


def network():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Conv2D(32, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(32, activation="tanh"),
            layers.Dense(10),
        ]
    )


def kernels(model):
    return [to_numpy(weight) for weight in model.trainable_weights if "kernel" in weight.name]


def share_of_zeros(model):
    return np.mean(np.concatenate([kernel.ravel() for kernel in kernels(model)]) == 0)


def outputs_of(run, ending):
    """Returns the outputs, for all images, of the layers with names that end so."""
    found = [layer for layer in run.stripped.layers if layer.name.endswith(ending)]
    assert len(found) == 3, [layer.name for layer in run.stripped.layers]
    model = keras.Model(run.stripped.inputs, [layer.output for layer in found])
    return list(zip(found, model.predict(run.images, verbose=0), strict=True))


def n_m_structured(run):
    for kernel in kernels(run.stripped):
        inputs = kernel.shape[-2] // 4 * 4
        groups = kernel.swapaxes(-1, -2)[..., :inputs].reshape([-1, 4])
        assert (np.count_nonzero(groups, axis=1) <= 2).all()
        if inputs == 0:
            assert np.count_nonzero(kernel) == kernel.size
    kernel = np.random.default_rng(0).normal(size=[8, 3])
    algorithm = Algorithm.from_config(Algorithm(n=1, m=8).get_config())
    mask = algorithm.update_state(kernel, {}, 0.9)["mask"]
    assert (np.count_nonzero(to_numpy(mask), axis=0) == 1).all()


def movement(run):
    # Some of what is pruned was larger than some of what is kept.
    for behind, kernel in zip(run.trained, kernels(run.stripped), strict=True):
        magnitude, pruned = np.abs(behind), kernel == 0
        assert magnitude[pruned].max() > magnitude[~pruned].min()
    assert abs(share_of_zeros(run.stripped) - run.level) < 0.01


def random_mask(run):
    assert abs(share_of_zeros(run.stripped) - run.level) < 0.01

    def mask(level, seed=0):
        return to_numpy(Algorithm(seed).update_state(np.zeros([40, 50]), {}, level)["mask"])

    assert (mask(0.5) == mask(0.5)).all()
    # Half of the elements differ, and no row or column is pruned much more than others.
    assert 0.4 < np.mean(mask(0.5) != mask(0.5, seed=1)) < 0.6
    assert all(np.std(np.mean(mask(0.5), axis=axis)) < 0.12 for axis in (0, 1))
    assert mask(0.3)[mask(0.6)].all(), "What is kept at a level is kept below it."


def binarization(run):
    for kernel in kernels(run.stripped):
        assert np.allclose(np.abs(kernel), np.abs(kernel).mean(axis=(*range(kernel.ndim - 1),)))
        assert len(np.unique(np.sign(kernel))) == 2


def weight_sharing(run):
    for kernel in kernels(run.stripped):
        assert len(np.unique(kernel)) <= 16 < kernel.size


def power_of_two(run):
    for kernel in kernels(run.stripped):
        mantissas, exponents = np.frexp(np.abs(kernel[kernel != 0]))
        assert (mantissas == 0.5).all()
        assert np.ptp(exponents) < 8


def hard_clipping(run):
    for layer, outputs in outputs_of(run, "_clipped"):
        assert outputs.max() == np.float32(layer.max_value) > 0
        assert np.sum(outputs == outputs.max()) > 1


def fat_relu(run):
    for layer, outputs in outputs_of(run, "_threshold"):
        assert abs(layer.threshold - run.level) < 1e-6
        assert outputs[outputs != 0].min() > layer.threshold
        assert np.mean(outputs == 0) > 0.4


def activation_quantization(run):
    for layer, outputs in outputs_of(run, "_value"):
        points = np.unique(outputs)
        assert 2 < len(points) <= 2**4, layer.name
        # Where multiplying and adding are compiled to one operation, zero is rounded otherwise.
        assert np.abs(points).min() < 1e-6


def smaller(run, suffixes, ndims):
    """Checks that layers with these names and kernels took the place of larger ones."""
    assert run.stripped.count_params() < 0.9 * run.parameters
    for suffix in suffixes:
        new = [layer for layer in run.stripped.layers if layer.name.endswith(suffix)]
        assert sorted(len(layer.kernel.shape) for layer in new) == ndims, suffix


def tucker(run):
    smaller(run, ("_inputs", "_core"), [4])


def qr(run):
    smaller(run, ("_basis",), [2, 2, 4, 4])


def spatial_separable(run):
    smaller(run, ("_column",), [4, 4])


def documented(run):
    """Nothing but what holds for every method."""


# The level to train to for each method, and what must hold then.
CHECKS = {
    n_m_structured: 0.5,
    movement: 0.3,  # At more, the accuracy differs a lot from seed to seed.
    random_mask: 0.6,
    binarization: 0.99,
    weight_sharing: 0.9999,
    power_of_two: 0.9999,
    hard_clipping: 0.2,
    fat_relu: 0.3,
    activation_quantization: 0.5,
    tucker: 0.5,
    qr: 0.6,
    spatial_separable: 0.6,
    documented: 0.2,  # whole channels of a network that has few
}


def train(model, images, labels, callbacks=()):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss)
    model.fit(images, labels, BATCH_SIZE, EPOCHS, verbose=0, callbacks=list(callbacks))


def convert(model):
    """Returns a function from images to the outputs of the model in TensorFlow Lite."""
    import tensorflow as tf

    content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()

    def predict(images):
        interpreter.resize_tensor_input(given["index"], images.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(given["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(made["index"])

    return predict


def levels(model):
    """Returns the levels that the technique reports, one per weight or output."""
    names = ("sparsity", "strength", "rank_reduction")
    return np.array(
        [
            float(to_numpy(value))
            for layer in technique.collect_connection_prunable_layers(model)
            for name, value in layer.summarize().items()
            if name.split("/")[-1] in names
        ]
    )


def main():
    check, level = next(item for item in CHECKS.items() if item[0].__name__ == sys.argv[1])
    keras.utils.set_random_seed(0)
    train_images, images, train_labels, labels = load()
    model = network()
    train(model, train_images, train_labels)
    parameters = model.count_params()

    # Updates begin at once and end with the third of four epochs.
    steps = -(-len(train_images) // BATCH_SIZE) * 3 // FREQUENCY * FREQUENCY
    schedule = technique.PolynomialDecay(0.0, level, 0, steps, frequency=FREQUENCY)
    wrapped = technique.prune_connections(model, schedule=schedule)
    reached = []
    record = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: reached.append(levels(wrapped).mean())
    )
    train(wrapped, train_images, train_labels, [technique.UpdateConnectionPruningStep(), record])
    # It rises, but for the noise in what a running quantile reaches.
    assert 0 < reached[0] < reached[-1] + 0.05, reached
    expected = wrapped.predict(images, verbose=0)
    trained = kernels(wrapped)
    stripped = technique.strip_connection_pruning(wrapped)

    library = keras.Model.__module__.split(".")[0]
    assert {type(layer).__module__.split(".")[0] for layer in stripped.layers} == {library}
    logits = stripped.predict(images, verbose=0)
    deployed = [convert(stripped)(images)] if BACKEND == "tensorflow" else []
    for found in (logits, *deployed):
        # Where a value lies next to a step, a rounding error may take it over.
        near = np.isclose(found, expected, rtol=0, atol=1e-3 * np.abs(expected).max())
        assert near.mean() > 0.99, np.abs(found - expected).max()
    accuracy = np.mean(logits.argmax(axis=-1) == labels)
    assert accuracy > 0.8, accuracy
    check(
        SimpleNamespace(
            stripped=stripped, trained=trained, level=level, images=images, parameters=parameters
        )
    )
    print(f"level {reached[-1]:.3f}, accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
