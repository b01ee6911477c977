"""Generates BUILD files from the imports of the Python files."""

import ast
import dataclasses
import posixpath
import sys

from tfmot_technique_kit.export import build_graph, imports

# What TFMOT writes for a dependency outside of it; others are '<module> dep1'.
_COMMENTS = {
    "absl.app": "absl:app dep1",
    "absl.flags": "absl/flags dep1",
    "absl.logging": "absl/logging dep1",
    "absl.testing.parameterized": "absl/testing:parameterized dep1",
}
_PRIVATE = "tensorflow.python."
_PROTOBUF = "# google/protobuf:use_fast_cpp_protos dep1,  # Automatically added"
_BZL = "//tensorflow_model_optimization:tensorflow_model_optimization.bzl"


@dataclasses.dataclass(frozen=True)
class Dialect:
    """How a version of TFMOT writes its BUILD files.

    Attributes:
        library: Name of the rule for libraries.
        test: Name of the rule for tests.
        heads: Whether files begin with placeholders instead of a load statement,
            and packages name their licence.
        library_line: What stands in every library.
        test_line: What stands in every test, or None.
        binary_line: What stands in every binary, or None.
    """

    library: str
    test: str
    heads: bool
    library_line: str
    test_line: str | None
    binary_line: str | None


# Up to TFMOT 0.8.0, and since then.
_STRICT = Dialect(
    "py_strict_library",
    "py_strict_test",
    False,
    'srcs_version = "PY3",',
    'python_version = "PY3",',
    'python_version = "PY3",',
)
_PLAIN = Dialect("py_library", "py_test", True, "# strict_deps = True,", None, None)


def dialect_of(tree):
    """Returns the Dialect of a checkout, from the BUILD file of the core."""
    text = tree.read("tensorflow_model_optimization/python/core/BUILD") or ""
    return _STRICT if "py_strict_library" in text else _PLAIN


