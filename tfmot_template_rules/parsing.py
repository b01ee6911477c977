"""Checks that what is generated can be read as what it is. Nothing of it is executed."""

import importlib
import importlib.util
import json
import warnings
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from tfmot_template_rules.asking import RefusedError


def check(text: str, name: str) -> None:
    """Checks the text of a file.

    Raises:
        RefusedError: If it is not what the file's name says.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an invalid "\ " in a string
            _PARSERS.get(PurePath(name).suffix, str)(text)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise RefusedError(f"ERROR: {name}: {reason}") from error


def _python(text: str) -> None:
    compile(text, "<generated>", "exec", dont_inherit=True)


def _toml(text: str) -> None:
    for module in ("tomllib", "tomli"):  # Python 3.10 may have neither
        if importlib.util.find_spec(module):
            importlib.import_module(module).loads(text)
            return


def _yaml(text: str) -> None:
    import yaml  # Cookiecutter reads its configuration with it

    yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _notebook(text: str) -> None:
    import nbformat

    nbformat.validate(json.loads(text))


_PARSERS: dict[str, Callable[[str], Any]] = {
    ".py": _python,
    ".json": json.loads,
    ".toml": _toml,
    ".yml": _yaml,
    ".yaml": _yaml,
    ".cff": _yaml,
    ".ipynb": _notebook,
}
