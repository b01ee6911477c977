"""The files that runs leave: one JSON each, written as a whole.

`run_schema.json` says what is in one. Tables and plots are made of these files alone. Nothing edits
one afterwards, but that latency and memory, null until then, are measured; see `latencies`.
"""

import functools
import hashlib
import json
import math
import os
import re
from pathlib import Path
from typing import Any

import jsonschema

from tfmot_technique_kit import files
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.switch import Switch

_SCHEMA = Path(__file__).with_name("run_schema.json")


def fingerprint(value: Any) -> str:
    """Returns the SHA-256 of what JSON can hold, as its canonical JSON: keys are sorted."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def run_id(resolved_config: dict[str, Any], **identity: Any) -> str:
    """Returns the identity of a run: equal for two that would do the same.

    What counts is the whole configuration, and task, profile, variant, seed, strategy, device.
    """
    return fingerprint({"config": resolved_config, **identity})


def path_of(folder: Path, run: dict[str, Any]) -> Path:
    """Returns the path of a run's file in a folder, of a planned run too."""
    parts = (run["task"], run["profile"], run["variant"]["name"], *Switch.of(run).parts)
    name = "_".join(map(str, (*parts, run["seed"], run["run_id"][:8])))
    return Path(folder, f"{name}.json")


def write(folder: Path, run: dict[str, Any]) -> Path:
    """Writes a run, as in `run_schema.json`, into a folder, as a whole or not at all.

    Returns:
        The path of the file.

    Raises:
        UserError: The run is not as the schema says, or the file cannot be written.
    """
    _validate(run, "This run")
    path = path_of(folder, run)
    try:
        return files.write(path, json.dumps(run, indent=2, allow_nan=False) + "\n")
    except OSError as error:
        raise UserError(f"Cannot write {path}: {error.strerror or error}.") from error


def load(path: Path) -> dict[str, Any]:
    """Reads a run, a dict as in `run_schema.json`.

    Raises:
        FileNotFoundError, UserError: The file is missing, broken or no run; one line names it.
    """
    try:
        run = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is not JSON ({error}): remove it and run it again.") from error
    except IsADirectoryError as error:
        raise UserError(f"{path} is a folder, and the file of a run is expected.") from error
    _validate(run, path)
    return run


def load_all(folder: Path) -> list[dict[str, Any]]:
    """Reads all runs of a folder, which may be missing, in the order of their names.

    What a killed writer left is ignored, and folders.

    Raises:
        UserError: A file is broken or no run; one line names file and field.
    """
    return [load(path) for path in sorted(Path(folder).glob("[!.]*.json")) if path.is_file()]


def in_one_line(error: Exception, root: Path) -> str:
    """Returns what an error says, short enough for a table.

    Of an error in a traced function that is its cause, which TensorFlow quotes below the code.
    Folders of this machine, such as the project's, are left out: documents show runs.
    """
    causes = re.findall(r"^\s*(\w*Error: .*)$", str(error), re.MULTILINE)
    kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
    text = " ".join((causes[-1] if causes else f"{kind}{error}").split())
    text = re.sub(r'[^\s"\'(]*/(?=site-packages/)', "", text).replace(f"{root}{os.sep}", "")
    return text if len(text) <= 400 else f"{text[:399]}…"


@functools.cache
def schema() -> dict[str, Any]:
    """Returns the JSON schema of a run file."""
    return json.loads(_SCHEMA.read_text(encoding="utf-8"))


def _validate(run: Any, source: str | Path) -> None:
    error = jsonschema.exceptions.best_match(_validator().iter_errors(run))
    if error is not None:
        field = ".".join(map(str, error.absolute_path)) or "the whole"
        message = " ".join(error.message.split())
        if len(message) > 200:
            message = f"... {message[-200:]}"
        raise UserError(f"{source} is not as {_SCHEMA.name} says, in {field}: {message}.")


@functools.cache
def _validator() -> Any:
    base = jsonschema.Draft202012Validator
    # A loss that is not a number is a failed run, and no number in JSON either.
    types = base.TYPE_CHECKER.redefine("number", _is_finite_number)
    return jsonschema.validators.extend(base, type_checker=types)(schema())


def _is_finite_number(_: Any, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
