"""The files that runs leave: one JSON each, which nothing edits afterwards.

`run_schema.json` says what is in one. Tables and plots are made of these files
alone.
"""

import functools
import hashlib
import json
import math
import os
import pathlib
import re
import uuid

import jsonschema

_ROOT = pathlib.Path(__file__).parent.parent
_SCHEMA = pathlib.Path(__file__).with_name("run_schema.json")
_MESSAGE_LENGTH = 200


def fingerprint(value):
    """Returns the sha256 of a value, in hex, as its canonical JSON.

    Args:
        value: What JSON can hold. The order of keys does not matter.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def run_id(resolved_config, **identity):
    """Returns the identity of a run: equal for two that would do the same.

    Args:
        resolved_config: The configuration with all its values.
        **identity: What else tells runs apart: task, profile, variant, seed,
            strategy, device.
    """
    return fingerprint({"config": resolved_config, **identity})


def path_of(folder, run):
    """Returns the path of a run's file.

    Args:
        folder: Where run files are.
        run: The run, or a dict with what the name is made of: task, profile, seed,
            run_id and the name of the variant.
    """
    parts = (run["task"], run["profile"], run["variant"]["name"], run["seed"])
    name = "_".join(map(str, (*parts, run["run_id"][:8])))
    return pathlib.Path(folder, f"{name}.json")


def write(folder, run):
    """Writes a run as a whole or not at all.

    Args:
        folder: Where run files are; it is made if needed.
        run: A dict as in `run_schema.json`.

    Returns:
        The path of the file.

    Raises:
        ValueError: The run is not as the schema says.
    """
    _validate(run, "This run")
    path = path_of(folder, run)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own for each writer, in the same folder: there, replacing is
    # one step, whoever else writes and whenever this process is killed.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(run, file, indent=2, allow_nan=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def load(path):
    """Reads a run.

    Args:
        path: Path of its file.

    Returns:
        The run, a dict as in `run_schema.json`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is broken or no run; one line names file and field.
    """
    try:
        run = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}): remove it and run it again.") from error
    _validate(run, path)
    return run


def load_all(folder):
    """Reads all runs of a folder, in the order of their names.

    Args:
        folder: Where run files are. What a killed writer left is ignored.

    Returns:
        A list of runs; empty if there is no such folder.

    Raises:
        ValueError: A file is broken or no run; one line names file and field.
    """
    return [load(path) for path in sorted(pathlib.Path(folder).glob("[!.]*.json"))]


def in_one_line(error):
    """Returns what an error says, short enough for a table.

    Of an error in a traced function that is its cause, which TensorFlow quotes
    below the code. Folders of this machine are left out: documents show runs.
    """
    causes = re.findall(r"^\s*(\w*Error: .*)$", str(error), re.MULTILINE)
    text = causes[-1] if causes else f"{type(error).__name__}: {error}"
    text = " ".join(text.split())
    text = re.sub(r'[^\s"\'(]*/(?=site-packages/)', "", text)
    text = text.replace(f"{_ROOT}{os.sep}", "")
    return text if len(text) <= 400 else f"{text[:399]}…"


@functools.lru_cache
def schema():
    """Returns the JSON schema of a run file."""
    return json.loads(_SCHEMA.read_text(encoding="utf-8"))


def _validate(run, source):
    error = jsonschema.exceptions.best_match(_validator().iter_errors(run))
    if error is not None:
        field = ".".join(map(str, error.absolute_path)) or "the whole"
        message = " ".join(error.message.split())
        if len(message) > _MESSAGE_LENGTH:
            message = f"... {message[-_MESSAGE_LENGTH:]}"
        raise ValueError(f"{source} is not as {_SCHEMA.name} says, in {field}: {message}.")


@functools.lru_cache
def _validator():
    base = jsonschema.Draft202012Validator
    # A loss that is not a number is a failed run, and no number in JSON either.
    types = base.TYPE_CHECKER.redefine("number", _is_finite_number)
    return jsonschema.validators.extend(base, type_checker=types)(schema())


def _is_finite_number(_, value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
