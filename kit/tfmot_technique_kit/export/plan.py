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
from tfmot_technique_kit.manifest import Manifest
from tfmot_technique_kit.project import Project

_DATE = re.compile(r"/\d{8}-")
_PHASES = {phase.name: number for number, phase in guideline.PHASES.items()}
_RELEASE_NOTES = "RELEASE.md"
_COMPAT = f"{PACKAGE}/python/core/keras/compat.py"


@dataclass(frozen=True)
class Planned:
    """A file of the checkout that the export makes, or edits if it is TFMOT's."""

    path: str
    phase: int  # The number of that it belongs to.
    text: str  # What it has to be.


@dataclass(frozen=True)
class Plan:
    """All files that the export makes or edits in a checkout."""

    files: tuple[Planned, ...]  # Sorted by phase and path.
    symbols: Mapping[str, str]  # The public API, from each symbol to its module.
    names: Names

    def changed(self, tree: Tree) -> list[Planned]:
        """Returns the files that are not yet in a tree."""
        there = tree.paths
        return [f for f in self.files if f.path not in there or tree.read(f.path) != f.text]

    def unknown(self, tree: Tree) -> list[str]:
        """Returns paths in the technique's folders that are not of the plan."""
        inside = tuple(f"{folder}/" for folder in self.names.folders)
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
    names = Names.of(project.manifest)
    path = project.manifest.component("api").files[0].path
    source = _read(project, path)
    symbols = python_code.public_symbols(path, source, names)
    licence = python_code.licence_of(source)
    files = [*_moved(project, symbols, names, date), *_packages(names, licence)]
    files += [*_build_files(names, tree, files), *_edits(project, symbols, names, tree)]
    for file in files:
        if found := names.here.search(file.text):
            line = file.text.count("\n", 0, found.start()) + 1
            raise UserError(
                f"{file.path}:{line}: would still say {found[0]!r}; name it otherwise in the file "
                "here that it is made of."
            )
    return Plan(tuple(sorted(files, key=lambda file: (file.phase, file.path))), symbols, names)


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


def _moved(
    project: Project, symbols: Mapping[str, str], names: Names, date: datetime.date
) -> Iterator[Planned]:
    """Yields the files that the project has, as they have to be there."""
    writer = documents.Writer(project, names, date)
    for part in project.manifest.exported:
        for file in part.files:
            text = _read(project, file.path)
            if part.name == "api":
                text = python_code.api_module(text, symbols, names)
            elif file.path.endswith(".py"):
                text = python_code.rewrite(file.path, text, symbols, names)
            elif file.path.endswith(".ipynb"):
                text = writer.notebook(file.path, text)
            elif "{date}" in file.upstream:
                text = writer.rfc(file.path, text)
            else:
                text = writer.markdown(file.path, text)
            yield Planned(documents.dated(file.upstream, date), part.phase, text)


def _packages(names: Names, licence: str) -> Iterator[Planned]:
    """Yields the `__init__.py` files that the project has no counterpart of."""
    area, api, *_ = names.folders
    module = api.replace("/", ".")
    keras = f'"""Module containing code for {names.title_inside}."""\nfrom {module} import keras\n'
    for folder, phase, text in (
        (area, "core", licence),
        (names.core, "core", licence),
        (names.example, "examples", licence),
        (api, "api", licence + keras),
    ):
        yield Planned(f"{folder}/__init__.py", _PHASES[phase], text)


def _build_files(names: Names, tree: Tree, made: list[Planned]) -> Iterator[Planned]:
    """Yields the BUILD files of what has been made for a tree."""
    own = tuple(f"{folder}/" for folder in names.folders)
    pristine = dict.fromkeys(path for path in tree.paths if path.startswith(own))
    graph = build_graph.Graph(tree.with_changes(pristine))
    writer = build_rules.Writer(tree.with_changes({file.path: file.text for file in made}), graph)

    def modules(folder: str) -> list[str]:
        paths = [posixpath.split(file.path) for file in made]
        found = [name for parent, name in paths if parent == folder and name.endswith(".py")]
        return sorted(name for name in found if name != "__init__.py")

    area, core, example = names.folders[0], names.core, names.example
    for folder, phase, text in (
        (area, "core", writer.area(area)),
        (core, "core", writer.libraries(core, modules(core))),
        (example, "examples", writer.binaries(example, modules(example))),
    ):
        yield Planned(f"{folder}/BUILD", _PHASES[phase], text)


def _edits(
    project: Project, symbols: Mapping[str, str], names: Names, tree: Tree
) -> Iterator[Planned]:
    """Yields the files of TFMOT that name the technique."""
    title, slug, pages = names.technique.title, names.technique.slug, []
    for part in project.manifest.exported:
        for file in part.files if part.folder.upstream == names.guide else ():
            page = posixpath.splitext(posixpath.basename(file.path))[0]
            words = page.removeprefix(slug).strip("_").replace("_", " ")
            pages.append(("Overview", "") if page == "index" else (f"{title} {words}", page))
    notes = _bullets(_RELEASE_NOTES, _read(project, _RELEASE_NOTES))
    modules = tuple(dict.fromkeys(symbols.values()))
    facts = edits.Facts(names, notes, modules, tuple(pages))
    for path, (phase, _) in edits.EDITS.items():
        yield Planned(path, _PHASES[phase], edits.apply(path, tree.read(path), facts))


def _read(project: Project, path: str) -> str:
    try:
        return (project.root / path).read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", error)
        raise UserError(f"{path}: contribution.toml lists it, but: {reason}.") from error


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
    for file in (file for part in manifest.exported for file in part.files):
        pattern = re.escape(file.upstream).replace(re.escape("{date}"), r"(\d{8})")
        for path in sorted(tree.paths) if "{date}" in file.upstream else ():
            if found := re.fullmatch(pattern, path):
                return datetime.datetime.strptime(found[1], "%Y%m%d").date()
    return None
