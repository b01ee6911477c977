"""Rules for the public API, read from the code without running it."""

import ast
import pathlib
import re

from tfmot_technique_kit.readiness.gap import Gap


def check_exports(project, component):
    """Finds symbols that users of TFMOT expect, or that are not defined."""
    (file,) = component.files
    exported = _exports(project, file.path)
    technique = project.manifest.technique
    wanted = (technique.entry, f"strip_{technique.slug}", f"{technique.slug}_scope")
    gaps = [
        Gap(f"does not export {name}, as the techniques of TFMOT do", file.path)
        for name in wanted
        if name not in exported
    ]
    for name, (module, line) in exported.items():
        if name not in _definitions(project, module):
            message = f"{module} does not define {name}"
            gaps.append(Gap(message, file.path, line))
    return gaps


def check_docstrings(project, component):
    """Finds exported symbols, and their public methods, without docstring."""
    del component
    (file,) = project.manifest.component("api").files
    gaps = []
    for name, (module, _) in _exports(project, file.path).items():
        definition = _definitions(project, module).get(name)
        for path, node in _public(name, definition):
            if not ast.get_docstring(node):
                gaps.append(Gap(f"{path} has no docstring", module, node.lineno))
    return gaps


def check_tests(project, component):
    """Finds exported symbols that no test speaks of."""
    (file,) = component.files
    tests = "\n".join(
        project.read(other.path) or ""
        for other in project.manifest.files
        if other.path.endswith("_test.py") and other.upstream
    )
    return [
        Gap(f"no test uses {name}", module)
        for name, (module, _) in _exports(project, file.path).items()
        if not re.search(rf"\b{name}\b", tests)
    ]


def check_modules(project, component):
    """Finds modules of the package that the manifest does not list."""
    package = project.manifest.technique.package
    listed = {file.path for file in project.manifest.files}
    found = sorted((project.root / package).rglob("*.py"))
    paths = [path.relative_to(project.root).as_posix() for path in found]
    message = f"is not in contribution.toml; add it to {component.name!r}"
    return [Gap(message, path) for path in paths if path not in listed]


def _exports(project, path):
    """Returns the imports of a module: from name to module's path and line."""
    exports = {}
    for node in ast.parse(project.read(path) or "").body:
        if isinstance(node, ast.ImportFrom):
            module = pathlib.PurePosixPath(*node.module.split(".")).with_suffix(".py")
            for alias in node.names:
                exports[alias.asname or alias.name] = (module.as_posix(), node.lineno)
    return exports


def _definitions(project, path):
    """Returns the functions, classes and constants of a module by name."""
    definitions = {}
    for node in ast.parse(project.read(path) or "").body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    definitions[target.id] = node
    return definitions


def _public(name, node):
    """Yields a definition and its public methods, with their names."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield name, node
    described = set()  # a setter shares the docstring of its property
    for method in node.body if isinstance(node, ast.ClassDef) else ():
        is_public = isinstance(method, ast.FunctionDef) and method.name[0] != "_"
        if is_public and method.name not in described:
            described.add(method.name)
            yield f"{name}.{method.name}", method
