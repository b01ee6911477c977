"""Second line of defence: stops if a bad answer got past the prompts.

Marks a new folder as incomplete; the hook after generation takes the mark away.

The prompts validate every answer through the template's Jinja extension, with better
messages. This hook also holds where somebody calls Cookiecutter's functions directly.
It is rendered to a temporary file before it runs, so it cannot see its neighbours.
"""

import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

INCOMPLETE = ".incomplete"


def find_problem(context: dict[str, Any]) -> str | None:
    """Tells what is wrong with the answers, or returns None.

    Args:
        context: The answers and derived names; `_template_root` is the template's
            folder, with the rules in it.
    """
    sys.dont_write_bytecode = True
    sys.path.insert(0, context["_template_root"])
    try:
        from tfmot_template_rules import answers
    except ImportError:
        # Without the rules, at least nothing is written outside the project folder.
        slug = str(context.get("technique_slug"))
        safe = re.fullmatch("[a-z][a-z0-9_]{1,39}", slug)
        return None if safe else f"technique_slug {json.dumps(slug)} is not a valid name"
    finally:
        sys.path.remove(context["_template_root"])
    for key in answers.PROMPTS:
        problem = answers.find_problem(key, context.get(key), context)
        if problem:
            return f"{key} {problem.reason}"
    return None


def main(context: dict[str, Any], root: Path) -> int:
    """Runs the hook on the project's folder and returns its exit status."""
    problem = find_problem(context)
    if problem:
        print(f"ERROR: {problem}", file=sys.stderr)
        return 1
    if not any(root.iterdir()):
        (root / INCOMPLETE).touch()
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback: Cookiecutter says it
    CONTEXT = json.loads(
        r"""<<dict(cookiecutter, _template_root=template_root|default(''))|jsonify>>"""
    )
    sys.exit(main(CONTEXT, Path.cwd()))
