"""Rules for the algorithm, and for what documents say of the baseline: are they the contributor's?

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

from tfmot_technique_kit import blocks, files
from tfmot_technique_kit.manifest import Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness.common import read, texts

# A line for each: the kind of the technique, the name of the file, then the fingerprints.
_BASELINES = Path(__file__).with_name("baselines.txt")
_PASSAGE = "baseline"  # the kind of the markers around what is about the baseline


def check_replaced(project: Project, component: Component) -> Iterator[Problem]:
    """Finds the baseline in the place of the algorithm, or its tests."""
    for file in component.files:
        if _is_baseline(project, file.path):
            message = "is still the baseline; replace the bodies of the methods by yours"
            if file.path.endswith("_test.py"):
                message = "still tests the baseline; test your algorithm"
            yield Problem(message, file.path)


def check_passages(project: Project, component: Component) -> Iterator[Problem]:
    """Finds passages that are true of the baseline alone, when the algorithm is another.

    They stand between `<!-- baseline: begin NAME -->` and `<!-- baseline: end -->`.
    """
    parts = (part for part in project.manifest.components if part.name == "algorithm")
    code = (file.path for part in parts for file in part.files)
    if any(_is_baseline(project, path) for path in code if not path.endswith("_test.py")):
        return
    for path, text in texts(project, component.files, ".md"):
        line = 1
        for name, lines in blocks.split(path, text, _PASSAGE):
            if name is not None:
                message = (
                    f"the passage {name!r} is about the baseline; rewrite it for your algorithm, "
                    "or delete it, and remove the two markers"
                )
                yield Problem(message, path, line)
            line += len(lines)


def _is_baseline(project: Project, path: str) -> bool:
    """Tells whether a file has all functions of a baseline.

    More functions beside them, other names or comments make no other algorithm.
    """
    source = read(project, path)
    # Baselines of earlier versions are known with the level of their kind.
    mine = fingerprints(source) | fingerprints(source, project.technique.level)
    return any(mine.issuperset(known) for known in _known(PurePosixPath(path).name))


def fingerprints(source: str, level: str = "") -> set[str]:
    """Returns one for each function: of its name, arguments and code, not of its layout.

    With a level, what a schedule controls, they are the same for each such word.

    Raises:
        SyntaxError: If the source is no Python.
    """
    nodes = list(ast.walk(ast.parse(source)))
    for node in nodes:
        if level and isinstance(node, ast.Constant) and node.value == level:
            node.value = "level"
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    for function in functions:
        if ast.get_docstring(function) is not None:
            del function.body[0]
    return {hashlib.sha256(_dump(f).encode()).hexdigest()[:12] for f in functions}


def add(projects: Iterable[Project]) -> None:
    """Adds the algorithms of freshly generated projects to those that the kit knows."""
    lines = set(_BASELINES.read_text(encoding="utf-8").splitlines())
    for project in projects:
        for path, source in texts(project, project.manifest.component("algorithm").files):
            found = sorted(fingerprints(source, project.technique.level))
            lines.add(" ".join([project.technique.kind, PurePosixPath(path).name, *found]))
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
