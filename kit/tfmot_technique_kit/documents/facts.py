"""Tables of what the technique does to a small model, for the documents."""

import collections
import functools
import itertools
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfmot_technique_kit import markdown
from tfmot_technique_kit.documents import combinations, support
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import conversion
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.metrics import flatbuffer, interpreter
from tfmot_technique_kit.project import Project

_LEVEL = 0.8
_BATCH, _STEPS = 8, 100
_SHAPE = (8, 8, 1)

# Operations that call a function, and those that compute nothing.
_CALLS = {"PartitionedCall", "StatefulPartitionedCall"}
_BOOKKEEPING = {"Const", "Identity", "NoOp", "Placeholder"} | _CALLS


@dataclass(frozen=True)
class Example:
    """A small model on its way: as it was, wrapped and trained, stripped."""

    original: keras.Model
    wrapped: keras.Model
    stripped: keras.Model
    inputs: np.ndarray  # float32 [batch, 8, 8, 1]
    outputs: np.ndarray  # what the wrapped model made of them, float32 [batch, 10]


def render(project: Project) -> dict[str, str]:
    """Returns what is measured for the documents: Markdown by the names of the blocks.

    Raises:
        UserError: If what the documents say of the technique does not hold.
    """
    tf.get_logger().setLevel("ERROR")  # many small models are traced, of which it warns
    example = _make(project)
    originals, tflite = (
        {name: conversion.convert(model, name, example.inputs) for name in ("float", "int8")}
        for model in (example.original, example.stripped)
    )
    return {
        "layers": support.render(project),
        "operations": _operations(example),
        "variables": _variables(project, example),
        "stripped": _stripped(example),
        "tflite": _tflite(example, tflite),
        "agreement": _agreement(example, tflite["float"]),
        "level": _level(project, example),
        "size": _size(example, originals, tflite),
        "combinations": combinations.render(
            functools.partial(_build, np.random.RandomState(0)),
            lambda model: project.api.strip(_train(project, model, example.inputs)),
            lambda model: _train(project, model, example.inputs, jit_compile=True),
            tflite["int8"],
            example.inputs,
        ),
    }


def _make(project: Project) -> Example:
    """Makes the example. All numbers are fixed, and training does not move the weights.

    So each machine gets the same.
    """
    random = np.random.RandomState(0)  # its numbers are the same in all versions of NumPy
    original = _build(random)
    inputs = random.normal(size=[_BATCH * _STEPS, *_SHAPE]).astype(np.float32)
    wrapped = _train(project, _build(np.random.RandomState(0)), inputs)
    batch = inputs[:_BATCH]
    # Before it is stripped: that may change the weights of the wrapped one, too.
    outputs = wrapped.predict_on_batch(batch)
    return Example(original, wrapped, project.api.strip(wrapped), batch, outputs)


def _train(
    project: Project, model: keras.Model, inputs: np.ndarray, **options: bool
) -> keras.Model:
    """Applies the technique to a model and runs training steps, which leave its weights alone."""
    api = project.api
    wrapped = api.apply(model, schedule=api.Constant(_LEVEL, begin_step=0, frequency=1))
    wrapped.compile(keras.optimizers.SGD(0.0), "mse", **options)
    targets = np.zeros([len(inputs), 10], np.float32)
    steps = {"batch_size": _BATCH, "shuffle": False, "verbose": 0}
    wrapped.fit(inputs, targets, callbacks=[api.UpdateStep()], **steps)
    return wrapped


