"""Checks the options of a task against the types of a dataclass."""

import dataclasses
import typing


def parse(cls, options, task):
    """Makes an instance of a dataclass of the options of a task.

    Args:
        cls: A dataclass. Its fields have the type `int` (a positive number),
            `float` (a number that is not negative), `str`, `bool`, a `Literal`, or
            one of these or None.
        options: Dict of options.
        task: Name of the task, for messages.

    Returns:
        A `cls`.

    Raises:
        ValueError: If an option is missing, unknown or of another type.
    """
    if not isinstance(options, dict):
        raise ValueError(
            f"The options of the task {task} must be a mapping. You gave: {options!r}."
        )
    types = typing.get_type_hints(cls)
    required = [
        field.name for field in dataclasses.fields(cls) if field.default is dataclasses.MISSING
    ]
    unknown = [str(key) for key in options if key not in types]
    missing = [key for key in required if key not in options]
    for kind, names in (("unknown", unknown), ("missing", missing)):
        if names:
            raise ValueError(
                f"The task {task} has {kind} options: {', '.join(names)}. It takes: "
                f"{', '.join(types)}."
            )
    for key, value in options.items():
        if not _fits(value, types[key]):
            raise ValueError(
                f"The option {key} of the task {task} must be "
                f"{_describe(types[key])}. You gave: {value!r}."
            )
    return cls(**options)


def _fits(value, hint):
    if typing.get_origin(hint) is typing.Literal:
        return value in typing.get_args(hint)
    if typing.get_args(hint):
        return any(_fits(value, inner) for inner in typing.get_args(hint))
    if isinstance(value, bool):
        return hint is bool
    if hint is float:
        return isinstance(value, (int, float)) and value >= 0
    return isinstance(value, hint) and (hint is not int or value > 0)


def _describe(hint):
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(typing.get_args(hint))
    if typing.get_args(hint):
        return " or ".join(_describe(inner) for inner in typing.get_args(hint))
    return {
        int: "a positive whole number",
        float: "a number that is not negative",
        str: "a text",
        bool: "true or false",
    }.get(hint, "null")
