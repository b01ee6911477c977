"""The rule for the algorithm: is it the contributor's?

The kit knows the algorithms that projects begin with, and their tests, by fingerprints of
their functions. This adds those of projects as they are generated:

    python -m tfmot_technique_kit.readiness.algorithm PROJECT...
"""

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from tfmot_technique_kit import files
from tfmot_technique_kit.manifest import Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness.common import read

# A line for each: the kind of the technique, the name of the file, then the fingerprints.
_BASELINES = Path(__file__).with_name("baselines.txt")


def check_replaced(project: Project, component: Component) -> Iterator[Problem]:
    """Finds the baseline in the place of the algorithm, or its tests."""
    for file in component.files:
        name = PurePosixPath(file.path).name
        mine = fingerprints(read(project, file.path) or "")
        # More functions beside them, other names or comments make no other algorithm.
        if any(mine.issuperset(known) for known in _known(name)):
            message = "is still the baseline; replace the bodies of the methods by yours"
            if name.endswith("_test.py"):
                message = "still tests the baseline; test your algorithm"
            yield Problem(message, file.path)


def fingerprints(source: str) -> set[str]:
    """Returns one for each function: of its name, arguments and code, not of its layout.

    Args:
        source: Text of a Python file.

    Raises:
        SyntaxError: It is none.
    """
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]
    for function in functions:
        if ast.get_docstring(function) is not None:
            del function.body[0]
    return {hashlib.sha256(_dump(f).encode()).hexdigest()[:12] for f in functions}


def add(projects: Iterable[Project]) -> None:
    """Adds the algorithms of freshly generated projects to those that the kit knows."""
    lines = set(_BASELINES.read_text(encoding="utf-8").splitlines())
    for project in projects:
        for file in project.manifest.component("algorithm").files:
            found = sorted(fingerprints(read(project, file.path) or ""))
            name = PurePosixPath(file.path).name
            lines.add(" ".join([project.technique.kind, name, *found]))
    files.write(_BASELINES, "\n".join(sorted(lines)) + "\n")


def _known(name: str) -> list[list[str]]:
    lines = _BASELINES.read_text(encoding="utf-8").splitlines()
    return [words[2:] for words in map(str.split, lines) if words[1] == name]


def _dump(node: Any) -> str:
    """Returns a syntax tree as text, the same in all versions of Python.

    `ast.dump` shows empty fields in some, and each version has fields of its own.
    """
    if isinstance(node, list):
        return f"[{','.join(map(_dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [
        f"{name}={_dump(value)}"
        for name, value in ast.iter_fields(node)
        if value not in (None, []) and name not in ("ctx", "kind", "type_comment")
    ]
    return f"{type(node).__name__}({','.join(fields)})"


if __name__ == "__main__":
    add(map(Project, sys.argv[1:]))
