"""What is verified, and what a check says."""

from collections.abc import Callable
from typing import NamedTuple

from tfmot_technique_kit.export.build_graph import Graph
from tfmot_technique_kit.export.checkout import Checkout
from tfmot_technique_kit.export.plan import Plan
from tfmot_technique_kit.export.python_code import Import, imports_of


class Result(NamedTuple):
    """What a check looked at, with figures, and what is wrong, each in a line."""

    summary: str
    problems: list[str]


class Subject:
    """A checkout to verify, with what should be in it: the plan.

    Args:
        tests: Which of the exported tests to run: 'none', 'fast' or 'all'.
        tell: Is called with a line about each test that has run.
    """

    def __init__(
        self, plan: Plan, checkout: Checkout, tests: str, tell: Callable[[str], object]
    ) -> None:
        self.plan, self.checkout, self.tests, self.tell = plan, checkout, tests, tell
        self.tree = checkout.tree
        inside, core = tuple(f"{folder}/" for folder in plan.folders), f"{plan.names.core}/"
        self.own_files = sorted(path for path in self.tree.paths if path.startswith(inside))
        modules = [path for path in self.own_files if path.endswith(".py")]
        self.core_files = [path for path in modules if path.startswith(core)]
        # Those that users import.
        self.libraries = [path for path in self.core_files if not is_test(path)]
        self.graph = Graph(self.tree)
        changes = {
            file.path: self._without_technique(file.path)
            for file in plan.files
            if file.is_edit and file.path.endswith(("BUILD", ".py"))
        }
        # Without the technique.
        self.pristine = Graph(self.tree.with_changes({**dict.fromkeys(self.own_files), **changes}))

    def _without_technique(self, path: str) -> str:
        slug = self.plan.names.technique.slug
        ours = (*(f"//{folder}" for folder in self.plan.folders), f'"{slug}/', f" import {slug}\n")
        lines = self.tree.read(path).splitlines(keepends=True)
        return "".join(line for line in lines if not any(text in line for text in ours))

    def imports_of(self, path: str) -> tuple[Import, ...]:
        """Returns the imports of a Python file; a missing one has none."""
        return imports_of(self.tree.read(path))


def is_test(path: str) -> bool:
    """Returns whether a file is a test, or what tests share."""
    name = path.rpartition("/")[2]
    return name.endswith("_test.py") or name.startswith("test_")
