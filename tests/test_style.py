"""Pages, questions, code and errors are in the style that CONTRIBUTING.md asks for."""

import ast
import fnmatch
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import support

STYLE = re.compile(r"^## Style\n.*?(?=^## )", re.DOTALL | re.MULTILINE)
GUIDE = (support.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

# Of the repository: all text but what projects are made of, which is checked as it comes out,
# and what must not change or is somebody else's.
SOURCES = ["*.md", "*.py", "*.toml", "*.yml", "*.yaml", "*.jinja", "*/run_schema.json", "Makefile"]
LEFT_OUT = [
    f"{support.TEMPLATE.name}/*",
    "templates/algorithms/*",
    "templates/guide_algorithms/*",
    "templates/facts/*.md",
    "kit/tests/data/*",
    "tfmot_template_ext.py",
    "tests/test_style.py",
]


def phrases() -> list[str]:
    """Returns what the guide says not to write."""
    [table] = re.findall(r"^\| not \| but \|\n\|.*\n((?:\|.*\n)+)", GUIDE, re.MULTILINE)
    cells = [row.split("|")[1].strip() for row in table.splitlines()]
    return [phrase for cell in cells for phrase in cell.split(", ")]


# Words may be on two lines, the second of them in a comment or a text of Python.
_GAP = r"""["'\s]+(?:# )?"""
PHRASES = re.compile(rf"\b(?:{'|'.join(phrases())})\b".replace(" ", _GAP), re.IGNORECASE)


def openings(name: str, text: str) -> Iterator[str]:
    """Yields the paragraphs of docstrings, pages and lists."""
    if name.endswith(".py"):
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
        nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))
        text = "\n\n".join(ast.get_docstring(node) or "" for node in nodes)
    elif not name.endswith((".md", ".ipynb")):
        return
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from re.split(r"\n\s*\n|^(?:[*-]|\d+\.|#+) +", text, flags=re.MULTILINE)


def problems(name: str, text: str) -> list[str]:
    """Returns what in a file is not in the style, each as a line."""
    found = [f"{name}: {' '.join(match[0].split())}" for match in PHRASES.finditer(text)]
    begin = (" ".join(opening.split())[:60] for opening in openings(name, text))
    return found + [f"{name}: {text}" for text in begin if re.match(r"It\b", text)]


def text_of(path: Path) -> str:
    """Returns the text of a file; that of the cells, if it is a notebook."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, nbformat.NO_CONVERT).cells
        return "\n\n".join(cell.source for cell in cells)
    return STYLE.sub("", path.read_text(encoding="utf-8"))


def matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def test_the_repository_is_in_the_style():
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=support.ROOT, capture_output=True, text=True).stdout
    chosen = [name for name in names.split("\0") if matches(name, SOURCES)]
    chosen = [name for name in chosen if not matches(name, LEFT_OUT)]
    assert {"README.md", "hooks/post_gen_project.py", "kit/tfmot_technique_kit/cli.py"} <= {*chosen}
    paths = [support.ROOT / name for name in chosen]
    found = [line for path in paths if path.exists() for line in problems(path.name, text_of(path))]
    assert not found, "\n".join(found)


def test_questions_are_in_the_style():
    context = json.loads((support.ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    questions = context["__prompts__"]
    assert not [line for key, text in questions.items() for line in problems(f"{key}.md", text)]


def test_what_is_generated_is_in_the_style(kind_project):
    names = support.files_of(kind_project)
    found = [line for name in names for line in problems(name, text_of(kind_project / name))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("a.py", '"""Does a thing.\n\nIt is done."""\n', 1),
        ("a.py", '"""Does a thing. It is done."""\n', 0),
        ("a.py", 'raise ValueError("Nothing put "\n  "out.")\n', 1),
        ("a.py", "# Computes as\n# ever.\n", 1),
        ("a.md", "# Title\n\nIt is new.\n", 1),
        ("a.md", "- It is new.\n- Iterations are.\n", 1),
        ("a.md", "Layers compute as\never.\n\nThe callback comes along.\n", 2),
        ("a.md", "The output is as large as every other. Remove what is therein.\n", 0),
        ("a.yml", "# Whoever installs it.\n", 1),
    ],
)
def test_finds_what_is_not_in_the_style(name, text, count):
    assert len(problems(name, text)) == count
