"""What the files of a checkout have to be when the technique is in it."""

import datetime
import difflib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tfmot_technique_kit import guideline
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.export import build_graph, build_rules, documents, edits, python_code
from tfmot_technique_kit.export.checkout import Checkout, Tree
from tfmot_technique_kit.export.names import PACKAGE, Names
from tfmot_technique_kit.manifest import Component, File, Manifest
from tfmot_technique_kit.project import Project

_DATE = re.compile(r"/\d{8}-")
_PHASES = {phase.name: phase.number for phase in guideline.PHASES}
_RELEASE_NOTES = "RELEASE.md"
_COMPAT = f"{PACKAGE}/python/core/keras/compat.py"


@dataclass(frozen=True)
class Planned:
    """A file of the checkout that the export makes, or edits if it is TFMOT's."""

    path: str
    phase: int  # The number of that it belongs to.
    text: str  # What it has to be.
    is_edit: bool = False


@dataclass(frozen=True)
class Plan:
    """All files that the export makes or edits in a checkout."""

    files: tuple[Planned, ...]  # Sorted by phase and path.
    symbols: Mapping[str, str]  # The public API, from each symbol to its module.
    names: Names
    folders: tuple[str, ...]  # The technique's own folders there.

    def changed(self, tree: Tree) -> list[Planned]:
        """Returns the files that are not yet in a tree."""
        there = tree.paths
        return [f for f in self.files if f.path not in there or tree.read(f.path) != f.text]

    def unknown(self, tree: Tree) -> list[str]:
        """Returns paths in the technique's folders that are not of the plan."""
        inside = tuple(f"{folder}/" for folder in self.folders)
        others = tree.paths - {file.path for file in self.files}
        return sorted(path for path in others if path.startswith(inside) or self.is_dated(path))

    def is_dated(self, path: str) -> bool:
        """Returns whether a path is that of an RFC of the technique, of any day."""
        dated = {_DATE.sub("/", f.path) for f in self.files if _DATE.search(f.path)}
        return bool(_DATE.search(path)) and _DATE.sub("/", path) in dated

    def problems(self, tree: Tree) -> list[str]:
        """Returns what is missing in a tree, not current, or not of this project."""
        found = []
        for file in self.changed(tree):
            state = "is not current" if file.path in tree.paths else "is missing"
            found.append(f"{file.path}: {state}")
        return found + [f"{path}: is not of this project" for path in self.unknown(tree)]

    def diff(self, tree: Tree) -> Iterator[str]:
        """Yields the lines of a patch that makes a tree as it has to be."""
        for file in self.changed(tree):
            yield from difflib.unified_diff(
                tree.read(file.path).splitlines(keepends=True),
                file.text.splitlines(keepends=True),
                f"a/{file.path}" if file.path in tree.paths else "/dev/null",
                f"b/{file.path}",
            )

    def write(self, checkout: Checkout, allow_dirty: bool = False) -> list[Planned]:
        """Writes what is not yet in a checkout, and returns it.

        Raises:
            UserError: If a file cannot be written, or other changes are not committed.
        """
        changed = self.changed(checkout.tree)
        if changed and not allow_dirty:
            current = {file.path for file in self.files if file not in changed}
            dirty = [path for path in checkout.uncommitted() if path not in current]
            if dirty:
                raise UserError(
                    f"{dirty[0]}: is not committed; commit or stash it, or pass --allow-dirty."
                )
        checkout.write({file.path: file.text for file in changed})
        return changed


def make(project: Project, tree: Tree, date: datetime.date | None = None) -> Plan:
    """Plans the export of a project onto the tree of a checkout.

    The date is that of the submission: by default that of an earlier export of the RFCs, or today.

    Raises:
        UserError: If something here, or in the checkout, does not allow it.
    """
    date = date or _earlier_date(project.manifest, tree) or datetime.date.today()
    plan = _Planner(project, tree, date).run()
    for file in plan.files:
        found = plan.names.here.search(file.text)
        if found:
            line = file.text.count("\n", 0, found.start()) + 1
            raise UserError(
                f"{file.path}:{line}: would still say {found[0]!r}; name it otherwise in the file "
                "here that it is made of."
            )
    return plan


def notes(project: Project, tree: Tree) -> list[str]:
    """Returns what the user should know, though it hinders nothing."""
    found = []
    if not re.search(r"\bkeras\b *=|import .*keras", tree.read(_COMPAT)):
        found.append(f"{_COMPAT} defines no `keras`: the code runs on TFMOT 0.8.0 and later.")
    todo = f"TODO({project.technique.slug})"
    exported = [file.path for part in project.manifest.exported for file in part.files]
    paths = dict.fromkeys([*exported, _RELEASE_NOTES])
    left = [path for path in paths if todo in (project.root / path).read_text(encoding="utf-8")]
    if left:
        found.append(f"{todo} is left in {', '.join(left)}.")
    return found


