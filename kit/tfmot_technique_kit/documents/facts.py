"""Tables of what the technique does to a small model, for the documents."""

import collections

import numpy as np
import tensorflow as tf
from ai_edge_litert import interpreter
from tfmot_connection_pruning import keras as technique

from tfmot_technique_kit.documents import example as example_lib
from tfmot_technique_kit.documents import markdown, support
from tfmot_technique_kit.experiments import conversion
from tfmot_technique_kit.metrics import flatbuffer

# Operations that compute nothing.
_BOOKKEEPING = ("Const", "Identity", "NoOp", "Placeholder")


def render():
    """Returns the blocks of all documents, a dict from name to Markdown.

    Raises:
        ValueError: If what the documents say of the technique does not hold.
    """
    example = example_lib.make()
    return {
        "layers": support.render(),
        "operations": _operations(example),
        "variables": _variables(example),
        "stripped": _stripped(example),
        "tflite": _tflite(example),
        "agreement": _agreement(example),
        "level": _level(example),
    }


def _operations(example):
    inference, _ = _count(example.original, training=False)
    training, _ = _count(example.original, training=True)
    wrapped, _ = _count(example.wrapped, training=False)
    step, branches = _count(example.wrapped, training=True)
    stripped, _ = _count(example.stripped, training=False)
    rows = [
        ("wrapped, inference", wrapped - inference),
        ("wrapped, each training step", step - training),
        ("wrapped, in a training step with an update", branches),
        ("stripped, inference", stripped - inference),
    ]
    return markdown.table(
        ("graph", "operations beside those of the original model"),
        [(name, _listed(operations)) for name, operations in rows],
    )


def _count(model, training):
    """Counts operations by type: those of each call, and those in branches."""
    spec = tf.TensorSpec([1, *model.input_shape[1:]], tf.float32)
    function = tf.function(lambda inputs: model(inputs, training=training))
    graph = function.get_concrete_function(spec).graph.as_graph_def()
    inside = [node for part in graph.library.function for node in part.node_def]
    return tuple(
        collections.Counter(n.op for n in nodes if n.op not in _BOOKKEEPING)
        for nodes in (graph.node, inside)
    )


def _listed(operations):
    return markdown.codes(sorted(operations)) or "none"


def _variables(example):
    rows = []
    for wrapper in technique.collect_connection_prunable_layers(example.wrapped):
        own = {id(v): slot.path for slot in wrapper.slots for v in slot.state.values()}
        inner = {id(weight) for weight in wrapper.layer.weights}
        for variable in wrapper.weights:
            if id(variable) not in inner:
                rows.append(
                    (
                        f"`{variable.name}`",
                        f"`{list(variable.shape)}`",
                        variable.dtype.name,
                        own.get(id(variable), "the layer"),
                    )
                )
    return markdown.table(("variable", "shape", "dtype", "kept for"), rows)


def _stripped(example):
    rows = []
    for layer in example.stripped.layers:
        shapes = [f"`{list(weight.shape)}`" for weight in layer.weights]
        weights = ", ".join(shapes) or "none"
        rows.append((f"`{layer.name}`", f"`{type(layer).__name__}`", weights))
    counts = [m.count_params() for m in (example.original, example.stripped)]
    return (
        f"{markdown.table(('layer', 'class', 'weights'), rows)}\n\n"
        "Parameters: {:,} before, {:,} now.".format(*counts)
    )


def _tflite(example):
    rows = []
    for name in ("float", "int8"):
        for operator in flatbuffer.list_operators(_convert(example, name)):
            for weight in operator.weights or [None]:
                rows.append((name, f"`{operator.name}`", *_cells(weight)))
    header = ("conversion", "operator", "weight", "type", "zeros", "values per channel")
    sparse = flatbuffer.analyze(_convert_sparse(example.stripped))
    return (
        f"{markdown.table(header, rows)}\n\n"
        "With `tf.lite.Optimize.EXPERIMENTAL_SPARSITY` the converter encodes "
        f"{sparse['sparse_tensors']} of the weights as sparse."
    )


def _cells(weight):
    if weight is None:
        return ("none", "", "", "")
    return (
        f"`{list(weight.shape)}`",
        weight.dtype,
        f"{weight.zero_fraction:.2f}",
        "{} to {}".format(*weight.values_per_channel),
    )


def _convert(example, name):
    return conversion.convert(example.stripped, name, example.inputs)


def _convert_sparse(model):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.EXPERIMENTAL_SPARSITY]
    return converter.convert()


def _agreement(example):
    stripped = example.stripped.predict_on_batch(example.inputs)
    converted = _run(_convert(example, "float"), example.inputs)
    rows = [
        ("wrapped in inference, and stripped", example.outputs, stripped, 1e-6),
        ("stripped in Keras, and as float `.tflite`", stripped, converted, 1e-5),
    ]
    for name, one, other, bound in rows:
        difference = np.max(np.abs(one - other))
        if not difference <= bound:
            raise ValueError(f"The outputs differ by {difference}: {name}.")
    return markdown.table(
        ("outputs of the example", "largest difference"),
        [(name, f"below {bound:.0e}") for name, _, _, bound in rows],
    )


def _run(content, inputs):
    """Runs a `.tflite` file on a batch, one example after the other."""
    runner = interpreter.Interpreter(model_content=content)
    runner.allocate_tensors()
    [given], [made] = runner.get_input_details(), runner.get_output_details()
    outputs = []
    for values in inputs:
        runner.set_tensor(given["index"], values[np.newaxis])
        runner.invoke()
        outputs.append(runner.get_tensor(made["index"])[0])
    return np.stack(outputs)


def _level(example):
    report = technique.report_connection_pruning(example.wrapped)
    rows = [
        (
            f"`{row.name}`",
            "none" if row.level is None else f"{row.level:.2f}",
            f"{row.parameters:,}",
            f"{row.stripped_parameters:,}",
        )
        for row in report.layers
    ]
    header = ("`name`", "`level`", "`parameters`", "`stripped_parameters`")
    return markdown.table(header, rows)
