"""Rewrites Python files for their place in TFMOT, by syntax tree and tokens."""

import ast
import dataclasses
import io
import re
import tokenize

from tfmot_technique_kit.export import errors, prose
from tfmot_technique_kit.export import names as names_lib

# Comments for tools that TFMOT does not use.
_OURS = re.compile(r"#\s*(noqa|ruff:|isort:|fmt:)")
_TFMOT = re.compile(rf"(from|import) {names_lib.PACKAGE}\b")


@dataclasses.dataclass(frozen=True, order=True)
class Symbol:
    """A symbol of the public API.

    Attributes:
        module: Name of the module that defines it, such as 'schedule'.
        name: Its name.
    """

    module: str
    name: str


def public_symbols(path, source, names):
    """Reads the public API from the imports of the package's `__init__.py`.

    Args:
        path: What messages call the file.
        source: Its text.
        names: The Names.

    Returns:
        A list of Symbol, sorted by module and name.

    Raises:
        ExportError: If it has something else than `from package.keras.module import
            Symbol`.
    """
    prefix = f"{names.package}.keras."
    symbols = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        module = getattr(node, "module", None) or ""
        if not isinstance(node, ast.ImportFrom) or not module.startswith(prefix):
            raise errors.ExportError(
                f'{path}:{node.lineno}: has to be "from {prefix}<module> import '
                f'<symbol>": the API of TFMOT is made of such lines alone.'
            )
        for alias in node.names:
            if alias.asname or alias.name == "*":
                raise errors.ExportError(
                    f"{path}:{node.lineno}: name each symbol, and keep its name."
                )
            symbols.append(Symbol(module.removeprefix(prefix), alias.name))
    return sorted(symbols)


def api_module(source, symbols, names):
    """Returns the API's `keras/__init__.py` in TFMOT.

    Args:
        source: Text of the package's `__init__.py` here.
        symbols: List of Symbol.
        names: The Names.
    """
    docstring = ast.get_docstring(ast.parse(source), clean=False)
    lines = [f"from {names.core_module}.{symbol.module} import {symbol.name}" for symbol in symbols]
    body = "\n".join(["# pylint: disable=g-bad-import-order", *lines])
    text = f'{licence_of(source)}"""{docstring}"""\n{body}\n'
    return prose.rewrite(f"{text}# pylint: enable=g-bad-import-order\n", names)


def licence_of(source):
    """Returns the comments at the beginning of a file, the licence."""
    lines = source.splitlines(keepends=True)
    end = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[:end])


def has_licence(source):
    """Tells whether a file begins with the licence header of TFMOT."""
    return "The TensorFlow Authors" in licence_of(source)


def rewrite(path, source, symbols, names):
    """Returns a Python file as it has to be in TFMOT.

    Args:
        path: What messages call the file.
        source: Its text.
        symbols: List of Symbol, the public API.
        names: The Names.

    Raises:
        ExportError: If the file imports or names the package in a way that has no
            counterpart in TFMOT.
    """
    return _Rewriter(path, source, symbols, names).run()