class Writer:
    """Writes the BUILD files of a technique.

    Args:
        tree: A Tree with the technique's Python files in it.
        graph: The Graph of the checkout without the technique.
    """

    def __init__(self, tree, graph) -> None:
        self._tree = tree
        self._graph = graph
        self._dialect = dialect_of(tree)

    def area(self, folder):
        """Returns the BUILD file of a folder that only holds the folder `keras`."""
        dep = f'"//{folder}/keras",  # buildcleaner: keep'
        name = posixpath.basename(folder)
        stanza = self._library(name, "__init__.py", [dep], public=False)
        return self._file([self._dialect.library], _PUBLIC, [stanza])

    def libraries(self, folder, files):
        """Returns the BUILD file of a folder of libraries and their tests.

        Args:
            folder: Path of the folder.
            files: Names of the Python files in it, without `__init__.py`.
        """
        tests = [name for name in files if name.endswith("_test.py")]
        helpers = [name for name in files if name.startswith("test_")]
        libraries = [name for name in files if name not in (*tests, *helpers)]
        keep = [f'":{name[:-3]}",  # buildcleaner: keep' for name in libraries]
        name = posixpath.basename(folder)
        stanzas = [self._library(name, "__init__.py", keep, public=False)]
        for name in (*libraries, *helpers):
            deps = self._deps(folder, name)
            is_helper = name in helpers
            stanzas.append(self._library(name[:-3], name, deps, helper=is_helper))
        stanzas += [self._test(folder, name) for name in tests]
        rules = [self._dialect.library, self._dialect.test]
        return self._file(rules, _SUBPACKAGES, stanzas)

    def binaries(self, folder, files):
        """Returns the BUILD file of a folder of programs; arguments as above."""
        extra = [_PROTOBUF] if self._dialect.heads else []
        stanzas = [
            'filegroup(\n    name = "all_files",\n    srcs = glob(["**"]),\n)',
            self._library("package", "__init__.py", [], public=False),
        ]
        for name in files:
            deps = _ordered([*self._deps(folder, name), *extra])
            lines = [f'srcs = ["{name}"],', self._dialect.binary_line]
            stanzas.append(_stanza("py_strict_binary", name[:-3], lines, deps))
        rules = [self._dialect.library, "py_strict_binary"]
        return self._file(rules, _PUBLIC, stanzas)

    def label_of(self, path):
        """Returns how BUILD files call the library of a Python file, or None."""
        label = self._graph.library_of(path)
        return build_graph.short(label) if label else None

    def _library(self, name, source, deps, public=True, helper=False):
        lines = [
            "testonly = 1," if helper else None,
            f'srcs = ["{source}"],',
            self._dialect.library_line,
            'visibility = ["//visibility:public"],' if public else None,
        ]
        return _stanza(self._dialect.library, name, lines, deps)

    def _test(self, folder, name):
        deps = self._deps(folder, name)
        if self._dialect.heads:
            deps = _ordered([*deps, _PROTOBUF])
        source = self._tree.read(f"{folder}/{name}")
        lines = [
            'size = "medium",',
            f'srcs = ["{name}"],',
            self._dialect.test_line,
            'tags = ["requires-net:external"],' if _needs_network(source) else None,
            'visibility = ["//visibility:public"],',
        ]
        return _stanza(self._dialect.test, name[:-3], lines, deps)

    def _deps(self, folder, name):
        path = f"{folder}/{name}"
        deps = set()
        for imported in imports.of(self._tree.read(path)):
            target = imports.file_of(self._tree, imported)
            if target is None:
                deps.add(_comment(imported))
            elif target != path:
                deps.add(self._dep(folder, target))
        return _ordered(deps - {None})

    def _dep(self, folder, path):
        known = self.label_of(path)
        if known:
            return f'"{known}",'
        name = posixpath.basename(path)[:-3]
        if posixpath.dirname(path) == folder:
            return f'":{name}",'
        return f'"//{posixpath.dirname(path)}:{name}",'

    def _file(self, rules, visibility, stanzas):
        loaded = [rule for rule in rules if "strict" in rule]
        names = ", ".join(f'"{rule}"' for rule in sorted(loaded))
        load = f'load("{_BZL}", {names})\n' if loaded else ""
        if self._dialect.heads:
            placeholders = [rule for rule in rules if rule not in loaded]
            head = "".join(f"# Placeholder: load {rule}\n" for rule in placeholders)
            package = (
                "package(\n"
                "    default_applicable_licenses = "
                '["//tensorflow_model_optimization:license"],\n'
                f"    default_visibility = {visibility},\n"
                ")"
            )
        else:
            head = ""
            package = f"package(default_visibility = {visibility})"
        parts = [head + load, package, 'licenses(["notice"])', *stanzas]
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


_PUBLIC = '["//visibility:public"]'
_SUBPACKAGES = '[\n        "//tensorflow_model_optimization:__subpackages__",\n    ]'


def _stanza(rule, name, lines, deps):
    lines = [f'name = "{name}",', *(line for line in lines if line)]
    if deps:
        lines += ["deps = [", *(f"    {dep}" for dep in deps), "],"]
    body = "".join(f"    {line}\n" for line in lines)
    return f"{rule}(\n{body})"


def _ordered(deps):
    """Sorts: those of the same folder, comments for others', then the toolkit."""
    kinds = {'":': 0, "# ": 1, '"/': 2}
    return sorted(deps, key=lambda dep: (kinds[dep[:2]], dep.rstrip('",')))


def _comment(imported):
    """Returns the comment for an import from elsewhere; none for the standard."""
    top = imported.module.split(".")[0]
    if top in sys.stdlib_module_names:
        return None
    full = ".".join(filter(None, (imported.module, imported.name)))
    if full.startswith(_PRIVATE) and full.count(".") > 2:
        folder, _, name = full.removeprefix("tensorflow.").rpartition(".")
        return f"# {folder.replace('.', '/')}:{name} tensorflow dep2,"
    for module, comment in _COMMENTS.items():
        if full == module or full.startswith(f"{module}."):
            return f"# {comment},"
    return f"# {top} dep1,"


def _needs_network(source):
    """Returns whether a test loads a data set of Keras, such as MNIST."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "load_data"
        and "datasets" in ast.unparse(node.value)
        for node in ast.walk(ast.parse(source))
    )
