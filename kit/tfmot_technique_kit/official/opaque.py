"""Applies a technique inside of layers that it does not know.

A technique wraps the layers of a Functional model by cloning it. Official Models hide most of
theirs in attributes of layers such as `TransformerEncoderBlock`. Those are replaced where they
are: each innermost layer that the technique supports by its wrapper, and back.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.project import Api

_Layer = keras.layers.Layer
_Change = Callable[[_Layer], _Layer]


def apply(api: Api, model: keras.Model, **arguments: Any) -> keras.Model:
    """Wraps all layers of a model that a technique supports, at any depth.

    Layers with weights of their own that it does not support, such as `OnDeviceEmbedding`,
    stay as they are.

    Args:
        api: That of the technique: `Project.find().api`.
        model: A built Functional or Sequential model. Its opaque layers are changed in place:
            build another one to go on without the technique.
        **arguments: Arguments of `api.apply`, such as `schedule`.

    Returns:
        A new model without optimizer. It shares the weights.

    Raises:
        UserError: If the model is neither, or the technique supports none of its layers.
    """
    if not _is_graph(model):
        raise UserError(
            "Expected a Functional or Sequential `keras.Model`. You passed an object of type "
            f"{type(model).__name__}: make a Functional model of its parts."
        )

    def wrap(layer: _Layer):
        return api.apply(layer, policy=api.SkipUnsupportedLayers(), **arguments)

    _replace_inside(api, model, wrap)
    wrapped = wrap(model)
    if not find_wrappers(api, wrapped):
        raise UserError(
            f"The technique supports no layer of {model.name}, not even inside of its layers: give "
            "some the method of its interface for custom layers."
        )
    return wrapped


def strip(api: Api, model: keras.Model) -> keras.Model:
    """Removes the wrappers that `apply` has put into a model. Returns a new model without them.

    Opaque layers are changed in place. A layer that becomes several is a `keras.Sequential` of
    these where it was an attribute. Such a model can be converted, but not be made from its
    configuration: keep it as `.tflite` or as a SavedModel.
    """

    def unwrap(layer: _Layer):
        if isinstance(layer, keras.Model):
            return api.strip(layer)
        if not isinstance(layer, api.Wrapper):
            return layer
        layers = layer.strip()
        return layers[0] if len(layers) == 1 else keras.Sequential(layers)

    _replace_inside(api, model, unwrap)
    return api.strip(model)


def find_wrappers(api: Api, model: keras.Model) -> list[_Layer]:
    """Returns the wrappers in a model, those inside of other layers included."""
    return [layer for layer in model._flatten_layers() if isinstance(layer, api.Wrapper)]


def find_opaque(api: Api, model: keras.Model) -> Iterator[_Layer]:
    """Yields the layers, of a model and of the models in it, that a technique does not take."""
    for layer in model.layers:
        if _is_graph(layer):
            yield from find_opaque(api, layer)
        elif isinstance(layer, api.Wrapper):
            continue
        elif api.apply(layer, policy=api.SkipUnsupportedLayers()) is layer:
            yield layer


def _is_graph(layer: _Layer):
    """Returns whether a layer is a model that can be cloned."""
    return isinstance(layer, keras.Sequential) or (
        isinstance(layer, keras.Model) and layer._is_graph_network
    )


def _replace_inside(api: Api, model: keras.Model, change: _Change) -> None:
    """Replaces what is in attributes of the layers of a Functional model."""

    @functools.cache  # A layer that several hold is changed once.
    def replacement(layer: _Layer) -> _Layer:
        if _is_graph(layer):
            _replace_inside(api, layer, change)
            return change(layer)
        # Not a layer around others, such as attention: it may be called in ways that a wrapper
        # does not take, `query=` for one.
        inner = any(True for _ in layer._flatten_layers(recursive=False, include_self=False))
        if isinstance(layer, api.Wrapper) or not inner:
            return change(layer)
        replace_attributes(layer)
        return layer

    def replace(part: Any) -> Any:
        return replacement(part) if isinstance(part, _Layer) else part

    def replace_attributes(owner: _Layer) -> None:
        held = {
            name: value
            for name, value in vars(owner).items()
            # The others are those in which Keras keeps track of the same layers.
            if not name.startswith("_self_")
            and isinstance(value, (_Layer, list, tuple, dict))
            and any(isinstance(part, _Layer) for part in tf.nest.flatten(value))
        }
        # All are taken away first, and come back in their order: it is that of `get_weights`.
        for name in held:
            delattr(owner, name)
        for name, value in held.items():
            setattr(owner, name, tf.nest.map_structure(replace, value))

    for layer in find_opaque(api, model):
        replace_attributes(layer)
