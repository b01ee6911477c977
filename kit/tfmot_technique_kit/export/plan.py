"""What the files of a checkout have to be when the technique is in it."""

import ast
import dataclasses
import datetime
import pathlib
import posixpath
import re

from tfmot_technique_kit.export import (
    build_graph,
    build_rules,
    documents,
    edits,
    errors,
    python_code,
)
from tfmot_technique_kit.export import names as names_lib

_DATE = re.compile(r"/\d{8}-")
_RELEASE_NOTES = "RELEASE.md"
_COMPAT = "tensorflow_model_optimization/python/core/keras/compat.py"


@dataclasses.dataclass(frozen=True)
class File:
    """A file of the checkout that the export makes or edits.

    Attributes:
        path: Its path there.
        phase: Number of the phase that it belongs to.
        text: What it has to be.
        is_edit: Whether it belongs to TFMOT, and only some lines are ours.
    """

    path: str
    phase: int
    text: str
    is_edit: bool = False


@dataclasses.dataclass(frozen=True)
class Plan:
    """All files that the export makes or edits in a checkout.

    Attributes:
        files: Tuple of File, sorted by phase and path.
        symbols: List of Symbol, the public API.
        names: The Names.
        folders: Tuple of the technique's own folders there.
    """

    files: tuple[File, ...]
    symbols: tuple[python_code.Symbol, ...]
    names: names_lib.Names
    folders: tuple[str, ...]

    def texts(self):
        """Returns a dict from path to text."""
        return {file.path: file.text for file in self.files}

    def changed(self, tree):
        """Returns the files that are not yet in a tree, a list of File."""
        return [file for file in self.files if tree.read(file.path) != file.text]

    def state(self, file, tree) -> str:
        """Returns what is wrong with a changed file, in two words."""
        return "is missing" if tree.read(file.path) is None else "is not current"

    def unknown(self, tree):
        """Returns paths in the technique's folders that are not of the plan."""
        ours = {file.path for file in self.files}
        inside = tuple(f"{folder}/" for folder in self.folders)
        return sorted(
            path for path in tree.paths - ours if path.startswith(inside) or self.is_dated(path)
        )

    def is_dated(self, path):
        """Returns whether a path is that of an RFC of the technique, of any day."""
        dated = {_DATE.sub("/", f.path) for f in self.files if _DATE.search(f.path)}
        return bool(_DATE.search(path)) and _DATE.sub("/", path) in dated


def make(contribution, root, tree, date=None):
    """Plans the export.

    Args:
        contribution: The Manifest of the project.
        root: The project's folder, a path.
        tree: The Tree of the checkout.
        date: The day of submission, a `datetime.date`. If None, the day of an
            earlier export of the RFCs, or else today.

    Returns:
        A Plan.

    Raises:
        ExportError: If something here, or in the checkout, does not allow it.
    """
    date = date or _earlier_date(contribution, tree) or datetime.date.today()
    plan = _Planner(contribution, pathlib.Path(root), tree, date).run()
    for file in plan.files:
        _check(file, plan.names)
    return plan


def notes(contribution, root, tree):
    """Returns what the user should know, though it hinders nothing."""
    found = []
    if not re.search(r"\bkeras\b *=|import .*keras", tree.read(_COMPAT) or ""):
        found.append(f"{_COMPAT} defines no `keras`: the code runs on TFMOT 0.8.0 and later.")
    todo = f"TODO({contribution.technique.slug})"
    parts = [part for part in contribution.components if part.phase is not None]
    exported = [file.path for part in parts for file in part.files]
    open_ends = [
        path
        for path in dict.fromkeys([*exported, _RELEASE_NOTES])
        if todo in pathlib.Path(root, path).read_text(encoding="utf-8")
    ]
    if open_ends:
        found.append(f"{todo} is left in {', '.join(open_ends)}.")
    return found


