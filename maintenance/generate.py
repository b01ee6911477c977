"""Generates a technique from answers in the environment, for a workflow that is run by hand.

ANSWERS is JSON: the answers by prompt, and those under "more", which is JSON in a text.
OUT is the folder in which the project is made. SOURCE is the address of this repository for
those who get the project: they install the kit from there, where they have no copy of this.
"""

import json
import os
import sys
from pathlib import Path

from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter

from maintenance.rendered_diff import ROOT
from tfmot_template_rules import kit


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


def name_source(project: Path, source: str) -> None:
    """Has a project get the kit from an address instead of from this folder."""
    context = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    here, there = (
        kit.requirement({**context, "_template": template}, ROOT, ROOT)
        for template in (str(ROOT), source)
    )
    path = project / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(here, there), encoding="utf-8")


def main() -> int:
    """Generates the project; returns 1 if an answer is not valid."""
    try:
        given, out = answers(os.environ["ANSWERS"]), os.environ["OUT"]
        made = cookiecutter(str(ROOT), no_input=True, extra_context=given, output_dir=out)
        if os.environ.get("SOURCE"):
            name_source(Path(made), os.environ["SOURCE"])
    except (FailedHookException, ValueError) as error:
        print(f"ERROR: {str(error).removeprefix('ERROR: ')}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
