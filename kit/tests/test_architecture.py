"""Packages import in one direction, and nothing in them is generated."""

import ast
from pathlib import Path

import pytest

import tfmot_technique_kit

FOLDER = Path(tfmot_technique_kit.__file__).parent

# Each may import what stands before it. kit/README.md draws the same.
LAYERS = (
    {"errors", "files", "problems", "guideline", "markdown", "pages", "quiet", "switch"},
    {"manifest", "blocks", "keras_api"},
    {"project"},
    {"metrics", "versions"},
    {"tasks"},
    {"official"},
    {"experiments"},
    {"report"},
    {"documents"},
    {"checks"},
    {"readiness", "doctor", "release", "preview"},
    {"export"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(FOLDER.rglob("*.py"))


def part_of(path: Path) -> str:
    """Returns the top-level package or module that a file belongs to."""
    return path.relative_to(FOLDER).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Returns the top-level packages and modules of the kit that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            first, _, rest = node.module.partition(".")
            if first == FOLDER.name:
                found |= {rest.partition(".")[0]} if rest else {a.name for a in node.names}
    return found - {""}


def test_every_part_has_its_place():
    assert {part_of(path) for path in MODULES} - {"__init__"} == set(LEVEL)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_imports_go_in_one_direction(path):
    own = part_of(path)
    wrong = {n for n in imported(path) - {own} if own != "__init__" and LEVEL[n] >= LEVEL[own]}
    assert not wrong


def test_nothing_is_generated():
    for path in FOLDER.rglob("*"):
        if path.is_file() and path.suffix in {".py", ".json", ".yaml", ".jinja"}:
            assert "cookiecutter." not in path.read_text(encoding="utf-8"), path
