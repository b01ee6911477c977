"""Generates a technique from answers in the environment, for a workflow that is run by hand.

ANSWERS is JSON: the answers by prompt, and those under "more", which is JSON in a text.
OUT is the folder in which the project is made.
"""

import json
import os
import sys

from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter

from maintenance.rendered_diff import ROOT


def answers(text: str) -> dict[str, str]:
    """Returns the answers by prompt.

    Raises:
        ValueError: If the other answers are no JSON object.
    """
    given = json.loads(text)
    more = given.pop("more", None) or "{}"
    try:
        other = json.loads(more)
    except json.JSONDecodeError:
        other = None
    if not isinstance(other, dict):
        raise ValueError(f'{more!r} is not JSON like {{"verb": "slice"}}')
    return {**given, **other}


def main() -> int:
    """Generates the project; returns 1 if an answer is not valid."""
    try:
        given = answers(os.environ["ANSWERS"])
        cookiecutter(str(ROOT), no_input=True, extra_context=given, output_dir=os.environ["OUT"])
    except (FailedHookException, ValueError) as error:
        print(f"ERROR: {str(error).removeprefix('ERROR: ')}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
