"""Uses Keras 3's own tools, and KerasHub's models, with a generated technique.

Run as `python use_keras_tools.py PACKAGE KIND`, and with a part of a name for some tools: its last
line is JSON, what each tool came to on the backend that is set. A tool that fails without the
technique, too, has the result None.
"""

import functools
import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import technique

# What an output may differ by, as a fraction of the mean of all, when weights become integers.
BOUNDS = {"int8": 0.05, "int4": 0.25, "gptq": 0.25}
# What the compilers of other runtimes may round otherwise. OpenVINO computes in float16.
TOLERANCE = 0.02

random = np.random.default_rng(0)
IMAGES = random.normal(size=(32, 8, 8, 1)).astype("float32")
TOKENS = random.integers(1, 50, size=(32, 8))
LABELS = random.integers(0, 2, size=32)
BACKEND = keras.backend.backend()
layers = keras.layers


def create_image_model() -> keras.Model:
    """Makes a model of images."""
    hidden = [
        layers.Conv2D(8, 3, activation="relu", name="conv"),
        layers.Flatten(name="flatten"),
        layers.Dense(32, activation="relu", name="hidden"),
        layers.Dense(2, name="scores"),
    ]
    return _filled(keras.Sequential([keras.Input((8, 8, 1)), *hidden]))


def create_text_model() -> keras.Model:
    """Makes a model of tokens whose layers act on each of them, as GPTQ takes it."""
    hidden = [
        layers.Embedding(50, 8, name="embedding"),
        layers.Dense(16, activation="relu", name="first"),
        layers.Dense(8, activation="relu", name="second"),
        layers.Dense(2, name="scores"),
    ]
    return _filled(keras.Sequential([keras.Input((8,), dtype="int32"), *hidden]))


def create_bert() -> keras.Model:
    """Makes KerasHub's classifier of texts, small and with random weights."""
    from keras_hub import models

    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": 16, "intermediate_dim": 32}
    backbone = models.BertBackbone(vocabulary_size=50, max_sequence_length=8, **sizes)
    return models.BertTextClassifier(backbone=backbone, num_classes=2, preprocessor=None)


def create_resnet() -> keras.Model:
    """Makes KerasHub's classifier of images, small and with random weights."""
    from keras_hub import models

    backbone = models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64],
        stackwise_num_blocks=[1],
        stackwise_num_strides=[1],
        block_type="basic_block",
        image_shape=(8, 8, 1),
    )
    return models.ResNetImageClassifier(backbone=backbone, num_classes=2, preprocessor=None)


def _filled(model: keras.Model) -> keras.Model:
    # Of their own numbers, so that each run has the same.
    numbers = np.random.default_rng(1)
    model.set_weights([numbers.normal(0, 0.1, w.shape).astype("float32") for w in model.weights])
    return model


def _kernels(model: keras.Model) -> list[np.ndarray]:
    held = [layer for layer in model._flatten_layers() if hasattr(layer, "kernel")]
    return [keras.ops.convert_to_numpy(layer.kernel) for layer in held]


def _zeros(model: keras.Model) -> float:
    kernels = _kernels(model)
    return sum((k == 0).sum() for k in kernels) / sum(k.size for k in kernels)


class UnavailableError(Exception):
    """A tool does not work on this backend, whatever the technique."""


def _without(tool: Callable[..., Any], *arguments: Any) -> None:
    try:
        tool(*arguments)
    except Exception as error:
        raise UnavailableError(f"{type(error).__name__}: {error}"[:300]) from error