class _Planner:
    def __init__(self, contribution, root, tree, date) -> None:
        self._contribution = contribution
        self._root = root
        self._tree = tree
        self._date = date
        self._names = names_lib.Names.of(contribution)
        self._documents = documents.Writer(contribution, self._names, date, root)
        self._phases = {phase.name: phase.number for phase in contribution.phases}
        self._files = {}
        api = contribution.component("api").files[0]
        self._api_source = self._read(api.path)
        self._symbols = python_code.public_symbols(api.path, self._api_source, self._names)

    def run(self):
        parts = [p for p in self._contribution.components if p.phase is not None]
        for part in parts:
            for file in part.files:
                self._add(self._upstream(file), part.phase, self._converted(part, file))
        licence = python_code.licence_of(self._api_source)
        self._add_packages(licence)
        self._add_build_files()
        self._add_edits()
        files = sorted(self._files.values(), key=lambda f: (f.phase, f.path))
        folders = self._own_folders()
        return Plan(tuple(files), tuple(self._symbols), self._names, folders)

    def _read(self, path):
        try:
            return (self._root / path).read_bytes().decode("utf-8")
        except FileNotFoundError as error:
            raise errors.ExportError(
                f"{path}: is not there, but contribution.toml lists it."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise errors.ExportError(f"{path}: cannot be read: {error}.") from error

    def _add(self, path, phase, text, is_edit=False):
        self._files[path] = File(path, phase, text, is_edit)

    def _upstream(self, file):
        return documents.dated(file.upstream, self._date)

    def _converted(self, part, file):
        text = self._read(file.path)
        suffix = posixpath.splitext(file.path)[1]
        if part.name == "api":
            return python_code.api_module(text, self._symbols, self._names)
        if suffix == ".py":
            return python_code.rewrite(file.path, text, self._symbols, self._names)
        if suffix == ".ipynb":
            return self._documents.notebook(file.path, text)
        if "{date}" in file.upstream:
            return self._documents.rfc(file.path, text)
        return self._documents.markdown(file.path, text)

    def _add_packages(self, licence):
        """Adds the `__init__.py` files that the project has no counterpart of."""
        names = self._names
        area = posixpath.dirname(names.core)
        api = posixpath.dirname(names.api)
        example = self._contribution.component("example").folder.upstream
        keras = f"from {api.replace('/', '.')} import keras\n"
        title = f'"""Module containing code for {names.title_inside}."""\n'
        self._add(f"{area}/__init__.py", self._phases["core"], licence)
        self._add(f"{names.core}/__init__.py", self._phases["core"], licence)
        self._add(f"{example}/__init__.py", self._phases["examples"], licence)
        self._add(f"{api}/__init__.py", self._phases["api"], licence + title + keras)

    def _add_build_files(self):
        texts = {file.path: file.text for file in self._files.values()}
        before = self._tree.with_changes(
            {p: None for p in self._tree.paths if p.startswith(self._own_prefixes())}
        )
        graph = build_graph.Graph(before)
        writer = build_rules.Writer(self._tree.with_changes(texts), graph)
        area = posixpath.dirname(self._names.core)
        example = self._contribution.component("example").folder.upstream
        for folder, phase, write in (
            (area, "core", lambda: writer.area(area)),
            (
                self._names.core,
                "core",
                lambda: writer.libraries(self._names.core, _python_files(texts, self._names.core)),
            ),
            (example, "examples", lambda: writer.binaries(example, _python_files(texts, example))),
        ):
            self._add(f"{folder}/BUILD", self._phases[phase], write())

    def _add_edits(self):
        facts = self._facts()
        for path, phase, edit in edits.EDITS:
            text = edits.apply(edit, path, self._tree.read(path), facts)
            self._add(path, self._phases[phase], text, is_edit=True)

    def _facts(self):
        technique = self._contribution.technique
        pages = []
        for part in self._contribution.components:
            guide = self._contribution.component("overview").folder
            if part.phase is not None and part.folder == guide:
                pages += [self._page(file) for file in part.files]
        return edits.Facts(
            self._names,
            technique.organization,
            technique.summary,
            self._release_notes(),
            tuple(sorted({symbol.module for symbol in self._symbols})),
            guide.upstream,
            tuple(pages),
            self._own_folders(),
        )

    def _release_notes(self):
        return _bullets(_RELEASE_NOTES, self._read(_RELEASE_NOTES))

    def _page(self, file):
        """Returns title and address of a page."""
        name = posixpath.splitext(posixpath.basename(file.upstream))[0]
        if name == "index":
            return "Overview", ""
        words = name.removeprefix(self._names.slug).strip("_").replace("_", " ")
        return f"{self._names.title} {words}", name

    def _own_folders(self):
        example = self._contribution.component("example").folder.upstream
        return (
            posixpath.dirname(self._names.core),
            posixpath.dirname(self._names.api),
            example[: example.index(f"/{self._names.slug}")] + f"/{self._names.slug}",
            self._contribution.component("overview").folder.upstream,
        )

    def _own_prefixes(self):
        return tuple(f"{folder}/" for folder in self._own_folders())


def _python_files(texts, folder):
    return sorted(
        posixpath.basename(path)
        for path in texts
        if posixpath.dirname(path) == folder
        and path.endswith(".py")
        and not path.endswith("__init__.py")
    )


def _bullets(path, text):
    """Returns the bullets of the newest release, which follows the template."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    parts = re.split(r"^# ", text, flags=re.MULTILINE)[1:]
    releases = [p for p in parts if not p.lower().startswith("release template")]
    notes = []
    for line in releases[0].splitlines() if releases else ():
        bullet = re.fullmatch(r"[*-]\s+(.*)", line)
        if bullet:
            notes.append(bullet[1].strip())
        elif notes and re.match(r"\s+\S", line):
            notes[-1] += f" {line.strip()}"
    if not notes:
        raise errors.ExportError(
            f"{path}: has no bullets to take over below the heading of a release."
        )
    return tuple(notes)


def _earlier_date(contribution, tree):
    """Returns the day in the name of an RFC of the technique that is there."""
    for name in ("proposal", "design"):
        for file in contribution.component(name).files:
            before, after = map(re.escape, file.upstream.split("{date}"))
            for path in sorted(tree.paths):
                found = re.fullmatch(rf"{before}(\d{{8}}){after}", path)
                if found:
                    return datetime.datetime.strptime(found[1], "%Y%m%d").date()
    return None


def _check(file, names):
    """Checks a file before it is written."""
    found = names.here.search(file.text)
    if found:
        line = file.text.count("\n", 0, found.start()) + 1
        raise errors.ExportError(
            f"{file.path}:{line}: would still say {found[0]!r}; name it otherwise in "
            "the file here that it is made of."
        )
    if file.path.endswith(".py"):
        ast.parse(file.text)
