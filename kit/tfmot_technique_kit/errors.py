"""The errors that a user can fix."""

import pydantic


class UserError(ValueError):
    """Something is wrong that the user can fix; the message is one line that says how."""


def in_one_line(error: pydantic.ValidationError) -> str:
    """Returns where data are wrong and why, such as 'training.epochs: Field required'."""
    first, *others = error.errors(include_url=False)
    place = ".".join(map(str, first["loc"])) or "the whole"
    more = f" (and {len(others)} more)" if others else ""
    message = " ".join(first["msg"].removeprefix("Value error, ").split())
    return f"{place}: {message}{more}"
