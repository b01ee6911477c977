"""Compares the API of a generated technique with that of TFMOT's pruning.

Run in the environment of a generated project, as `python symmetry.py PACKAGE NAMES`, where
NAMES is JSON with the derived names. The pairs, and the differences that have a reason, are
in `symmetry.toml`. Prints a line for each difference that has none.
"""

import importlib
import inspect
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAIRS = Path(__file__).with_name("symmetry.toml")


def find(module: Any, path: str) -> Any:
    """Returns a symbol, or a method of one; None if there is none."""
    for name in path.split("."):
        module = getattr(module, name, None)
    return module


def named(text: str, names: dict[str, str]) -> str:
    """Puts the names of a technique into a text."""
    return re.sub(r"<(\w+)>", lambda match: names[match[1]], text)


def defaults(value: Any) -> dict[str, str]:
    """Returns the parameters with their defaults; those that are objects are all alike."""
    found = {}
    for parameter in inspect.signature(value).parameters.values():
        default = parameter.default
        plain = isinstance(default, (int, float, str, tuple, type(None)))
        text = repr(default) if plain else "an object"
        found[parameter.name] = "none" if default is parameter.empty else text
    return found


def differences(pair: dict[str, Any], pruning: Any, technique: Any, names: dict) -> list[str]:
    """Returns how a symbol differs from its counterpart, but for what the pair allows."""
    path = named(pair["generated"], names)
    here, there = find(technique, path), find(pruning, pair["pruning"])
    if there is None:
        return [f"{pair['pruning']} is not there any more"]
    if here is None:
        return [f"{path} is missing; it stands for {pair['pruning']}"]
    renamed = {old: named(new, names) for old, new in pair.get("renamed", {}).items()}
    before, now = defaults(there), defaults(here)
    expected = [renamed.get(name, name) for name in before if name not in pair.get("dropped", {})]
    found = [name for name in now if name not in pair.get("added", {})]
    lines = []
    if found != expected:
        lines.append(f"{path} takes {found}, {pair['pruning']} {expected}")
    unknown = {*pair.get("dropped", {})} - {*before} | {*pair.get("added", {})} - {*now}
    if unknown:
        lines.append(f"symmetry.toml names parameters that {path} does not have: {unknown}")
    for name, default in before.items():
        other = now.get(renamed.get(name, name), default)
        # What TFMOT makes when it is imported, the technique makes when it is needed. And
        # a call that passes all that TFMOT requires is right, whatever may be left out.
        if other != default and default != "none" and (default, other) != ("an object", "None"):
            lines.append(f"{path} has for {name} the default {other}, not {default}")
    return lines


def main(package: str, names: dict[str, str]) -> int:
    """Prints what differs; returns 1 if something does."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tensorflow_model_optimization as tfmot

    technique = importlib.import_module(f"{package}.keras")
    pairs = tomllib.loads(PAIRS.read_text(encoding="utf-8"))["symbol"]
    pruning = tfmot.sparsity.keras
    paired = {pair["pruning"] for pair in pairs}
    public = {name for name, value in vars(pruning).items() if not name.startswith("_")}
    public = {name for name in public if not inspect.ismodule(getattr(pruning, name))}
    lines = [f"symmetry.toml has no pair for {name}" for name in sorted(public - paired)]
    for pair in pairs:
        if "without" not in pair:
            lines += differences(pair, pruning, technique, names)
    print("\n".join(lines or [f"{len(pairs)} symbols of pruning have their counterparts"]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.loads(sys.argv[2])))
