"""Reads contribution.toml: the names of the technique, and its files with where they go."""

import collections
import re
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated

import pydantic

from tfmot_technique_kit import guideline
from tfmot_technique_kit.errors import UserError, in_one_line

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "contribution.toml"
BRANCH = "main"  # what links into the repository lead to


class _Table(pydantic.BaseModel):
    """A table of the manifest: it has these keys, and no others."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


class Technique(_Table):
    """What the project was generated with."""

    name: str  # The technique, as in a title: 'Some Method'.
    title: str  # The same as the heading of a page: 'Some method'.
    slug: str  # The same in code: 'some_method'.
    kind: str  # What it does to a layer, such as 'weight_mask'.
    level: str  # What a schedule controls, such as 'sparsity'.
    package: str  # The Python package here, such as 'tfmot_some_method'.
    distribution: str  # What pip calls it, such as 'tfmot-some-method'.
    entry: str  # The function that wraps a model, and the name of its module.
    author: str  # Who wrote it,
    email: str  # their e-mail address,
    github: str  # and their GitHub user name.
    organization: str  # Who maintains it.
    repository: str  # Web address of this project.
    summary: str  # What the technique does, in one or two sentences.
    # Version of the template that the project was generated with, as '0.5.0'.
    layout: Annotated[str, pydantic.StringConstraints(pattern=r"^\d+(\.\d+)+$")]

    def address_of(self, path: str, view: str = "blob") -> str:
        """Returns where a file is on GitHub; a view 'raw' is the file, not a page that shows it."""
        return f"{self.repository}/{view}/{BRANCH}/{path}"

    def file_at(self, address: str) -> str | None:
        """Returns the path of the file here that an address leads to, or None."""
        found = re.match(rf"{re.escape(self.repository)}/(?:blob|raw|tree)/{BRANCH}/", address)
        return address[found.end() :] if found else None


class Roles(_Table):
    """What the symbols of the public API are called that the kit uses; `Api` has themselves."""

    algorithm: str
    wrapper: str
    strip: str
    scope: str
    callback: str
    constant: str
    collect: str
    report: str


class Folder(_Table):
    """Where files are."""

    here: str  # The folder, relative to the project's; '.' for that itself.
    # The folder in a checkout of TFMOT, or None if its files stay here. One with '{file}' is the
    # path of a file, in which '{date}' stands for the day of the export.
    upstream: str | None = None

    def file(self, name: str) -> "File":
        """Returns the file of a name in it."""
        there = self.upstream
        if there is not None:
            there = there if "{file}" in there else PurePosixPath(there, "{file}").as_posix()
            there = there.replace("{file}", name)
        return File(PurePosixPath(self.here, name).as_posix(), there)


@dataclass(frozen=True)
class File:
    """A file of the contribution."""

    path: str  # Relative to the project's folder, with slashes.
    upstream: str | None  # In a checkout of TFMOT, as that of a Folder.


class _Part(_Table):
    """What a component is, but for where it is."""

    name: str  # What code calls it.
    title: str  # What people call it.
    step: int | None = None  # Of the guidelines, or None for what only serves the others.
    phase: int | None = None  # The pull request it is part of, or None if it stays here.
    optional: bool = False  # Whether the contribution is complete without it.
    made_by: str | None = None  # The command that fills its folder, or None.
    # Names of those of readiness that say whether it is done.
    rules: Annotated[tuple[str, ...], pydantic.Strict(False)] = ()


class _ComponentTable(_Part):
    """A component as it is written: its folder by name, its files relative to that."""

    folder: str
    files: list[str] = []


class Component(_Part):
    """A part of the contribution."""

    folder: Folder  # That of its files.
    files: tuple[File, ...] = ()  # None for what a command makes.


class _Tables(_Table):
    """The file as it is written."""

    technique: Technique
    api: Roles
    folders: dict[str, Folder]
    component: list[_ComponentTable] = []


@dataclass(frozen=True)
class Manifest:
    """All of contribution.toml."""

    technique: Technique
    roles: Roles  # The names of its API by what they are for.
    folders: dict[str, Folder]  # By their names.
    components: tuple[Component, ...]

    @property
    def exported(self) -> tuple[Component, ...]:
        """The components that go to TFMOT."""
        return tuple(part for part in self.components if part.phase is not None)

    @property
    def files(self) -> tuple[File, ...]:
        """The files of all components."""
        return tuple(file for part in self.components for file in part.files)

    def component(self, name: str) -> Component:
        """Returns the component of a name; raises UserError if there is none."""
        for part in self.components:
            if part.name == name:
                return part
        raise UserError(f"{NAME}: has no [[component]] {name!r}; add it.")


def load(root: Path) -> Manifest:
    """Reads the manifest of the project in a folder.

    Raises:
        UserError: If there is none, or something in it is wrong.
    """
    try:
        text = Path(root, NAME).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{NAME}: cannot be read: {error}") from error
    return parse(text)


def parse(text: str) -> Manifest:
    """Returns the Manifest that a text describes; raises as `load` does."""
    try:
        tables = _Tables.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{NAME}: {error}") from error
    except pydantic.ValidationError as error:
        if any(found["loc"] == ("technique", "layout") for found in error.errors()):
            raise UserError(
                f"{NAME}: [technique] does not say in `layout` which version of the template the "
                "project is of, so it is older than this kit: run `cruft update`."
            ) from error
        raise UserError(f"{NAME}: {in_one_line(error)}.") from error
    components = tuple(_component(table, tables.folders) for table in tables.component)
    made = Manifest(tables.technique, tables.api, tables.folders, components)
    names = {"component": [p.name for p in components], "file": [f.path for f in made.files]}
    for what, all_names in names.items():
        twice = [name for name, n in collections.Counter(all_names).items() if n > 1]
        _check(not twice, f"lists the {what} {', '.join(twice)} twice")
    return made


def _component(table: _ComponentTable, folders: dict[str, Folder]) -> Component:
    where = f"[[component]] {table.name!r}"
    _check(table.folder in folders, f"{where} is in no [folders]: {table.folder!r}")
    _check(table.step in {None, *guideline.STEPS}, f"{where} is of no step: {table.step!r}")
    _check(table.phase in {None, *guideline.PHASES}, f"{where} is of no phase: {table.phase!r}")
    folder = folders[table.folder]
    _check(table.phase is None or bool(folder.upstream), f"{where} has a phase, but no `upstream`")
    files = tuple(map(folder.file, table.files))
    return Component(**table.model_dump() | {"folder": folder, "files": files})


def _check(condition: bool, problem: str) -> None:
    if not condition:
        raise UserError(f"{NAME}: {problem}.")
