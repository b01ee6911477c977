"""Other published methods in place of the baselines: `algorithm.py` alone has to change.

A file `methods/<kind>/<method>.py` is a whole `algorithm.py` of the project with the
default answers and that kind. The test puts it in place of the baseline, and then the project
must be as good as before: it lints clean, it fulfils the contract that its tests hold, and a
small network trains to what the method promises (`methods/digits.py`).

That takes minutes for each method, so `make test` trains the worked example of each kind alone,
and `make test-methods` does all. Both end with a table.
"""

import ast
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import support
from conftest import bake
from set_up import Environment
from test_project import ruff

from tfmot_template_rules import names

KINDS = list(names.LEVELS)
FOLDER = support.ROOT / "tests" / "methods"
METHODS = {f"{path.parent.name}-{path.stem}": path for path in sorted(FOLDER.glob("*/*.py"))}
# The worked example of each kind, which is in pieces in the project's documents.
DOCUMENTED = [f"{kind}-documented" for kind in KINDS]
PACKAGE = "tfmot_connection_pruning"
ALGORITHM = f"{PACKAGE}/keras/algorithm.py"
COLUMNS = ["its tests", "on digits"]

# Tests that a method cannot pass. What is rounded to a few values already is not quantized once
# more: TFMOT refuses the layers that do the rounding. And in half precision what two ways of
# computing differ by is enough to round a value to another one, and layer by layer more of them.
CANNOT_PASS = {
    "activation-activation_quantization": (
        "AfterwardsTest and Quantization or testModelInMixedPrecisionMobileNet"
    )
}


@dataclass
class Place:
    """A generated project with a method in the place of its baseline."""

    id: str
    folder: Path
    before: dict[str, bytes]

    @property
    def method(self) -> str:
        return self.id.split("-")[1]

    def changes(self) -> set[str]:
        """Returns the files that are not as they were generated, but for caches."""
        now = support.files_of(self.folder)
        changed = {name for name, _ in self.before.items() ^ now.items()}
        return {name for name in changed if not re.search(r"(^|/)(__pycache__|\.\w+_cache)/", name)}


@dataclass
class Matrix:
    """What the tests found, with times: kinds and methods down, what was run across."""

    cells: dict[tuple[str, str], str] = field(default_factory=dict)

    def run(self, column: str, place: Place, work: Callable[[], str]) -> None:
        """Notes what the work finds and how many seconds it takes."""
        began = time.monotonic()
        found = "failed"
        try:
            found = work()
        finally:
            seconds = time.monotonic() - began
            self.cells[place.id, column] = f"{found} ({seconds:.0f} s)"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Prints the table at the end of the run."""
        rows = [["kind", "method", *COLUMNS]]
        for name in [*METHODS, *DOCUMENTED]:
            cells = [self.cells.get((name, column), "not run") for column in COLUMNS]
            rows.append([*name.split("-"), *cells])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        terminalreporter.section("methods in place of the baselines")
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            terminalreporter.line("  ".join(cells).rstrip())


@pytest.fixture(scope="session")
def matrix(request) -> Matrix:
    """The table, which shows itself when the tests are over."""
    made = Matrix()
    request.config.pluginmanager.register(made)
    return made


@pytest.fixture(scope="session")
def baked(cookies_session) -> dict[str, Path]:
    """A project of each kind. All have the same names."""
    return {kind: bake(cookies_session, {"technique_kind": kind}) for kind in KINDS}


def code_of(name: str, project: Path) -> str:
    """Returns the code of a method."""
    if name in METHODS:
        return METHODS[name].read_text()
    document = project / "DEVELOPING.md"
    marked = r"<!-- algorithm.py -->\n```python\n(.*?)```"
    return "\n".join(re.findall(marked, document.read_text(), re.DOTALL))


@pytest.fixture(scope="module", params=[*METHODS, *DOCUMENTED])
def place(request, baked, tmp_path_factory) -> Place:
    """A project of the method's kind, with the method in the place of the baseline."""
    kind, method = request.param.split("-")
    original = baked[kind]
    folder = tmp_path_factory.mktemp(method) / original.name
    shutil.copytree(original, folder)
    (folder / ALGORITHM).write_text(code_of(request.param, original))
    return Place(request.param, folder, support.files_of(original))


def test_at_least_two_methods_for_each_kind():
    kinds = [path.parent.name for path in METHODS.values()]
    assert {kind: kinds.count(kind) >= 2 for kind in kinds} == dict.fromkeys(KINDS, True)


def test_the_method_names_its_paper(place):
    tree = ast.parse((place.folder / ALGORITHM).read_text())
    (algorithm,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    assert algorithm.name == "ConnectionPruningAlgorithm"
    assert re.search(r"https://(arxiv\.org/abs|proceedings\.mlr)", ast.get_docstring(algorithm))


def test_it_lints_clean_in_place(place):
    assert ruff(place.folder, "check", "--output-format=concise") == ""
    assert ruff(place.folder, "format", "--diff") == ""
    assert place.changes() == {ALGORITHM}


@pytest.mark.methods
def test_the_projects_tests_pass(place, environment, matrix):
    """Runs the contract: those of the project's tests that use its own algorithm.

    They are in the files that are named for the entry. The others bring small algorithms of
    their own, or test the baseline.
    """

    def work() -> str:
        files = sorted(place.folder.glob(f"{PACKAGE}/keras/prune_connections*_test.py"))
        arguments = [str(path.relative_to(place.folder)) for path in files]
        if place.id in CANNOT_PASS:
            arguments += ["-k", f"not ({CANNOT_PASS[place.id]})"]
        shown = environment.python(place.folder, "-m", "pytest", "-n", "auto", *arguments)
        return re.search(r"\b[1-9]\d* passed", shown)[0]

    matrix.run("its tests", place, work)
    assert place.changes() == {ALGORITHM}


@pytest.mark.methods
@pytest.mark.parametrize("place", METHODS, indirect=True)
def test_a_network_trains_to_what_the_method_promises(place, environment, matrix):
    check_on_digits(place, environment, matrix)


@pytest.mark.baked
@pytest.mark.parametrize("place", DOCUMENTED, indirect=True)
def test_a_network_trains_to_what_the_worked_example_promises(place, environment, matrix):
    check_on_digits(place, environment, matrix)


def check_on_digits(place: Place, environment: Environment, matrix: Matrix) -> None:
    # Python finds the package in the folder of what it runs.
    script = shutil.copy(FOLDER / "digits.py", place.folder)
    matrix.run(
        "on digits",
        place,
        lambda: environment.python(place.folder, script, place.method).splitlines()[-1],
    )
    assert place.changes() == {ALGORITHM, "digits.py"}
