"""The kit tells where a generated project stands; its own tests show the rules."""

import json
import shutil
from pathlib import Path

import pytest
import support
from conftest import bake
from contribution import fill, replace_the_algorithm


class Status:
    """What `technique status --json` says."""

    def __init__(self, project: Path) -> None:
        content = json.loads(support.technique(project, "status", "--json"))
        parts = [part for step in content["steps"] for part in step["components"]]
        self.next = content["next"]
        self.states = {part["name"]: part["state"] for part in parts}
        self._gaps = {part["name"]: part["gaps"] for part in parts}

    def rules(self, name: str) -> set[str]:
        """Returns the rules that find something to do in a component."""
        return {gap["rule"] for gap in self._gaps[name]}


@pytest.fixture
def mine(project, tmp_path) -> Path:
    """A copy of a project, to work on."""
    return Path(shutil.copytree(project, tmp_path / project.name))


def test_a_new_project_begins_with_the_algorithm(kind_project):
    status = Status(kind_project)
    assert status.next["rule"] == "algorithm"
    assert status.next["path"].endswith("keras/algorithm.py")
    assert status.states["api"] == status.states["core"] == status.states["example"] == "done"
    assert status.states["blog"] == "optional"
    assert status.states["proposal"] == status.states["results"] == "open"


def test_the_table_of_a_new_project_is_what_the_command_renders(kind_project):
    """If not, take it from a generated project after `technique status --write`."""
    support.technique(kind_project, "status", "--check")


def test_the_table_has_the_paths_of_the_technique(cookies):
    answers = {"technique_name": "Weight Slicing", "author_name": support.CANARIES[0]}
    support.technique(bake(cookies, answers), "status", "--check")


def test_the_algorithm_of_a_contributor(mine):
    assert Status(mine).rules("algorithm") == {"algorithm"}
    replace_the_algorithm(mine)
    status = Status(mine)
    assert status.states["algorithm"] == "done"
    assert status.next["rule"] != "algorithm"


def test_todos_answers_and_sponsor(mine):
    status = Status(mine)
    assert "todos" in status.rules("proposal")
    assert status.rules("ownership") == {"sponsor", "answers"}
    fill(mine)
    status = Status(mine)
    assert status.rules("ownership") == set()
    assert "todos" not in status.rules("proposal") | status.rules("packaging")
    assert status.states["release"] == "done"


def test_files_that_are_missing_or_not_listed(mine):
    package = mine / "tfmot_connection_pruning" / "keras"
    (package / "kernels.py").write_text('"""Mine."""\n')
    (mine / "rfcs" / "design.md").unlink()
    status = Status(mine)
    assert status.rules("core") == {"modules"}
    assert "files" in status.rules("design")
