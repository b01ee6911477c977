"""Checks that what is rendered into documents is up to date."""

import re

from tfmot_technique_kit.checks import commands
from tfmot_technique_kit.checks.problem import Problem

# Commands that render blocks of documents, and can compare instead.
_RENDERERS = {
    "experiments/report": ["experiments", "report", "--check"],
    "tools/documents": ["tools.documents", "--check"],
    "tools/readiness": ["tools.readiness", "--check"],
    "tools/release": ["tools.release", "--check"],
}
_LINE = re.compile(r"(?:Error: )?([\w./-]+\.\w+)(?::(\d+))?: (.+)")


def check_rendered(root):
    """Checks that results and facts of the code in documents are current.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    problems = []
    for name, command in _RENDERERS.items():
        if not list(root.glob(f"{name}*")):
            continue  # The project has none of these blocks.
        found = commands.run(root, *command)
        if not found.returncode:
            continue  # Libraries may warn of something else.
        lines = map(_LINE.fullmatch, found.stderr.splitlines())
        stale = [
            Problem(line[1], line[2] and int(line[2]), line[3])
            for line in lines
            if line and (root / line[1]).is_relative_to(root)
        ]
        problems += stale or [Problem(name, None, commands.last(found))]
    return problems
