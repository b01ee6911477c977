"""Reads Python files, and rewrites them for their place in TFMOT."""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

import libcst as cst
import libcst.matchers as m
from libcst import helpers, metadata

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.export import keras_2
from tfmot_technique_kit.export.names import PACKAGE, Names

# Comments for tools that TFMOT does not use.
_OURS = re.compile(r"#\s*(noqa|ruff:|isort:|fmt:)")


def public_symbols(path: str, source: str, names: Names) -> dict[str, str]:
    """Reads the public API from the imports of the package's `__init__.py`.

    Returns:
        From each symbol to its module, such as 'schedule', sorted by module and name.

    Raises:
        UserError: If it has something else than `from package.keras.module import Symbol`.
    """
    prefix = f"{names.technique.package}.keras."
    symbols = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        module = getattr(node, "module", None) or ""
        if not isinstance(node, ast.ImportFrom) or not module.startswith(prefix):
            raise UserError(
                f'{path}:{node.lineno}: has to be "from {prefix}<module> import <symbol>": the '
                "API of TFMOT is made of such lines alone."
            )
        if any(alias.asname or alias.name == "*" for alias in node.names):
            raise UserError(f"{path}:{node.lineno}: name each symbol, and keep its name.")
        symbols += [(module.removeprefix(prefix), alias.name) for alias in node.names]
    return {name: module for module, name in sorted(symbols)}


def api_module(source: str, symbols: Mapping[str, str], names: Names) -> str:
    """Returns the API's `keras/__init__.py` in TFMOT, of the source of that here."""
    docstring = ast.get_docstring(ast.parse(source), clean=False)
    core = names.core.replace("/", ".")
    lines = [f"from {core}.{module} import {name}" for name, module in symbols.items()]
    body = ["# pylint: disable=g-bad-import-order", *lines, "# pylint: enable=g-bad-import-order\n"]
    return names.rewrite(f'{licence_of(source)}"""{docstring}"""\n' + "\n".join(body))


def licence_of(source: str) -> str:
    """Returns the comments at the beginning of a file, the licence."""
    return re.match(r"(#.*\n)*", source)[0]


def has_licence(source: str) -> bool:
    """Tells whether a file begins with the licence header of TFMOT."""
    return "The TensorFlow Authors" in licence_of(source)


def rewrite(path: str, source: str, symbols: Mapping[str, str], names: Names) -> str:
    """Returns a module as it has to be in TFMOT, where the API has `public_symbols`.

    Raises:
        UserError: If it imports or names the package in a way that has no counterpart there.
    """
    if not has_licence(source):
        raise UserError(f"{path}:1: has no licence header; begin it with that of other files.")
    try:
        module = keras_2.without_keras_3(cst.parse_module(source))
    except cst.ParserSyntaxError as error:
        raise UserError(f"{path}:{error.raw_line}: is no Python.") from error
    text = metadata.MetadataWrapper(module).visit(_Rewriter(path, symbols, names)).code
    return names.rewrite(_sorted_imports(text))


