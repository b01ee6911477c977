"""Reads the public API from the code, without running it."""

import ast
import copy
import functools
import re
from pathlib import Path
from typing import NamedTuple

from tfmot_technique_kit import blocks, markdown
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project

# Docstrings of methods that say nothing of their own.
_INHERITED = ("See base class", "See `")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


class Symbol(NamedTuple):
    """What `__init__.py` exports: by which line, from where, and its definition if there is one."""

    line: int
    path: Path
    definition: ast.stmt | None


def exports(project: Project) -> dict[str, Symbol]:
    """Returns the symbols that `__init__.py` imports from the package, by name."""
    package, found = project.technique.package, {}
    for node in ast.parse(_read(project.root / package / "keras" / "__init__.py")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            path = project.root.joinpath(*node.module.split(".")).with_suffix(".py")
            for alias in node.names:
                definition = _definitions(_read(path)).get(alias.name)
                found[alias.asname or alias.name] = Symbol(node.lineno, path, definition)
    return found


def render(project: Project, document: Path) -> str:
    """Returns a summary of the API for a page: a table of functions, and one of classes.

    Raises:
        UserError: If a symbol that is imported is not in its module.
    """
    functions, classes = [], []
    for name, symbol in exports(project).items():
        node, link = defined(name, symbol), f"[`{name}`]({blocks.link(document, symbol.path)})"
        if isinstance(node, ast.FunctionDef):
            functions.append((f"{link}`{_arguments(node)}`", first_sentence(node)))
            continue
        methods = [method for method in node.body if isinstance(method, ast.FunctionDef)]
        made = "".join(f"`{_arguments(m)}`" for m in methods if m.name == "__init__")
        shown = [f"`{m.name}{_arguments(m)}`" for m in methods if is_shown(m)]
        classes.append((link + made, first_sentence(node), ", ".join(shown)))
    tables = {
        ("function", "what it does"): functions,
        ("class", "what it is for", "methods"): classes,
    }
    return "\n\n".join(
        markdown.table(header, [[cell.replace("|", r"\|") for cell in row] for row in rows])
        for header, rows in tables.items()
        if rows
    )


def defined(name: str, symbol: Symbol) -> ast.FunctionDef | ast.ClassDef:
    """Returns the function or class that a symbol is; raises UserError if it is none."""
    if isinstance(symbol.definition, ast.FunctionDef | ast.ClassDef):
        return symbol.definition
    raise UserError(
        f"{symbol.path.name} has no {name}, which __init__.py imports; correct one of them."
    )


def is_shown(method: ast.FunctionDef) -> bool:
    """Tells whether users call a method, or write it, and it says something of its own."""
    documentation = ast.get_docstring(method) or ""
    is_public = not method.name.startswith("_") or method.name == "__call__"
    return is_public and bool(documentation) and not documentation.startswith(_INHERITED)


def first_sentence(node: ast.FunctionDef | ast.ClassDef) -> str:
    """Returns the first sentence of a docstring."""
    return _SENTENCE_END.split(" ".join((ast.get_docstring(node) or "").split()), 1)[0]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


@functools.lru_cache(maxsize=64)
def _definitions(source: str) -> dict[str, ast.stmt]:
    """Returns the functions, classes and constants of a module by name."""
    definitions: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name) | ast.ClassDef(name) | ast.Assign([ast.Name(name)]):
                definitions[name] = node
    return definitions


def _arguments(node: ast.FunctionDef) -> str:
    """Returns the arguments as they are called, in parentheses; nothing for a property."""
    if any(ast.unparse(decorator) == "property" for decorator in node.decorator_list):
        return ""
    arguments = copy.deepcopy(node.args)
    first = arguments.posonlyargs or arguments.args
    if first and first[0].arg in {"self", "cls"}:
        del first[0]
    return f"({ast.unparse(arguments)})"
