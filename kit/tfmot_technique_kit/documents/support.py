"""Asks registry and algorithm what the technique works on in each layer."""

from typing import Any

import tensorflow as tf

from tfmot_technique_kit import markdown
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.project import Project

Shapes = list[tuple[int, ...]]


def render(project: Project) -> str:
    """Returns a table of the built-in layers, by what the technique works on.

    Raises:
        UserError: If the registry knows a layer that `test_layers.py` has no example of.
    """
    registry, examples = project.module("registry"), _examples(project.module("test_layers"))
    lists = ("_WEIGHTS", "_ACTIVATIONS", "_MAY_ACTIVATE", "_RNN_LAYERS", "_WRAPPERS")
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in sorted({name for each in lists for name in getattr(registry, each)}):
        if name not in examples:
            message = f"registry.py knows {name}, test_layers.py has no example of it"
            raise UserError(f"{message}; add one there.")
        algorithm = project.api.Algorithm()
        groups.setdefault(_works_on(algorithm, *examples[name]), []).append(name)
    nothing = groups.pop((), [])
    rows = [(markdown.codes(names), markdown.codes(on)) for on, names in groups.items()]
    rows.append((markdown.codes(nothing), "nothing: they compute as before"))
    return markdown.table(("layers", "the technique works on"), rows)


def _examples(test_layers: Any) -> dict[str, tuple[keras.layers.Layer, Shapes]]:
    """Maps the name of a layer to a layer and the shapes of its inputs, without batch."""
    shapes = {name: shape for name, _, shape, _ in test_layers.WITH_WEIGHTS}
    shapes |= {"DepthwiseConv1D": (6, 3), "DepthwiseConv2D": (6, 6, 3)}
    found = {name: (create(), [shape]) for name, create, shape, _ in test_layers.WITH_WEIGHTS}
    found["MultiHeadAttention"] = (keras.layers.MultiHeadAttention(2, 3), [(4, 3), (4, 3)])
    for name in test_layers.ARE_ACTIVATIONS:
        arguments = test_layers.WITHOUT_WEIGHTS[name]
        found[name] = (getattr(keras.layers, name)(*arguments), [(3,)])
    for create in test_layers.MAY_ACTIVATE:
        layer = create(activation="relu")
        name = type(layer).__name__
        found[name] = (layer, [shapes.get(name, (3,))])
    return found


def _works_on(algorithm: Any, layer: keras.layers.Layer, shapes: Shapes) -> tuple[str, ...]:
    """Returns the names of the weights or outputs that an algorithm works on."""
    layer(*(tf.zeros([1, *shape]) for shape in shapes))
    if not algorithm.accepts(layer):
        return ()
    slots = algorithm.target.find_slots(layer, tf.TensorShape([None, *shapes[0]]))
    # Layers inside of others repeat the names.
    return tuple(dict.fromkeys(slot.name for slot in slots))
