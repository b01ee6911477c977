"""The public API of TFMOT for pruning and clustering, as it is installed."""

import enum
import importlib.metadata
import inspect
import os
import re
from typing import Any

MODULES = ("sparsity", "clustering")


def version() -> str:
    """Returns the version of TFMOT."""
    return importlib.metadata.version("tensorflow-model-optimization")


def public() -> dict[str, str]:
    """Returns the signature of each public symbol, and of the methods of each class.

    Keys are like "sparsity.keras.PruningPolicy.allow_pruning". What a class inherits from
    Keras is not TFMOT's.
    """
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tensorflow_model_optimization as tfmot

    found = {}
    for name in MODULES:
        module = getattr(tfmot, name).keras
        for symbol, value in sorted(vars(module).items()):
            if not symbol.startswith("_") and not inspect.ismodule(value):
                found.update(_described(f"{name}.keras.{symbol}", value))
    return found


def _described(path: str, value: Any) -> dict[str, str]:
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        return {path: f": {', '.join(value.__members__)}"}
    found = {path: signature(value)}
    if inspect.isclass(value):
        for name, member in sorted(vars(value).items()):
            if not name.startswith("_") and inspect.isfunction(member):
                found[f"{path}.{name}"] = signature(member)
    return found


def signature(value: Any) -> str:
    """Returns a signature without addresses, which differ from run to run."""
    text = re.sub(r" at 0x[0-9a-f]+", "", str(inspect.signature(value)))
    return re.sub(r"<(?:[^<>]*\.)?(\w+)(?: object|: [^>]*)>", r"<\1>", text)
