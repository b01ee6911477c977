"""The imports of Python files, and the files that they lead to."""

import ast
import dataclasses


@dataclasses.dataclass(frozen=True)
class Import:
    """What one import statement brings in.

    Attributes:
        module: The module, with dots.
        name: What is imported from it, or None for `import module`.
        line: Number of the line, from 1.
        at_top: Whether it runs when the file is imported, not in a function.
    """

    module: str
    name: str | None
    line: int
    at_top: bool


def of(source):
    """Returns the imports of a Python file.

    Args:
        source: Its text.

    Returns:
        A list of Import, in the order of the file.
    """
    return list(_find(ast.parse(source), at_top=True))


def _find(node, at_top):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, None, child.lineno, at_top)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                module = "." * child.level + (child.module or "")
                yield Import(module, alias.name, child.lineno, at_top)
        else:
            is_function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _find(child, at_top and not is_function)


def file_of(tree, imported):
    """Returns the file of a tree that an import leads to.

    Args:
        tree: A Tree.
        imported: An Import.

    Returns:
        A path, or None if it leads to no file of the tree.
    """
    names = [imported.module]
    if imported.name is not None:
        names.insert(0, f"{imported.module}.{imported.name}")
    for name in names:
        base = name.replace(".", "/")
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if tree.exists(path):
                return path
    return None
