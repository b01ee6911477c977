"""Evaluates the BUILD files of a checkout without Bazel.

A BUILD file is a list of calls with literals, so Python can read it. That says which target has
which source, whether each import is covered by a dependency, and which files get into the wheel:
those that `//:pip_pkg` reaches.
"""

import ast
import collections
import functools
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.export.checkout import Tree
from tfmot_technique_kit.export.names import PACKAGE

# Rules that own sources; others, such as `package`, say something else.
_RULES = ("py_library", "py_test", "py_binary", "sh_binary", "filegroup")


@dataclass(frozen=True)
class Target:
    """A target of a BUILD file."""

    label: str  # In full: '//folder:name'.
    rule: str  # Without what makes it strict: 'py_library'.
    sources: tuple[str, ...]  # Paths of files.
    deps: tuple[str, ...]  # Labels in full, but for those in other repositories.


class Graph:
    """The targets of all BUILD files of a tree, by label; raises UserError if a file is broken."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        paths = sorted(path for path in tree.paths if posixpath.basename(path) == "BUILD")
        targets = [target for path in paths for target in _targets(path, tree.read(path))]
        self.targets = {target.label: target for target in targets}
        self._counts = collections.Counter(target.label for target in targets)

    @functools.cached_property
    def owners(self) -> dict[str, list[Target]]:
        """From a file to the targets that have it as a source."""
        owners: dict[str, list[Target]] = {}
        for target in self.targets.values():
            for source in target.sources:
                owners.setdefault(source, []).append(target)
        return owners

    def library_of(self, path: str) -> str | None:
        """Returns how BUILD files call the library of a file, or None: '//a/b' for '//a/b:b'."""
        for target in self.owners.get(path, ()):
            if target.rule == "py_library":
                folder, name = target.label.split(":")
                return folder if posixpath.basename(folder) == name else target.label
        return None

    def closure(self) -> set[str]:
        """Returns the paths of the Python files that get into the wheel."""
        reached, todo = set(), ["//:pip_pkg"]
        while todo:
            target = self.targets.get(todo.pop())
            if target and target not in reached:
                reached.add(target)
                todo += target.deps
        return {path for target in reached for path in target.sources if path.endswith(".py")}

    def problems(self) -> set[str]:
        """Returns what is wrong. A checkout as it comes has some: which are new matters."""
        found = {f"{label}: is there twice" for label, n in self._counts.items() if n > 1}
        for target in self.targets.values():
            found.update(self._problems_of(target))
        for path in self._tree.paths - self.owners.keys():
            if path.endswith(".py") and path.startswith(f"{PACKAGE}/"):
                found.add(f"{path}: is a source of no target in a BUILD file")
        return found

    def _problems_of(self, target: Target) -> Iterator[str]:
        paths, where = self._tree.paths, target.label
        for dep in target.deps:
            if dep not in self.targets and dep.replace(":", "/").strip("/") not in paths:
                yield f"{where}: depends on {dep}, which is no target"
        for source in target.sources:
            if source not in paths:
                yield f"{where}: has the source {source}, which is no file"
            elif source.endswith(".py"):
                for path in self._uncovered(target, source):
                    yield f"{where}: {source} imports {path}, which is in no direct dependency"

    def _uncovered(self, target: Target, source: str) -> Iterator[str]:
        covered = {target.label, *target.deps}
        for path in filter(None, (found.file for found in self._tree.imports(source))):
            owners = (owner.label for owner in self.owners.get(path, ()))
            if path not in target.sources and covered.isdisjoint(owners):
                yield path


def _targets(path: str, text: str) -> Iterator[Target]:
    """Yields the targets that the calls in a BUILD file describe."""
    try:
        statements = ast.parse(text).body
    except SyntaxError as error:
        raise UserError(f"{path}:{error.lineno}: cannot be read: {error.msg}.") from error
    folder = posixpath.dirname(path)
    for statement in statements:
        call = getattr(statement, "value", None)
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        rule = call.func.id.replace("_strict", "").replace("pytype_", "py_")
        if rule in _RULES:
            values = {key.arg: _value(key.value) for key in call.keywords}
            sources = values.get("srcs", [])
            labels = [name for name in sources if name[0] in ":/@"]
            deps = [*values.get("deps", []), *values.get("data", []), *labels]
            yield Target(
                f"//{folder}:{values.get('name')}",
                rule,
                tuple(posixpath.join(folder, name) for name in sources if name not in labels),
                tuple(_label(dep, folder) for dep in deps if dep[0] != "@"),
            )


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return []  # such as `glob` for `all_files` of the examples: owns nothing that matters


def _label(text: str, folder: str) -> str:
    if not text.startswith("//"):
        return f"//{folder}:{text.removeprefix(':')}"
    return text if ":" in text else f"{text}:{posixpath.basename(text)}"
