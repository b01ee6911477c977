"""Hyper-parameters: one YAML file for each task and profile."""

import json
import pathlib

import jsonschema
import yaml

FOLDER = pathlib.Path(__file__).parent / "configs"
_SCHEMA = json.loads(pathlib.Path(__file__).with_name("config_schema.json").read_text())


def list_tasks(profile):
    """Returns the names of the tasks that have a profile.

    Args:
        profile: String, such as `smoke`.

    Raises:
        ValueError: If no task has the profile.
    """
    suffix = f"_{profile}"
    tasks = [
        path.stem.removesuffix(suffix)
        for path in sorted(FOLDER.glob("*.yaml"))
        if path.stem.endswith(suffix)
    ]
    if not tasks:
        profiles = sorted({p.stem.split("_")[-1] for p in FOLDER.glob("*.yaml")})
        raise ValueError(f"There is no profile {profile!r}. Choose one of {', '.join(profiles)}.")
    return tasks


def load(task, profile, changes=()):
    """Reads the hyper-parameters of a task.

    Args:
        task: Name of the task, such as `bert`.
        profile: Name of the profile, such as `smoke`.
        changes: List of strings such as `training.epochs=3`, the value as in YAML.

    Returns:
        The hyper-parameters, a dict as in the file.

    Raises:
        ValueError: In one line, if there is no such task, or a value is wrong.
    """
    if task not in list_tasks(profile):
        raise ValueError(
            f"There is no task {task!r} with the profile {profile!r}. "
            f"Choose one of {', '.join(list_tasks(profile))}."
        )
    path = FOLDER / f"{task}_{profile}.yaml"
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        for change in changes:
            _change(config, change)
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: {' '.join(str(error).split())}") from error
    check(config, path.name)
    return config


def check(config, name) -> None:
    """Checks hyper-parameters, but for those that the task checks.

    Args:
        config: What the file holds.
        name: What to call it in an error.

    Raises:
        ValueError: In one line, if a value is missing or wrong.
    """
    validator = jsonschema.Draft202012Validator(_SCHEMA)
    error = jsonschema.exceptions.best_match(validator.iter_errors(config))
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "the file"
        raise ValueError(f"{name}: {place}: {error.message}.")


def _change(config, change):
    path, is_there, value = change.partition("=")
    *parents, key = path.split(".")
    section = config
    for parent in parents:
        section = section.get(parent) if isinstance(section, dict) else None
    if not is_there or not isinstance(section, dict) or key not in section:
        raise ValueError(
            f"Cannot set {change!r}: expected a key of the file, such as `training.epochs=3`."
        )
    section[key] = yaml.safe_load(value)
