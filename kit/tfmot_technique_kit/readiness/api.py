"""Rules for the public API, read from the code without running it."""

import ast
import fnmatch
import functools
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from tfmot_technique_kit.manifest import NAME, Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness.common import read


class _Symbol(NamedTuple):
    """What a module exports: by which line, from where, and its definition if there is one."""

    name: str
    line: int
    module: str
    definition: ast.stmt | None


def check_exports(project: Project, component: Component) -> Iterator[Problem]:
    """Finds symbols that users of TFMOT expect, or that are not defined."""
    (file,) = component.files
    symbols = list(_symbols(project, file.path))
    roles = project.manifest.roles
    for name in (project.technique.entry, roles.strip, roles.scope):
        if name not in {symbol.name for symbol in symbols}:
            yield Problem(f"does not export {name}, as the techniques of TFMOT do", file.path)
    for symbol in symbols:
        if symbol.definition is None:
            yield Problem(f"{symbol.module} does not define {symbol.name}", file.path, symbol.line)


def check_docstrings(project: Project, _: Component) -> Iterator[Problem]:
    """Finds exported symbols, and their public methods, without docstring."""
    (file,) = project.manifest.component("api").files
    for symbol in _symbols(project, file.path):
        for name, node in _public(symbol):
            if not ast.get_docstring(node):
                yield Problem(f"{name} has no docstring", symbol.module, node.lineno)


def check_tests(project: Project, component: Component) -> Iterator[Problem]:
    """Finds exported symbols that no test speaks of."""
    (file,) = component.files
    tests = "\n".join(
        read(project, other.path) or ""
        for other in project.manifest.files
        if _is_of_tests(posixpath.basename(other.path)) and other.upstream
    )
    for symbol in _symbols(project, file.path):
        if not re.search(rf"\b{symbol.name}\b", tests):
            yield Problem(f"no test uses {symbol.name}", symbol.module)


def _is_of_tests(name: str) -> bool:
    return name.endswith("_test.py") or fnmatch.fnmatch(name, "test_*.py")  # what tests share


def check_modules(project: Project, component: Component) -> Iterator[Problem]:
    """Finds modules of the package that the manifest does not list."""
    listed = {file.path for file in project.manifest.files}
    for path in sorted((project.root / project.technique.package).rglob("*.py")):
        name = path.relative_to(project.root).as_posix()
        if name not in listed:
            yield Problem(f"is not in {NAME}; add it to {component.name!r}", name)


def _symbols(project: Project, path: str) -> Iterator[_Symbol]:
    """Yields what a module imports, which is what it exports."""
    for node in ast.parse(read(project, path) or "").body:
        if isinstance(node, ast.ImportFrom) and node.module:
            module = f"{node.module.replace('.', '/')}.py"
            defined = _definitions(read(project, module) or "")
            for alias in node.names:
                definition = defined.get(alias.name)
                yield _Symbol(alias.asname or alias.name, node.lineno, module, definition)


@functools.lru_cache(maxsize=64)
def _definitions(source: str) -> dict[str, ast.stmt]:
    """Returns the functions, classes and constants of a module by name."""
    definitions: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name) | ast.ClassDef(name) | ast.Assign([ast.Name(name)]):
                definitions[name] = node
    return definitions


def _public(symbol: _Symbol) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """Yields a function or class, and its public methods, with their names."""
    node = symbol.definition
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield symbol.name, node
    described = set()  # a setter shares the docstring of its property
    for method in node.body if isinstance(node, ast.ClassDef) else ():
        is_public = isinstance(method, ast.FunctionDef) and method.name[0] != "_"
        if is_public and method.name not in described:
            described.add(method.name)
            yield f"{symbol.name}.{method.name}", method
