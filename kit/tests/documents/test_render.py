"""Tests for render and for the command."""

import shutil

import pytest
import tfmot_technique_kit as tools
from tfmot_technique_kit.documents import __main__ as command
from tfmot_technique_kit.documents import api, blocks, render

_PACKAGE = "tfmot_connection_pruning/keras"
_DESIGN = "rfcs/20260101-x-design.md"
_TEXT = """# Design

<!-- code: begin api -->
old
<!-- code: end -->
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The code of this project and a design, in a folder of its own."""
    shutil.copytree(tools.ROOT / _PACKAGE, tmp_path / _PACKAGE)
    (tmp_path / "rfcs").mkdir()
    (tmp_path / _DESIGN).write_text(_TEXT)
    monkeypatch.setattr(tools, "ROOT", tmp_path)
    return tmp_path


def test_fills_in_the_api(project) -> None:
    assert render.build(project, static=True) == [_DESIGN]

    assert api.render(project / _PACKAGE) in (project / _DESIGN).read_text()
    assert render.build(project, static=True) == []


def test_check_finds_what_is_stale_and_changes_nothing(project, capsys) -> None:
    assert command.main(["--check", "--static"]) == 1
    assert capsys.readouterr().err == (
        f"{_DESIGN}: is not what the code says; write it with `python -m tools.documents`.\n"
    )
    assert (project / _DESIGN).read_text() == _TEXT

    assert command.main(["--static"]) == 0
    assert command.main(["--check", "--static"]) == 0


def test_a_document_without_blocks_is_left(project) -> None:
    (project / _DESIGN).write_text("# Design\n")

    assert render.build(project, static=True) == []


def test_an_unknown_block_is_one_line(project, capsys) -> None:
    (project / _DESIGN).write_text(_TEXT.replace("api", "apis"))

    assert command.main(["--static"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"Error: {_DESIGN}: unknown block 'apis'; there")
    assert error.count("\n") == 1


def test_the_design_of_this_project_is_up_to_date() -> None:
    assert render.build(tools.ROOT, check=True, static=True) == []


def test_blocks_of_this_project_are_valid() -> None:
    for path in blocks.find(tools.ROOT, ["rfcs/*.md", "g3doc/guide/*/*.md"]):
        blocks.split(path, blocks.read(path, path), "code")
