"""Generates BUILD files from the imports of the Python files."""

import posixpath
import re
import sys
from collections.abc import Iterable, Sequence

from tfmot_technique_kit.export.build_graph import Graph
from tfmot_technique_kit.export.checkout import Import, Tree
from tfmot_technique_kit.export.names import PACKAGE

# What TFMOT writes for a dependency outside of it; others are '<module> dep1'.
_COMMENTS = {
    "absl.app": "absl:app dep1",
    "absl.flags": "absl/flags dep1",
    "absl.logging": "absl/logging dep1",
    "absl.testing.parameterized": "absl/testing:parameterized dep1",
}
_PRIVATE = "tensorflow.python."
_PROTOBUF = "# google/protobuf:use_fast_cpp_protos dep1,  # Automatically added"
_BZL = f"//{PACKAGE}:{PACKAGE}.bzl"
_PUBLIC = '["//visibility:public"]'
_SUBPACKAGES = f'[\n        "//{PACKAGE}:__subpackages__",\n    ]'
_STRICT_PACKAGE = "package(default_visibility = %s)"
_PACKAGE = f"""package(
    default_applicable_licenses = ["//{PACKAGE}:license"],
    default_visibility = %s,
)"""


class Writer:
    """Writes BUILD files, from a tree with the technique, and the graph of that without it."""

    def __init__(self, tree: Tree, graph: Graph) -> None:
        self._tree = tree
        self._graph = graph
        # Up to TFMOT 0.8.0, BUILD files had strict rules, and fewer lines that tools add.
        self._strict = "py_strict_library" in (tree.read(f"{PACKAGE}/python/core/BUILD"))
        prefix = "py_strict" if self._strict else "py"
        self._library_rule, self._test_rule = f"{prefix}_library", f"{prefix}_test"
        self._version = 'python_version = "PY3",' if self._strict else None

    def area(self, folder: str) -> str:
        """Returns the BUILD file of a folder that only holds the folder `keras`."""
        dep = f'"//{folder}/keras",  # buildcleaner: keep'
        stanza = self._library(posixpath.basename(folder), "__init__.py", [dep], public=False)
        return self._file([self._library_rule], _PUBLIC, [stanza])

    def libraries(self, folder: str, files: Sequence[str]) -> str:
        """Returns the BUILD file of a folder of libraries and tests, but for `__init__.py`."""
        tests = [name for name in files if name.endswith("_test.py")]
        helpers = [name for name in files if name.startswith("test_")]
        libraries = [name for name in files if name not in (*tests, *helpers)]
        keep = [f'":{name[:-3]}",  # buildcleaner: keep' for name in libraries]
        stanzas = [self._library(posixpath.basename(folder), "__init__.py", keep, public=False)]
        for name in (*libraries, *helpers):
            deps = self._deps(folder, name)
            stanzas.append(self._library(name[:-3], name, deps, helper=name in helpers))
        stanzas += [self._test(folder, name) for name in tests]
        return self._file([self._library_rule, self._test_rule], _SUBPACKAGES, stanzas)

    def binaries(self, folder: str, files: Sequence[str]) -> str:
        """Returns the BUILD file of a folder of programs."""
        stanzas = [
            'filegroup(\n    name = "all_files",\n    srcs = glob(["**"]),\n)',
            self._library("package", "__init__.py", [], public=False),
        ]
        for name in files:
            lines = [f'srcs = ["{name}"],', self._version]
            deps = self._deps(folder, name, runs=True)
            stanzas.append(_stanza("py_strict_binary", name[:-3], lines, deps))
        return self._file([self._library_rule, "py_strict_binary"], _PUBLIC, stanzas)

    def _library(
        self, name: str, source: str, deps: Sequence[str], public: bool = True, helper: bool = False
    ) -> str:
        lines = [
            "testonly = 1," if helper else None,
            f'srcs = ["{source}"],',
            'srcs_version = "PY3",' if self._strict else "# strict_deps = True,",
            f"visibility = {_PUBLIC}," if public else None,
        ]
        return _stanza(self._library_rule, name, lines, deps)

    def _test(self, folder: str, name: str) -> str:
        source = self._tree.read(f"{folder}/{name}")
        needs_network = re.search(r"datasets\.\w+\.load_data\(", source)  # such as MNIST
        lines = [
            'size = "medium",',
            f'srcs = ["{name}"],',
            self._version,
            'tags = ["requires-net:external"],' if needs_network else None,
            f"visibility = {_PUBLIC},",
        ]
        deps = self._deps(folder, name, runs=True)
        return _stanza(self._test_rule, name[:-3], lines, deps)

    def _deps(self, folder: str, name: str, runs: bool = False) -> list[str]:
        """Returns dependencies: of the same folder, comments for others', then the toolkit's."""
        path = f"{folder}/{name}"
        deps = {_PROTOBUF} if runs and not self._strict else set()
        for imported in self._tree.imports(path):
            if imported.file is None:
                deps.update(_comments(imported))
            elif imported.file != path:
                deps.add(f'"{self._label(folder, imported.file)}",')
        kinds = {'":': 0, "# ": 1, '"/': 2}
        return sorted(deps, key=lambda dep: (kinds[dep[:2]], dep.rstrip('",')))

    def _label(self, folder: str, path: str) -> str:
        parent, name = posixpath.split(path.removesuffix(".py"))
        own = f":{name}" if parent == folder else f"//{parent}:{name}"
        return self._graph.library_of(path) or own

    def _file(self, rules: Sequence[str], visibility: str, stanzas: Sequence[str]) -> str:
        loaded = [rule for rule in rules if "strict" in rule]
        head = "".join(f"# Placeholder: load {rule}\n" for rule in rules if rule not in loaded)
        if loaded:
            names = ", ".join(f'"{rule}"' for rule in sorted(loaded))
            head += f'load("{_BZL}", {names})\n'
        package = (_STRICT_PACKAGE if self._strict else _PACKAGE) % visibility
        parts = [head, package, 'licenses(["notice"])', *stanzas]
        return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _stanza(rule: str, name: str, lines: Iterable[str | None], deps: Sequence[str]) -> str:
    lines = [f'name = "{name}",', *filter(None, lines)]
    if deps:
        lines += ["deps = [", *(f"    {dep}" for dep in deps), "],"]
    body = "".join(f"    {line}\n" for line in lines)
    return f"{rule}(\n{body})"


def _comments(imported: Import) -> list[str]:
    """Returns the comment for an import from elsewhere; none for the standard library."""
    top = imported.module.split(".")[0]
    if top in sys.stdlib_module_names:
        return []
    full = ".".join(filter(None, (imported.module, imported.name)))
    if full.startswith(_PRIVATE) and full.count(".") > 2:
        folder, _, name = full.removeprefix("tensorflow.").rpartition(".")
        return [f"# {folder.replace('.', '/')}:{name} tensorflow dep2,"]
    for module, comment in _COMMENTS.items():
        if f"{full}.".startswith(f"{module}."):
            return [f"# {comment},"]
    return [f"# {top} dep1,"]
