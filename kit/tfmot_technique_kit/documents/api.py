"""Reads the public API from the code, without running it."""

import ast
import pathlib

# Docstrings of methods that say nothing of their own.
_INHERITED = "See base class"


def render(package):
    """Returns the signatures of the public symbols with their docstrings.

    Public is what the `__init__.py` imports. Functions come first, in the order
    of the imports, then classes with their public methods.

    Args:
        package: Path of the folder with the `__init__.py`.

    Returns:
        Markdown: a heading and a block of code for each symbol.

    Raises:
        ValueError: If a symbol that is imported is not in its module.
    """
    package = pathlib.Path(package)
    symbols = [
        (name, *_find(package / f"{module}.py", name))
        for module, name in _imports(package / "__init__.py")
    ]
    symbols.sort(key=lambda symbol: isinstance(symbol[1], ast.ClassDef))
    return "\n\n".join(
        f"#### `{name}`\n\n```python\n{_definition(node, lines)}\n```"
        for name, node, lines in symbols
    )


def _imports(path):
    """Yields the module's last name and the symbol of each import."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.module.split(".")[-1], alias.name


def _find(path, name):
    """Returns the definition of a symbol, and the lines of its module."""
    text = path.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if getattr(node, "name", None) == name:
            return node, text.split("\n")
    raise ValueError(f"{path.name} has no {name}, which __init__.py imports; correct one of them.")


def _definition(node, lines):
    """Returns a signature and a docstring, for a class those of its methods."""
    first = node.body[0]
    has_text = bool(ast.get_docstring(node))
    end = first.end_lineno if has_text else first.lineno - 1
    # The decorators of a class are no part of how it is used.
    begin = node.lineno
    if not isinstance(node, ast.ClassDef) and node.decorator_list:
        begin = node.decorator_list[0].lineno
    parts = ["\n".join(lines[begin - 1 : end])]
    if not has_text:
        parts[0] += f"\n{' ' * first.col_offset}..."
    if isinstance(node, ast.ClassDef):
        methods = [method for method in node.body if _is_public(method)]
        parts += [_definition(method, lines) for method in methods]
    return "\n\n".join(parts)


def _is_public(node):
    """Tells whether a node is a method that users call, or may write."""
    if not isinstance(node, ast.FunctionDef):
        return False
    if node.name == "__init__":
        return bool(node.args.args[1:])
    documentation = ast.get_docstring(node) or ""
    is_hidden = node.name.startswith("_") and not node.name.startswith("__")
    return bool(documentation) and not (is_hidden or documentation.startswith(_INHERITED))