class Tools:
    """Keras's tools, each for one technique.

    Attributes:
        found: The parts of the technique.
    """

    def __init__(self, found: Any) -> None:
        self.found = found

    def train(self, model: keras.Model, x: Any, y: Any, compiled: Any = None, **options: Any):
        """Applies the technique to a model, trains and returns it.

        Args:
            model: The model.
            x: Inputs.
            y: Targets.
            compiled: Makes of the wrapped model what is trained in its place.
            **options: Further arguments of the technique's entry.
        """
        wrapped = self.found.apply(model, schedule=self.found.Constant(0.8, 0, -1, 1), **options)
        trained = compiled(wrapped) if compiled else wrapped
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        trained.compile(keras.optimizers.SGD(0.01), loss)
        arguments = {"batch_size": 8, "epochs": 2, "verbose": 0, "shuffle": False}
        trained.fit(x, y, callbacks=[self.found.UpdateStep()], **arguments)
        return wrapped

    def steps(self, wrapped: keras.Model) -> int:
        """Returns how many steps the wrappers of a trained model have counted."""
        counted = {int(self.found.compat.to_numpy(w.step)) for w in self.found.collect(wrapped)}
        (steps,) = counted
        return steps

    @functools.cached_property
    def images(self) -> keras.Model:
        """A wrapped model of images that is trained."""
        return self.train(create_image_model(), IMAGES, LABELS)

    def quantize(self, mode: str) -> dict[str, Any]:
        """Quantizes stripped models; returns what has become of zeros, outputs and files."""
        is_text = mode == "gptq"
        create = create_text_model if is_text else create_image_model
        x, y = (TOKENS, np.tile(LABELS[:, None], 8)) if is_text else (IMAGES, LABELS)

        def change(model: keras.Model) -> None:
            config = None
            if is_text:
                # Not in the config: Keras would save it, with the layers, in each layer.
                structure = {
                    "pre_block_layers": model.layers[:1],
                    "sequential_blocks": model.layers[1:],
                }
                model.get_quantization_layer_structure = lambda mode: structure
                config = keras.quantizers.GPTQConfig(
                    dataset=[TOKENS.ravel()],
                    tokenizer=lambda text: text,
                    num_samples=4,
                    sequence_length=8,
                    group_size=-1,
                )
            model.quantize(mode, config=config)

        plain = create()
        _without(change, plain)
        saves = _loads(plain)
        wrapped = self.train(create(), x, y) if is_text else self.images
        stripped = self.found.strip(wrapped)
        kept = wrapped.predict(x, verbose=0)
        expected, zeros = stripped.predict(x, verbose=0), _zeros(stripped)
        sizes = [_size(stripped)]
        change(stripped)
        modes = {layer.quantization_mode for layer in stripped.layers}
        assert any(one and mode in one for one in modes), modes
        np.testing.assert_array_equal(wrapped.predict(x, verbose=0), kept)
        outputs = stripped.predict(x, verbose=0)
        if saves:
            np.testing.assert_array_equal(_saved(stripped).predict(x, verbose=0), outputs)
        difference = np.abs(outputs - expected).mean() / np.abs(expected).mean()
        assert difference < BOUNDS[mode], f"{mode}: {difference}"
        sizes.append(_size(stripped))
        some = zeros > 0.05  # Fewer come by chance.
        return {
            "result": "works" if saves else "works, but Keras does not load it",
            "zeros": ("kept" if _zeros(stripped) >= 0.95 * zeros else "not kept") if some else "-",
            "below": f"below {BOUNDS[mode]:.0%}".replace("%", " %"),
            "difference": float(difference),
            "size": sizes[1] / sizes[0],
        }

    def export(self, name: str) -> dict[str, Any]:
        """Exports a stripped model and runs it."""
        run = EXPORTS[name]
        plain = create_image_model()
        plain(IMAGES[:1])
        with tempfile.TemporaryDirectory() as folder:
            _without(run, plain, folder)
        stripped = self.found.strip(self.images)
        expected = keras.ops.convert_to_numpy(stripped(IMAGES[:1]))
        with tempfile.TemporaryDirectory() as folder:
            outputs = run(stripped, folder)
        np.testing.assert_allclose(outputs, expected, atol=TOLERANCE * np.abs(expected).mean())
        return {"result": "works"}

    def distill(self, kind: str) -> dict[str, Any]:
        """Trains a wrapped student with Keras's `Distiller`."""
        distillation = keras.distillation

        def compiled(student: keras.Model) -> keras.Model:
            losses = {
                "logits": lambda: distillation.LogitsDistillation(temperature=3.0),
                "features": lambda: distillation.FeatureDistillation(
                    teacher_layer_name="hidden", student_layer_name=student.layers[-2].name
                ),
            }
            return distillation.Distiller(
                teacher=create_image_model(), student=student, distillation_losses=losses[kind]()
            )

        student = self.train(create_image_model(), IMAGES, LABELS, compiled)
        steps = self.steps(student)
        expected = student.predict(IMAGES, verbose=0)
        outputs = self.found.strip(student).predict(IMAGES, verbose=0)
        np.testing.assert_allclose(outputs, expected, atol=1e-4)
        return {"result": "works" if steps == 8 else f"counts {steps / 8:g} steps in a batch"}

    def hub(self, create: Callable[[], keras.Model], x: Any) -> dict[str, Any]:
        """Wraps, trains, saves, loads, strips, saves, loads and quantizes a model of KerasHub."""
        task = create()
        # What is loaded of a task's class has no wrappers, so take its graph alone.
        graph = keras.Model(task.inputs, task.outputs)
        policy = self.found.SkipUnsupportedLayers()
        wrapped = self.train(graph, x, LABELS, policy=policy)
        assert self.steps(wrapped) == 8
        expected = wrapped.predict(x, verbose=0)
        for model in (wrapped, self.found.strip(_saved(wrapped))):
            loaded = _saved(model)
            outputs = loaded.predict(x, verbose=0)
            np.testing.assert_allclose(outputs, expected, atol=1e-4)
        assert not self.found.collect(loaded)
        loaded.quantize("int8")
        slots = sum(len(layer.slots) for layer in self.found.collect(wrapped))
        assert slots
        return {"result": "works", "slots": slots}