class _Planner:
    def __init__(self, project: Project, tree: Tree, date: datetime.date) -> None:
        self._project = project
        self._tree = tree
        self._date = date
        self._names = Names.of(project.manifest)
        self._documents = documents.Writer(project, self._names, date)
        self._files: dict[str, Planned] = {}
        self._example = project.manifest.component("example").folder.upstream or ""
        self._guide = project.manifest.component("overview").folder.upstream or ""
        self._api = posixpath.dirname(self._names.api)
        self._area = posixpath.dirname(self._names.core)
        slug = f"/{self._names.technique.slug}"
        examples = self._example.partition(slug)[0] + slug
        self._folders = (self._area, self._api, examples, self._guide)
        path = project.manifest.component("api").files[0].path
        self._api_source = self._read(path)
        self._symbols = python_code.public_symbols(path, self._api_source, self._names)

    def run(self) -> Plan:
        for part in self._project.manifest.exported:
            for file in part.files:
                path = documents.dated(file.upstream, self._date)
                self._files[path] = Planned(path, part.phase, self._converted(part, file))
        self._add_packages()
        self._add_build_files()
        facts = self._facts()
        for path, phase, edit in edits.EDITS:
            text = edits.apply(edit, path, self._tree.read(path), facts)
            self._add(path, phase, text, is_edit=True)
        files = sorted(self._files.values(), key=lambda file: (file.phase, file.path))
        return Plan(tuple(files), self._symbols, self._names, self._folders)

    def _read(self, path: str) -> str:
        try:
            return (self._project.root / path).read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", error)
            raise UserError(f"{path}: contribution.toml lists it, but: {reason}.") from error

    def _add(self, path: str, phase: str, text: str, is_edit: bool = False) -> None:
        self._files[path] = Planned(path, _PHASES[phase], text, is_edit)

    def _converted(self, part: Component, file: File) -> str:
        text = self._read(file.path)
        if part.name == "api":
            return python_code.api_module(text, self._symbols, self._names)
        if file.path.endswith(".py"):
            return python_code.rewrite(file.path, text, self._symbols, self._names)
        if file.path.endswith(".ipynb"):
            return self._documents.notebook(file.path, text)
        if "{date}" in file.upstream:
            return self._documents.rfc(file.path, text)
        return self._documents.markdown(file.path, text)

    def _add_packages(self) -> None:
        """Adds the `__init__.py` files that the project has no counterpart of."""
        licence = python_code.licence_of(self._api_source)
        module, title = self._api.replace("/", "."), self._names.title_inside
        keras = f'"""Module containing code for {title}."""\nfrom {module} import keras\n'
        self._add(f"{self._area}/__init__.py", "core", licence)
        self._add(f"{self._names.core}/__init__.py", "core", licence)
        self._add(f"{self._example}/__init__.py", "examples", licence)
        self._add(f"{self._api}/__init__.py", "api", licence + keras)

    def _add_build_files(self) -> None:
        texts = {file.path: file.text for file in self._files.values()}
        own = tuple(f"{folder}/" for folder in self._folders)
        pristine = dict.fromkeys(path for path in self._tree.paths if path.startswith(own))
        graph = build_graph.Graph(self._tree.with_changes(pristine))
        writer = build_rules.Writer(self._tree.with_changes(texts), graph)
        core, example = self._names.core, self._example
        self._add(f"{self._area}/BUILD", "core", writer.area(self._area))
        self._add(f"{core}/BUILD", "core", writer.libraries(core, _modules(texts, core)))
        text = writer.binaries(example, _modules(texts, example))
        self._add(f"{example}/BUILD", "examples", text)

    def _facts(self) -> edits.Facts:
        technique, pages = self._names.technique, []
        for part in self._project.manifest.exported:
            if part.folder.upstream == self._guide:
                for file in part.files:
                    name = posixpath.splitext(posixpath.basename(file.path))[0]
                    words = name.removeprefix(technique.slug).strip("_").replace("_", " ")
                    is_overview = name == "index"
                    title = "Overview" if is_overview else f"{technique.title} {words}"
                    pages.append((title, "" if is_overview else name))
        modules = tuple(dict.fromkeys(self._symbols.values()))
        notes = _bullets(_RELEASE_NOTES, self._read(_RELEASE_NOTES))
        return edits.Facts(self._names, notes, modules, self._guide, tuple(pages), self._folders)


def _modules(texts: dict[str, str], folder: str) -> list[str]:
    """Returns the names of the Python files in a folder, without `__init__.py`."""
    paths = [posixpath.split(path) for path in texts]
    names = [name for parent, name in paths if parent == folder and name.endswith(".py")]
    return sorted(name for name in names if name != "__init__.py")


def _bullets(path: str, text: str) -> tuple[str, ...]:
    """Returns the bullets of the newest release, which follows the template."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    parts = re.split(r"^# ", text, flags=re.MULTILINE)[1:]
    releases = [part for part in parts if not part.lower().startswith("release template")]
    found = []
    for line in releases[0].splitlines() if releases else ():
        bullet = re.fullmatch(r"[*-]\s+(.*)", line)
        if bullet:
            found.append(bullet[1].strip())
        elif found and re.match(r"\s+\S", line):
            found[-1] += f" {line.strip()}"
    if not found:
        raise UserError(f"{path}: has no bullets to take over below the heading of a release.")
    return tuple(found)


def _earlier_date(manifest: Manifest, tree: Tree) -> datetime.date | None:
    """Returns the day in the name of the technique's existing RFC."""
    for name in ("proposal", "design"):
        for file in manifest.component(name).files:
            pattern = re.escape(file.upstream or "").replace(re.escape("{date}"), r"(\d{8})")
            for path in sorted(tree.paths):
                found = re.fullmatch(pattern, path)
                if found:
                    return datetime.datetime.strptime(found[1], "%Y%m%d").date()
    return None