def _build(random: np.random.RandomState) -> keras.Model:
    model = keras.Sequential(
        [
            keras.layers.Conv2D(8, 3, activation="relu", input_shape=_SHAPE, name="conv"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(32, activation="relu", name="hidden"),
            keras.layers.Dense(10, name="logits"),
        ],
        name="example",
    )
    model.set_weights([random.normal(0.0, 0.1, value.shape) for value in model.get_weights()])
    return model


def _operations(example: Example) -> str:
    inference, _ = _count(example.original, training=False)
    training, _ = _count(example.original, training=True)
    wrapped, _ = _count(example.wrapped, training=False)
    step, branches = _count(example.wrapped, training=True)
    stripped, _ = _count(example.stripped, training=False)
    counts = {
        "wrapped, inference": wrapped - inference,
        "wrapped, each training step": step - training,
        "wrapped, in a training step with an update": branches,
        "stripped, inference": stripped - inference,
    }
    rows = [(name, markdown.codes(sorted(found)) or "none") for name, found in counts.items()]
    return markdown.table(("graph", "operations beside those of the original model"), rows)


def _count(model: keras.Model, training: bool) -> tuple[collections.Counter, ...]:
    """Counts operations by type: those of each call, and those in branches."""
    spec = tf.TensorSpec([1, *model.input_shape[1:]], tf.float32)
    function = tf.function(lambda inputs: model(inputs, training=training))
    graph = function.get_concrete_function(spec).graph.as_graph_def()
    functions = {part.signature.name: part.node_def for part in graph.library.function}
    always = list(graph.node)
    for node in always:  # It grows by what is called and not in a branch.
        if node.op in _CALLS:
            always += functions.pop(node.attr["f"].func.name, [])
    inside = itertools.chain(*functions.values())
    return tuple(
        collections.Counter(node.op for node in nodes if node.op not in _BOOKKEEPING)
        for nodes in (always, inside)
    )


def _variables(project: Project, example: Example) -> str:
    rows = []
    for wrapper in project.api.collect(example.wrapped):
        own = {id(v): slot.path for slot in wrapper.slots for v in slot.state.values()}
        inner = {id(weight) for weight in wrapper.layer.weights}
        rows += [
            (f"`{v.name}`", f"`{list(v.shape)}`", v.dtype.name, own.get(id(v), "the layer"))
            for v in wrapper.weights
            if id(v) not in inner
        ]
    return markdown.table(("variable", "shape", "dtype", "kept for"), rows)


def _stripped(example: Example) -> str:
    rows = []
    for layer in example.stripped.layers:
        weights = markdown.codes(str(list(weight.shape)) for weight in layer.weights)
        rows.append((f"`{layer.name}`", f"`{type(layer).__name__}`", weights or "none"))
    before, now = (model.count_params() for model in (example.original, example.stripped))
    table = markdown.table(("layer", "class", "weights"), rows)
    return f"{table}\n\nParameters: {before:,} before, {now:,} now."


def _tflite(example: Example, tflite: dict[str, bytes]) -> str:
    rows = [
        (name, f"`{operator.name}`", *_cells(weight))
        for name, content in tflite.items()
        for operator in flatbuffer.list_operators(content)
        for weight in operator.weights or [None]
    ]
    header = ("conversion", "operator", "weight", "type", "zeros", "values per channel")
    converter = tf.lite.TFLiteConverter.from_keras_model(example.stripped)
    converter.optimizations = [tf.lite.Optimize.EXPERIMENTAL_SPARSITY]
    sparse = flatbuffer.analyze(converter.convert())["sparse_tensors"]
    return (
        f"{markdown.table(header, rows)}\n\n"
        "With `tf.lite.Optimize.EXPERIMENTAL_SPARSITY` the converter encodes "
        f"{sparse} of the weights as sparse."
    )


def _cells(weight: flatbuffer.Weight | None) -> tuple[str, ...]:
    if weight is None:
        return ("none", "", "", "")
    values = "{} to {}".format(*weight.values_per_channel)
    return (f"`{list(weight.shape)}`", weight.dtype, f"{weight.zero_fraction:.2f}", values)


def _size(example: Example, originals: dict[str, bytes], tflite: dict[str, bytes]) -> str:
    """Returns sizes as percentages of the original's, so rough that each machine gets the same."""

    def percent(now: int, before: int) -> str:
        return f"{round(20 * now / before) * 5} %"

    rows = []
    for name in tflite:
        now, before = flatbuffer.sizes(tflite[name]), flatbuffer.sizes(originals[name])
        sizes = (percent(now[key], before[key]) for key in ("tflite_bytes", "gzip_bytes"))
        rows.append((f"`.tflite`, {name}", *sizes))
    parameters = (model.count_params() for model in (example.stripped, example.original))
    table = markdown.table(("file", "size", "size after gzip"), rows)
    return f"{table}\n\nParameters: {percent(*parameters)}."


def _agreement(example: Example, tflite: bytes) -> str:
    stripped = example.stripped.predict_on_batch(example.inputs)
    converted = interpreter.predict(tflite, example.inputs)
    rows = [
        ("wrapped in inference, and stripped", example.outputs, stripped, 1e-6),
        ("stripped in Keras, and as float `.tflite`", stripped, converted, 1e-5),
    ]
    for name, one, other, bound in rows:
        difference = np.max(np.abs(one - other))
        if not difference <= bound:
            raise UserError(f"The outputs of a small model differ by {difference}: {name}.")
    return markdown.table(
        ("outputs of the example", "largest difference"),
        [(name, f"below {bound:.0e}") for name, _, _, bound in rows],
    )


def _level(project: Project, example: Example) -> str:
    rows = []
    for row in project.api.report(example.wrapped).layers:
        level = "none" if row.level is None else f"{row.level:.2f}"
        rows.append((f"`{row.name}`", level, f"{row.parameters:,}", f"{row.stripped_parameters:,}"))
    names = ("name", "level", "parameters", "stripped_parameters")
    return markdown.table([f"`{name}`" for name in names], rows)