def _saved(model: keras.Model) -> keras.Model:
    """Returns a model as it is read from its file."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        return keras.models.load_model(f"{folder}/model.keras")


def _loads(model: keras.Model) -> bool:
    """Returns whether Keras can read the file of a model."""
    try:
        _saved(model)
    except ValueError:
        return False
    return True


def _size(model: keras.Model) -> int:
    return sum(keras.ops.convert_to_numpy(weight).nbytes for weight in model.weights)


def _run_saved_model(model: keras.Model, folder: str) -> np.ndarray:
    import tensorflow as tf

    model.export(folder, format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(folder)  # It holds the variables.
    return loaded.serve(IMAGES[:1]).numpy()


def _run_litert(model: keras.Model, folder: str) -> np.ndarray:
    from ai_edge_litert.interpreter import Interpreter

    path = f"{folder}/model.tflite"
    model.export(path, format="litert", verbose=False)
    interpreter = Interpreter(path)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], IMAGES[:1])
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def _run_onnx(model: keras.Model, folder: str) -> np.ndarray:
    import onnxruntime

    path = f"{folder}/model.onnx"
    model.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path)
    return session.run(None, {session.get_inputs()[0].name: IMAGES[:1]})[0]


def _run_openvino(model: keras.Model, folder: str) -> np.ndarray:
    import openvino

    path = f"{folder}/model.xml"
    model.export(path, format="openvino", verbose=False)
    return openvino.Core().compile_model(path, "CPU")(IMAGES[:1])[0]


EXPORTS = {
    "SavedModel": _run_saved_model,
    "LiteRT": _run_litert,
    "ONNX": _run_onnx,
    "OpenVINO": _run_openvino,
}


def let_into_layers(getter: str) -> None:
    """Gives layers of KerasHub the method of the technique's interface for custom layers."""
    import keras_hub

    def get_kernels(layer: keras.layers.Layer) -> list[Any]:
        return [part.kernel for part in layer._flatten_layers() if hasattr(part, "kernel")]

    setattr(keras_hub.layers.TransformerEncoder, getter, get_kernels)


def main(package: str, kind: str, only: str = "") -> None:
    warnings.simplefilter("ignore")
    tools = Tools(technique.find(package))
    if kind.startswith("weight_"):
        let_into_layers(tools.found.getter)
    x = {name: TOKENS * (name == "token_ids") for name in ("token_ids", "segment_ids")}
    attempts = {
        "`quantize('int8')`": lambda: tools.quantize("int8"),
        "`quantize('int4')`": lambda: tools.quantize("int4"),
        "`quantize` with GPTQ": lambda: tools.quantize("gptq"),
        **{f"`export` to {name}": lambda name=name: tools.export(name) for name in EXPORTS},
        "`Distiller`, logits": lambda: tools.distill("logits"),
        "`Distiller`, features": lambda: tools.distill("features"),
        "KerasHub's BERT": lambda: tools.hub(
            create_bert, {**x, "padding_mask": np.ones_like(TOKENS)}
        ),
        "KerasHub's ResNet": lambda: tools.hub(create_resnet, IMAGES),
    }
    chosen = {name: attempt for name, attempt in attempts.items() if only in name}
    print(json.dumps({name: _outcome(attempt) for name, attempt in chosen.items()}))


def _outcome(attempt: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        outcome = attempt()
        print(json.dumps(outcome), file=sys.stderr)  # It takes minutes until the last one.
        return outcome
    except UnavailableError as error:
        return {"result": None, "reason": str(error)}


if __name__ == "__main__":
    main(*sys.argv[1:])
