"""Rules for the public API, read from the code without running it."""

import ast
import re
from collections.abc import Iterator

from tfmot_technique_kit import pages
from tfmot_technique_kit.documents import api
from tfmot_technique_kit.manifest import NAME, Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness.common import read


def check_exports(project: Project, component: Component) -> Iterator[Problem]:
    """Finds symbols that users of TFMOT expect, or that are not defined."""
    (file,) = component.files
    symbols, roles = api.exports(project), project.manifest.roles
    for name in (project.technique.entry, roles.strip, roles.scope):
        if name not in symbols:
            yield Problem(f"does not export {name}, as the techniques of TFMOT do", file.path)
    for name, symbol in symbols.items():
        if symbol.definition is None:
            module = pages.name_of(project.root, symbol.path)
            yield Problem(f"{module} does not define {name}", file.path, symbol.line)


def check_docstrings(project: Project, _: Component) -> Iterator[Problem]:
    """Finds exported symbols, and their public methods, without docstring."""
    for name, symbol in api.exports(project).items():
        for called, node in _public(name, symbol.definition).items():
            if not ast.get_docstring(node):
                path = pages.name_of(project.root, symbol.path)
                yield Problem(f"{called} has no docstring", path, node.lineno)


def check_tests(project: Project, _: Component) -> Iterator[Problem]:
    """Finds exported symbols that no test speaks of."""
    tests = "\n".join(
        read(project, file.path)
        for file in project.manifest.files
        if re.search(r"(^|/)test_[^/]*\.py$|_test\.py$", file.path) and file.upstream
    )
    for name, symbol in api.exports(project).items():
        if not re.search(rf"\b{name}\b", tests):
            yield Problem(f"no test uses {name}", pages.name_of(project.root, symbol.path))


def check_modules(project: Project, component: Component) -> Iterator[Problem]:
    """Finds modules of the package that the manifest does not list."""
    listed = {file.path for file in project.manifest.files}
    for path in sorted((project.root / project.technique.package).rglob("*.py")):
        name = pages.name_of(project.root, path)
        if name not in listed:
            yield Problem(f"is not in {NAME}; add it to {component.name!r}", name)


def _public(name: str, node: ast.stmt | None) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    """Returns a function or class, and its public methods, by what they are called."""
    found: dict[str, ast.FunctionDef | ast.ClassDef] = {}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        found[name] = node
    for method in node.body if isinstance(node, ast.ClassDef) else ():
        if isinstance(method, ast.FunctionDef) and method.name[0] != "_":
            # A setter shares the docstring of its property.
            found.setdefault(f"{name}.{method.name}", method)
    return found