class _Rewriter:
    def __init__(self, path, source, symbols, names) -> None:
        self._path = path
        self._source = source
        self._symbols = {symbol.name: symbol for symbol in symbols}
        self._names = names
        self._tree = ast.parse(source)
        self._lines = source.splitlines(keepends=True)

    def run(self):
        if not has_licence(self._source):
            self._fail(1, "has no licence header; begin it with that of other files")
        self._check_strings()
        spans = list(self._imports())
        for (start, end), text in sorted(spans, reverse=True):
            self._replace(start, end, text)
        text = _without_our_comments("".join(self._lines))
        text = prose.rewrite(_sorted_imports(text), self._names)
        ast.parse(text)
        return text

    def _fail(self, line, problem):
        raise errors.ExportError(f"{self._path}:{line}: {problem}.")

    def _is_ours(self, module):
        return module.split(".")[0] == self._names.package

    def _check_strings(self):
        """Strings that are data keep their meaning, so they must not be renamed."""
        texts = {id(node.value) for node in ast.walk(self._tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and node.id == self._names.package:
                self._fail(node.lineno, f"uses {node.id}; import its modules instead")
            if isinstance(node, ast.Constant) and id(node) not in texts:
                value = node.value
                if isinstance(value, str) and value == self._names.package:
                    self._fail(
                        node.lineno,
                        f"the string {value!r} will be another there, and files that were "
                        f"saved with it here will not load; use {self._names.slug!r}",
                    )

    def _imports(self):
        """Yields what takes the place of the import statements."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if self._is_ours(alias.name):
                        self._fail(
                            node.lineno,
                            f'"import {alias.name}" has no counterpart; write "from '
                            f'{self._names.package} import keras as technique"',
                        )
            elif isinstance(node, ast.ImportFrom):
                if node.level:
                    self._fail(node.lineno, "imports must be absolute, as in TFMOT")
                if self._is_ours(node.module):
                    yield from self._import_from(node)

    def _import_from(self, node):
        package = self._names.package
        module = node.module.removeprefix(package).removeprefix(".")
        lines = []
        for alias in node.names:
            if module == "" and alias.name == "keras":
                used = sorted(self._used_symbols(alias.asname or "keras", node))
                lines += [self._line(s.module, s.name) for s in used]
                yield from self._uses(alias.asname or "keras")
            elif module == "keras" and alias.name in self._symbols:
                symbol = self._symbols[alias.name]
                lines.append(self._line(symbol.module, alias.name, alias.asname))
            elif module.split(".")[0] == "keras" and alias.name != "*":
                inside = module.removeprefix("keras").removeprefix(".")
                lines.append(self._line(inside, alias.name, alias.asname))
            else:
                self._fail(
                    node.lineno,
                    f'"from {node.module} import {alias.name}" has no counterpart in TFMOT',
                )
        indent = " " * node.col_offset
        text = f"\n{indent}".join(lines)
        yield self._span(node, whole_line=True), text

    def _line(self, module, name, asname=None):
        target = ".".join(filter(None, (self._names.core_module, module)))
        return f"from {target} import {name}" + (f" as {asname}" if asname else "")

    def _used_symbols(self, alias, statement):
        """Returns the symbols that are used as attributes of an alias."""
        attributes = list(self._attributes(alias))
        bare = {
            node.lineno
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Name) and node.id == alias
        } - {node.lineno for node in attributes}
        if bare:
            self._fail(min(bare), f"{alias!r} is a module here only; use its symbols")
        for node in attributes:
            if node.attr not in self._symbols:
                self._fail(node.lineno, f"{alias}.{node.attr} is not in the API")
        used = {node.attr for node in attributes}
        for name, line in self._bound_names():
            if name in used:
                self._fail(line, f"{name!r} hides the symbol of that name; call it otherwise")
        if not used:
            self._fail(statement.lineno, f"{alias!r} is not used; remove the import")
        return [self._symbols[name] for name in used]

    def _bound_names(self):
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, node.lineno
            elif isinstance(node, ast.arg):
                yield node.arg, node.lineno
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name, node.lineno

    def _attributes(self, alias):
        for node in ast.walk(self._tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == alias
            ):
                yield node

    def _uses(self, alias):
        for node in self._attributes(alias):
            start, end = self._span(node)
            line = self._lines[start[0]]
            if line[start[1] : end[1]] != f"{alias}.{node.attr}":
                # Before Python 3.12 an f-string does not say where its parts are.
                self._fail(node.lineno, f"assign {alias}.{node.attr} to a name first")
            yield (start, end), node.attr

    def _span(self, node, whole_line=False):
        """Returns begin and end as pairs of line and column, in characters."""
        start = (node.lineno - 1, self._column(node.lineno, node.col_offset))
        last = node.end_lineno - 1
        if whole_line:
            return start, (last, len(self._lines[last].rstrip("\n")))
        return start, (last, self._column(node.end_lineno, node.end_col_offset))

    def _column(self, line, offset):
        return len(self._lines[line - 1].encode()[:offset].decode())

    def _replace(self, start, end, text):
        (first, left), (last, right) = start, end
        text = self._lines[first][:left] + text + self._lines[last][right:]
        self._lines[first : last + 1] = [text]


def _without_our_comments(text):
    """Takes out comments for ruff, and lines that hold nothing else."""
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and _OURS.match(token.string):
            row, column = token.start
            rest = lines[row - 1][:column].rstrip()
            lines[row - 1] = f"{rest}\n" if rest else ""
    return "".join(lines)


def _sorted_imports(text):
    """Sorts the imports from TFMOT at the top, without blank lines in between."""
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if _TFMOT.match(line)), None)
    if first is None:
        return text
    last = first
    for i in range(first, len(lines)):
        if _TFMOT.match(lines[i]):
            last = i
        elif lines[i].strip():
            break
    block = lines[first : last + 1]
    imports = sorted((line for line in block if line.strip()), key=_import_key)
    if re.match(r"(from|import) ", lines[first - 1]):
        imports.insert(0, "")
    return "\n".join([*lines[:first], *imports, *lines[last + 1 :]]) + "\n"


def _import_key(line):
    words = line.split()
    return words[1], words[3] if words[0] == "from" else "", line
