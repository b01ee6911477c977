"""The commands of the README, as far as they need no set-up."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import set_up
import support


def make(home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs make with the environment of these tests in place of its own."""
    tools = Path(sys.executable).parent
    return subprocess.run(
        ["make", f"NEW={tools.parent}", f"--old-file={tools.parent}/.ready", *arguments],
        cwd=support.ROOT,
        env=support.environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_new_takes_defaults_without_a_terminal(home):
    run = make(home, "new", f"OUT={home}")
    assert run.returncode == 0, run.stdout
    assert support.projects_in(home) == ["connection_pruning"]


def test_new_takes_answers(home):
    out = home / "some where"
    run = make(home, "new", f"OUT={out}", """ARGS=technique_name="Weight Slicing" verb=cut""")
    assert run.returncode == 0, run.stdout
    assert (out / "weight_slicing" / "tfmot_weight_slicing" / "keras" / "cut_weights.py").is_file()


def test_new_says_what_is_wrong(home):
    run = make(home, "new", f"OUT={home}", "ARGS=technique_name=class")
    assert run.returncode != 0
    assert run.stdout.startswith("ERROR: technique_slug")
    assert support.projects_in(home) == []


@pytest.mark.life
def test_new_makes_a_small_environment_once(home, tmp_path):
    template = support.copy_of_the_template(tmp_path / "my template")
    command = ["make", "new", f"OUT={home}", f"PYTHON={sys.executable}"]
    for name in ("Weight Slicing", "Weight Sharing"):
        answers = f'ARGS=technique_name="{name}"'
        run = subprocess.run([*command, answers], cwd=template, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        made = (template / ".venv-new" / ".ready").stat().st_mtime_ns
    assert support.projects_in(home) == ["weight_sharing", "weight_slicing"]
    assert made < (home / "weight_sharing").stat().st_ctime_ns
    installed = {path.name for path in template.glob(".venv-new/lib/python*/site-packages/*")}
    assert {"cookiecutter", "nbformat"} <= installed
    assert not {"pytest", "matplotlib", "pip"} & installed
    assert not (template / ".venv").exists()


@pytest.mark.parametrize(
    "command", ["make new", "make test", "make lint test-fast", "make rendered-diff"]
)
def test_the_pages_name_the_commands(command):
    pages = ("README.md", "CONTRIBUTING.md")
    assert any(command in (support.ROOT / page).read_text() for page in pages)


def run_in_projects() -> list[str]:
    """Returns the command lines that `run_documented` is called with."""
    tree = ast.parse((support.ROOT / "tests" / "test_baked.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        call.args[1].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "run_documented"
    ]


def test_each_command_of_the_documents_is_run_or_has_a_reason(home):
    shown = support.cookiecutter(home).stdout
    (project,) = (home / name for name in support.projects_in(home))
    own = subprocess.run(
        ["git", "ls-files", "-z", "*.md", f":(exclude){support.TEMPLATE.name}", ":(exclude)tests"],
        cwd=support.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split("\0")[:-1]
    documents = [support.ROOT / name for name in own] + sorted(project.rglob("*.md"))
    typed = {line for path in documents for line in set_up.commands(path.read_text("utf-8"))}
    typed |= {line.split("   ")[0] for line in re.findall(r"^  \d\. (.*)$", shown, re.MULTILINE)}
    lines = {set_up.activated(line) for line in typed}

    run = {set_up.activated(line) for line in (set_up.SET_UP, set_up.ACTIVATE, *run_in_projects())}
    assert run <= lines, "A command that is run is in no document."
    parts = {part for line in run for part in line.split(" && ")}
    left = lines - run - parts
    unknown = {line for line in left if not line.startswith(tuple(set_up.NOT_RUN))}
    assert not unknown, "Run it in test_baked.py, or say in set_up.NOT_RUN why not."
    stale = {key for key in set_up.NOT_RUN if not any(line.startswith(key) for line in left)}
    assert not stale


def test_links_between_the_pages_lead_somewhere():
    for page in ("README.md", "CONTRIBUTING.md", "PROMPTS.md"):
        text = (support.ROOT / page).read_text()
        for link in re.findall(r"\]\((?!https?:|\.\./\.\./)([^)#]+)", text):
            assert (support.ROOT / link).exists(), f"{page}: {link}"
