"""The project that a command works on, and the technique in it."""

import dataclasses
import functools
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tfmot_technique_kit import manifest, switch
from tfmot_technique_kit.errors import UserError


@dataclasses.dataclass(frozen=True)
class Api:
    """The API of a technique, by what its symbols are for."""

    apply: Callable[..., Any]  # Wraps a model.
    strip: Callable[..., Any]  # Takes the wrappers off.
    scope: Callable[..., Any]  # Returns a scope to load models in.
    collect: Callable[..., Any]  # Returns the wrappers of a model.
    report: Callable[..., Any]  # Tells what the technique did.
    Algorithm: type  # What a contributor writes.
    Wrapper: type  # Of the layers that wrap others.
    UpdateStep: type  # The callback that training needs.
    Constant: type  # The schedule with one level.
    PolynomialDecay: type  # The schedule that TFMOT's pruning has, too.
    SkipUnsupportedLayers: type  # The policy of that name.


class Project:
    """A generated project, in a folder; raises UserError if its contribution.toml is of no use."""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root).resolve()
        self.manifest = manifest.load(self.root)
        self.technique = self.manifest.technique

    @classmethod
    def find(cls, start: str | Path = ".") -> "Project":
        """Returns the project that a folder is in; raises UserError if it is in none."""
        folder = Path(start).resolve()
        for place in (folder, *folder.parents):
            if (place / manifest.NAME).is_file():
                return cls(place)
        raise UserError(
            f"There is no {manifest.NAME} in {folder} or above it: run this in the folder of a "
            "technique's project."
        )

    def folder(self, name: str) -> Path:
        """Returns the path of a folder of the manifest, such as 'core'.

        Raises:
            UserError: If the manifest has no such folder.
        """
        if name not in self.manifest.folders:
            raise UserError(f"{manifest.NAME}: has no [folders.{name}]; add it.")
        return self.root / self.manifest.folders[name].here

    def module(self, name: str = "") -> Any:
        """Imports the technique's `keras` package, or a module of it. It takes TensorFlow."""
        # The code of this project, whatever else is installed under its name.
        if str(self.root) not in sys.path:
            sys.path.insert(0, str(self.root))
        switch.set_default()
        return importlib.import_module(f"{self.technique.package}.keras{name and '.'}{name}")

    @functools.cached_property
    def api(self) -> Api:
        """The API of the technique. The first use imports TensorFlow.

        Raises:
            UserError: If the API lacks a symbol that contribution.toml names.
        """
        roles, api = self.manifest.roles, self.module()
        others = {"apply": self.technique.entry, "UpdateStep": roles.callback}
        # What the manifest does not name has the same name in all projects.
        names = {
            field.name: others.get(field.name) or getattr(roles, field.name.lower(), field.name)
            for field in dataclasses.fields(Api)
        }
        missing = [name for name in names.values() if not hasattr(api, name)]
        if missing:
            raise UserError(
                f"{api.__name__} has no {', '.join(missing)}, which {manifest.NAME} names: correct "
                "one of them."
            )
        return Api(**{role: getattr(api, name) for role, name in names.items()})
