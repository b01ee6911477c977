"""What README.md says of the template and of projects is so."""

import fnmatch
import json
import re
from collections.abc import Iterator

import pytest
import support
import yaml

from tfmot_technique_kit import manifest
from tfmot_template_rules import answers, names

README = (support.ROOT / "README.md").read_text(encoding="utf-8")
GUIDELINE = "https://github.com/tensorflow/model-optimization/blob/master/CONTRIBUTING_TECHNIQUE.md"
NUMBERS = {10: "ten", 11: "eleven", 12: "twelve"}


def section(title: str) -> str:
    """Returns a section of the page, or what is before the first one."""
    found = dict(re.findall(r"^(?:## (.*)\n)?([\s\S]*?)(?=^## |\Z)", README, re.MULTILINE))
    return found[title]


def rows(title: str) -> list[list[str]]:
    """Returns the rows of the last table in a section, without its heading."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def entries(tree: str) -> Iterator[str]:
    """Yields the paths in a tree; those of folders that are not opened end with a slash."""
    lines = tree.splitlines()[1:]
    depths = [len(re.match("[│ ]*", line)[0]) // 4 for line in lines] + [-1]
    folders: list[str] = []
    for line, depth, following in zip(lines, depths, depths[1:], strict=False):
        shown = re.sub(r"^[│ ]*[├└]── ", "", line.partition(" # ")[0]).rstrip()
        folders = folders[:depth]
        if following > depth:
            folders.append(shown)
        else:
            yield from ("".join(folders) + name for name in re.split(r"  +", shown))


def test_the_tree_has_the_files_of_a_project(project):
    (tree,) = re.findall(r"```text\n(.*?)```", section("What you get"), re.DOTALL)
    assert tree.splitlines()[0] == f"{project.name}/"
    left = {name: False for name in support.files_of(project)}
    for pattern in entries(tree):
        covered = [
            name
            for name in left
            if (name.startswith(pattern) if pattern[-1] == "/" else fnmatch.fnmatch(name, pattern))
        ]
        assert covered, f"README.md shows {pattern}, which projects do not have."
        left.update(dict.fromkeys(covered, True))
    missing = [name for name, is_shown in left.items() if not is_shown]
    assert not missing, "The tree in README.md has no line for these."


def test_the_tree_is_narrow_enough_to_be_read_and_copied():
    (tree,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert max(map(len, tree.splitlines())) <= 100
    assert {line.index(" # ") for line in tree.splitlines() if " # " in line} <= {39, 61}


def is_around(folder: str, path: str) -> bool:
    """Tells whether a path is that of a file, or in a folder, with a name."""
    return path == folder or (folder[-1] == "/" and path.startswith(folder))


def test_components_of_the_guideline_lead_to_files(project):
    made = manifest.load(project)
    files = {file.path for file in made.files}
    folders = {f"{folder.here}/" for folder in made.folders.values()}
    cells = [cell for row in rows("What TFMOT asks for, and where it is") for cell in row[1:2]]
    named = {path for cell in cells for path in re.findall("`(.*?)`", cell)}
    assert named <= files | folders
    for component in made.components:
        if component.step:
            paths = [file.path for file in component.files] or [f"{component.folder.here}/"]
            shown = [is_around(a, b) or is_around(b, a) for a in named for b in paths]
            assert any(shown), f"README.md does not say where {component.title} is."


def test_kinds_are_those_that_can_be_chosen():
    listed = {row[0].strip("`"): row[3].strip("`") for row in rows("Four kinds of techniques")}
    assert listed == names.LEVELS


def test_the_number_of_questions():
    number = NUMBERS[len(answers.PROMPTS)]
    assert f"Cookiecutter asks {number} questions" in README
    assert f"![{number.capitalize()} questions" in README
    assert f"[{number} answers]" in (support.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_first_screen_says_what_it_is_for_whom_and_how_to_start():
    first = "\n".join(README.splitlines()[:40])
    assert re.search(
        r"\A# .*\n\nA \[Cookiecutter\].* template for researchers and engineers", first
    )
    assert GUIDELINE in first
    assert "cookiecutter gh:USER/REPOSITORY" in first


def test_badges_are_true():
    jobs = yaml.safe_load((support.ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    versions = jobs["fast"]["strategy"]["matrix"]["python"]
    assert f"![Python {versions[0]} to {versions[-1]}]" in README
    assert f"/python-{versions[0]}%20to%20{versions[-1]}-" in README
    new = support.toml_of(support.ROOT / "pyproject.toml")["dependency-groups"]["new"]
    [oldest] = [line.partition(">=")[2] for line in new if line.startswith("cookiecutter")]
    assert f"![Cookiecutter {oldest} or newer]" in README
    assert f"/cookiecutter-%E2%89%A5%20{oldest}-" in README
    assert "Apache License" in (support.ROOT / "LICENSE").read_text(encoding="utf-8")[:200]


@pytest.mark.parametrize("link", re.findall(r"\((\.\./\.\./[^)]*)\)", README))
def test_links_to_the_repository_on_github_are_to_its_pages(link):
    """They lead there from the page of any copy of the repository."""
    assert re.fullmatch(r"\.\./\.\./(issues|actions/workflows/(\w+)\.yml(/badge\.svg)?)", link)
    for workflow in re.findall(r"(\w+\.yml)", link):
        assert (support.ROOT / ".github" / "workflows" / workflow).is_file()


def test_the_example_follows_the_defaults(project):
    context = json.loads((support.ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    assert names.slug_of(context["technique_name"]) == project.name
    assert f"cd {project.name}\n" in section("Quick start")