class _Rewriter(cst.CSTTransformer):
    """Changes imports, takes out comments for our tools, and refuses what cannot be moved."""

    METADATA_DEPENDENCIES = (metadata.PositionProvider, metadata.ScopeProvider)

    def __init__(self, path: str, symbols: Mapping[str, str], names: Names) -> None:
        super().__init__()
        self._path = path
        self._names = names
        self._package = names.technique.package
        self._modules = symbols
        # From `from package import keras` to its uses, such as `keras.Symbol`.
        self._uses: dict[cst.CSTNode, list[cst.Attribute]] = {}
        # What takes the place of import statements.
        self._imports: dict[cst.CSTNode, list[str]] = {}

    def _refuse(self, node: cst.CSTNode, problem: str) -> NoReturn:
        line = self.get_metadata(metadata.PositionProvider, node).start.line
        raise UserError(f"{self._path}:{line}: {problem}.")

    def visit_Module(self, node: cst.Module) -> None:
        """Finds the uses of `from package import keras`, which are `keras.symbol` alone."""
        imports = m.findall(node, m.ImportFrom(module=m.Name(self._package)))
        self._uses = {found: [] for found in imports}
        scopes = {scope for scope in self.metadata[metadata.ScopeProvider].values() if scope}
        assignments = [found for scope in scopes for found in scope.assignments]
        attributes = {found.value: found for found in m.findall(node, m.Attribute(value=m.Name()))}
        used = set()
        for assignment in assignments:
            if getattr(assignment, "node", None) in self._uses:
                for name in [access.node for access in assignment.references]:
                    use = attributes.get(name)
                    if use is None or use.attr.value not in self._modules:
                        shown = node.code_for_node(use or name)
                        self._refuse(
                            name, f"{shown!r} is no symbol of the API, and only those move"
                        )
                    self._uses[assignment.node].append(use)
                    used.add(use.attr.value)
        for assignment in assignments:
            name = assignment.name
            if name in used and not isinstance(assignment, metadata.ImportAssignment):
                self._refuse(assignment.node, f"{name!r} hides the symbol of that name; rename it")

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        if node.relative:
            self._refuse(node, "imports must be absolute, as in TFMOT")
        package, *module = helpers.get_full_name_for_node(node.module).split(".")
        if package != self._package or isinstance(node.names, cst.ImportStar):
            return True
        lines = []
        for alias in node.names:
            name, asname = alias.evaluated_name, alias.evaluated_alias
            if not module and name == "keras":
                used = {use.attr.value for use in self._uses[node]}
                lines += [self._import([self._modules[s]], s) for s in self._modules if s in used]
            elif module == ["keras"] and name in self._modules:
                lines.append(self._import([self._modules[name]], name, asname))
            elif module[:1] == ["keras"]:
                lines.append(self._import(module[1:], name, asname))
            else:
                return True  # to the name of the package, which is refused
        self._imports[node] = lines
        return False

    def visit_Name(self, node: cst.Name) -> None:
        if node.value == self._package:
            self._refuse(
                node,
                f"uses {node.value} in a way that has no counterpart in TFMOT; write "
                f'"from {node.value} import keras as technique", or import from its modules',
            )

    def visit_Expr(self, node: cst.Expr) -> bool:
        """Skips docstrings, which are prose."""
        return not isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString))

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if node.evaluated_value == self._package:
            # It is data, which keeps its meaning, so it must not be renamed.
            self._refuse(
                node,
                f"the string {self._package!r} will be another there, and files that were saved "
                f"with it here will not load; use {self._names.technique.slug!r}",
            )

    def leave_Attribute(
        self, original: cst.Attribute, updated: cst.Attribute
    ) -> cst.BaseExpression:
        is_use = any(original in uses for uses in self._uses.values())
        return updated.attr if is_use else updated

    def leave_SimpleStatementLine(
        self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.BaseStatement]:
        if original.body[0] not in self._imports:
            return updated
        statements = [cst.parse_statement(line) for line in self._imports[original.body[0]]]
        for first in statements[:1]:
            statements[0] = first.with_changes(leading_lines=updated.leading_lines)
        return cst.FlattenSentinel(statements)

    def leave_EmptyLine(
        self, original: cst.EmptyLine, updated: cst.EmptyLine
    ) -> cst.EmptyLine | cst.RemovalSentinel:
        is_ours = original.comment and _OURS.match(original.comment.value)
        return cst.RemoveFromParent() if is_ours else updated

    def leave_TrailingWhitespace(
        self, original: cst.TrailingWhitespace, updated: cst.TrailingWhitespace
    ) -> cst.TrailingWhitespace:
        is_ours = original.comment and _OURS.match(original.comment.value)
        return cst.TrailingWhitespace(newline=updated.newline) if is_ours else updated

    def _import(self, module: Sequence[str], name: str, asname: str | None = None) -> str:
        target = ".".join((*self._names.core.split("/"), *module))
        return f"from {target} import {name}" + (f" as {asname}" if asname else "")


def _sorted_imports(text: str) -> str:
    """Sorts the imports from TFMOT at the top, without blank lines in between."""
    line = rf"(?:from|import) {PACKAGE}\b.*\n"
    found = re.search(rf"^{line}(?:\n*{line})*", text, re.MULTILINE)
    if not found:
        return text
    before, after = text[: found.start()], text[found.end() :]
    gap = "\n" if re.match("(from|import) ", before.splitlines()[-1]) else ""
    lines = sorted(filter(None, found[0].splitlines()), key=_import_key)
    return before + gap + "\n".join(lines) + "\n" + after


def _import_key(line: str) -> tuple[str, str, str]:
    words = line.split()
    return words[1], words[3] if words[0] == "from" else "", line
