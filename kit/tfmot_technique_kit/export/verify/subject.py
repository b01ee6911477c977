"""What is verified, and what a check says."""

import dataclasses
import functools

from tfmot_technique_kit import manifest
from tfmot_technique_kit.export import build_graph, imports
from tfmot_technique_kit.export import checkout as checkout_lib
from tfmot_technique_kit.export import plan as plan_lib


@dataclasses.dataclass(frozen=True)
class Result:
    """What a check says.

    Attributes:
        summary: What was looked at, with figures.
        problems: List of lines; empty if all is well.
    """

    summary: str
    problems: list[str]


@dataclasses.dataclass(frozen=True)
class Subject:
    """A checkout to verify, with what should be in it.

    Attributes:
        contribution: The Manifest.
        plan: The Plan.
        checkout: The Checkout.
        tests: Which of the exported tests to run: 'none', 'fast' or 'all'.
    """

    contribution: manifest.Manifest
    plan: plan_lib.Plan
    checkout: checkout_lib.Checkout
    tests: str = "fast"

    @property
    def tree(self):
        """The Tree of the checkout."""
        return self.checkout.tree

    @property
    def own_files(self):
        """The paths in the technique's folders, sorted."""
        inside = tuple(f"{folder}/" for folder in self.plan.folders)
        return sorted(path for path in self.tree.paths if path.startswith(inside))

    @property
    def core_files(self):
        """The Python files of the technique's code, sorted."""
        core = f"{self.plan.names.core}/"
        return [path for path in self.own_files if path.startswith(core) and path.endswith(".py")]

    @property
    def libraries(self):
        """Those of `core_files` that users import, sorted."""
        return [path for path in self.core_files if not is_test(path)]

    @functools.cached_property
    def graph(self):
        """The Graph of the checkout."""
        return build_graph.Graph(self.tree)

    @functools.cached_property
    def pristine(self):
        """The Graph of the checkout as it is without the technique."""
        changes = dict.fromkeys(self.own_files)
        own = tuple(f"//{folder}" for folder in self.plan.folders)
        area = f'"{self.plan.names.slug}/'
        for file in self.plan.files:
            if file.is_edit and file.path.endswith(("BUILD", ".py")):
                lines = (self.tree.read(file.path) or "").splitlines(keepends=True)
                changes[file.path] = "".join(
                    line
                    for line in lines
                    if not any(text in line for text in (*own, area))
                    and not line.rstrip().endswith(f" import {self.plan.names.slug}")
                )
        return build_graph.Graph(self.tree.with_changes(changes))

    def imports_of(self, path):
        """Returns the imports of a file, a list of Import."""
        return imports.of(self.tree.read(path))


def is_test(path):
    """Returns whether a file is a test, or what tests share."""
    name = path.rpartition("/")[2]
    return name.endswith("_test.py") or name.startswith("test_")
