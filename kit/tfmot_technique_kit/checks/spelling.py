"""Checks of the spelling, and for traces of the template."""

import re

from tfmot_technique_kit.checks import commands, files
from tfmot_technique_kit.checks.problem import Problem

_TEXTS = (".md", ".ipynb", ".py")
_TYPO = re.compile(r"(?:\./)?(.+?):(\d+): (.+ ==> .+)")
# What a placeholder of the template looks like, or of a usual one.
_PLACEHOLDER = re.compile(r"<[<]\s*cookiecutter\b|\{[{]\s*cookiecutter\b|<[%#] [^\n]*? [%#]>")


def check_spelling(root):
    """Checks documents and code for common misspellings, with codespell.

    Words that are meant are in pyproject.toml.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    names = [files.name_of(root, path) for path in files.find(root, *_TEXTS)]
    found = commands.run(root, "codespell_lib", *names)
    typos = (_TYPO.fullmatch(line) for line in found.stdout.splitlines())
    return [Problem(t[1], int(t[2]), f"{t[3]}?") for t in typos if t]


def check_leftovers(root):
    """Checks that no placeholder of the template is left.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    problems = []
    for path in files.find(root, *_TEXTS, ".toml", ".yaml", ".yml", ".cff"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            left = _PLACEHOLDER.search(line)
            if left:
                message = f"{left.group()!r} is a placeholder of a template."
                problems.append(Problem(files.name_of(root, path), number, message))
    return problems
