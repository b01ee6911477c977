"""Finds the parts of a generated technique, whatever it calls them."""

import importlib
from types import SimpleNamespace
from typing import Any


def find(package: str) -> Any:
    """Returns what the scripts use of a technique's package, under names of their own."""
    api = importlib.import_module(f"{package}.keras")
    named = {name: getattr(api, name) for name in dir(api)}
    parts = {name.split("_")[0]: value for name, value in named.items()}
    (schedule,) = (value for name, value in named.items() if name.startswith("Constant"))
    (callback,) = (v for n, v in named.items() if n.startswith("Update") and n.endswith("Step"))
    (scope,) = (v for n, v in named.items() if n.endswith("_scope"))
    (layer,) = (v for n, v in named.items() if n.endswith("ableLayer"))
    (getter,) = layer.__abstractmethods__
    module = importlib.import_module(parts["strip"].__module__)
    return SimpleNamespace(
        compat=importlib.import_module(f"{package}.keras.compat"),
        apply=getattr(module, module.__name__.rsplit(".", maxsplit=1)[1]),
        strip=parts["strip"],
        scope=scope,
        collect=parts["collect"],
        report=parts["report"],
        Constant=schedule,
        UpdateStep=callback,
        SkipUnsupportedLayers=api.SkipUnsupportedLayers,
        getter=getter,
    )
