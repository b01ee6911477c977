"""Evaluates the BUILD files of a checkout without Bazel.

A BUILD file is a list of calls with literals, so Python can read it. That says
which target has which source, whether each import is covered by a dependency,
and which files get into the wheel: those that `//:pip_pkg` reaches.
"""

import ast
import dataclasses
import functools
import posixpath

from tfmot_technique_kit.export import errors, imports

PIP_PACKAGE = "//:pip_pkg"

# Rules that own sources; others, such as `package`, say something else.
_RULES = ("py_library", "py_test", "py_binary", "sh_binary", "filegroup")


@dataclasses.dataclass(frozen=True)
class Target:
    """A target of a BUILD file.

    Attributes:
        label: Its label, in full: '//folder:name'.
        rule: The rule's name, without what makes it strict: 'py_library'.
        sources: Tuple of paths of files.
        deps: Tuple of labels in full, those in other repositories left out.
        build_file: Path of the BUILD file.
    """

    label: str
    rule: str
    sources: tuple[str, ...]
    deps: tuple[str, ...]
    build_file: str


class Graph:
    """The targets of all BUILD files of a tree."""

    def __init__(self, tree) -> None:
        self._tree = tree
        self.targets = {}
        self._malformed = []
        for path in sorted(tree.paths):
            if posixpath.basename(path) == "BUILD":
                for target in self._read(path):
                    if target.label in self.targets:
                        self._malformed.append(f"{path}: has {target.label} twice")
                    self.targets[target.label] = target

    @functools.cached_property
    def owners(self):
        """Dict from a Python file to the targets that have it as a source."""
        owners = {}
        for target in self.targets.values():
            for source in target.sources:
                owners.setdefault(source, []).append(target)
        return owners

    def library_of(self, path):
        """Returns the label of the library that has a source, or None."""
        for target in self.owners.get(path, ()):
            if target.rule == "py_library":
                return target.label
        return None

    def closure(self, label=PIP_PACKAGE):
        """Returns the Python files that a target reaches, a set of paths."""
        reached, todo = set(), [label]
        while todo:
            target = self.targets.get(todo.pop())
            if target and target.label not in reached:
                reached.add(target.label)
                todo += target.deps
        return {
            source
            for name in reached
            for source in self.targets[name].sources
            if source.endswith(".py")
        }

    def problems(self):
        """Returns what is wrong, as a set of lines.

        A checkout as it comes has some, so what matters is which are new.
        """
        found = set(self._malformed)
        for target in self.targets.values():
            found.update(self._problems_of(target))
        for path in self._tree.paths:
            if path.endswith(".py") and path not in self.owners:
                if path.startswith("tensorflow_model_optimization/"):
                    found.add(f"{path}: is a source of no target in a BUILD file")
        return found

    def _problems_of(self, target):
        where = f"{target.build_file}: {target.label}"
        for dep in target.deps:
            if dep not in self.targets and not self._tree.exists(_path_of(dep)):
                yield f"{where}: depends on {dep}, which is no target"
        for source in target.sources:
            if not self._tree.exists(source):
                yield f"{where}: has the source {source}, which is no file"
            elif source.endswith(".py"):
                yield from self._uncovered(target, source)

    def _uncovered(self, target, source):
        covered = {target.label, *target.deps}
        for imported in imports.of(self._tree.read(source)):
            path = imports.file_of(self._tree, imported)
            if path is None or path in target.sources:
                continue
            owners = {owner.label for owner in self.owners.get(path, ())}
            if not owners & covered:
                yield (
                    f"{target.build_file}: {target.label}: {source} imports {path}, "
                    "which is in no direct dependency"
                )

    def _read(self, path):
        folder = posixpath.dirname(path)
        try:
            statements = ast.parse(self._tree.read(path)).body
        except SyntaxError as error:
            raise errors.ExportError(
                f"{path}:{error.lineno}: cannot be read: {error.msg}."
            ) from error
        for statement in statements:
            call = getattr(statement, "value", None)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                rule = call.func.id.replace("_strict", "").replace("pytype_", "py_")
                if rule in _RULES:
                    target = self._target(rule, call, folder, path)
                    if target:
                        yield target

    def _target(self, rule, call, folder, path):
        values = {}
        for keyword in call.keywords:
            if keyword.arg in ("name", "srcs", "deps", "data"):
                values[keyword.arg] = self._value(keyword, path)
        if not values.get("name"):
            self._malformed.append(f"{path}:{call.lineno}: a target without a name")
            return None
        names = values.get("srcs", [])
        labels = [name for name in names if name[0] in ":/@"]
        deps = [*values.get("deps", []), *values.get("data", []), *labels]
        return Target(
            f"//{folder}:{values['name']}",
            rule,
            tuple(posixpath.join(folder, n) for n in names if n not in labels),
            tuple(_label(dep, folder) for dep in deps if dep[0] != "@"),
            path,
        )

    def _value(self, keyword, path):
        value = keyword.value
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "glob":
            return []  # `all_files` of the examples: owns nothing that matters
        try:
            return ast.literal_eval(value)
        except ValueError:
            where = f"{path}:{value.lineno}"
            self._malformed.append(f"{where}: {keyword.arg} is no literal")
            return []


def short(label):
    """Returns a label as BUILD files write it: '//a/b' for '//a/b:b'."""
    folder, name = label.split(":")
    return folder if posixpath.basename(folder) == name else label


def _label(text, folder):
    if not text.startswith("//"):
        return f"//{folder}:{text.removeprefix(':')}"
    if ":" in text:
        return text
    return f"{text}:{posixpath.basename(text)}"


def _path_of(label):
    folder, name = label.removeprefix("//").split(":")
    return posixpath.join(folder, name)
