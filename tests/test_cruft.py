"""Generating and updating with cruft, which clones the template's repository."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import history
import pytest
import support


def cruft(home: Path, *arguments: str, folder: Path | None = None, status: int = 0) -> str:
    """Runs cruft's command and returns what it printed."""
    run = subprocess.run(
        [sys.executable, "-m", "cruft", *arguments],
        cwd=folder or home,
        env=support.environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert run.returncode == status, run.stdout
    return run.stdout


@pytest.fixture
def template(tmp_path):
    """A repository with this template in it."""
    folder = tmp_path / "template"
    ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "tests")
    shutil.copytree(support.ROOT, folder, ignore=ignored)
    history.git(folder, "init", "--quiet", "--initial-branch=main")
    history.commit(folder)
    return folder


def test_creates_the_same_files(home, template, project):
    cruft(home, "create", str(template), "--no-input")
    created = support.files_of(home / "connection_pruning")
    recorded = json.loads(created.pop(".cruft.json"))
    assert created == support.files_of(project)
    assert recorded["context"]["cookiecutter"]["__entry"] == "prune_connections"


def test_answers_are_literal(home, template):
    text = json.dumps({"author_name": support.CANARIES[0]})
    cruft(home, "create", str(template), "--no-input", "--extra-context", text)
    [author] = support.metadata_of(home / "connection_pruning")["authors"]
    assert author["name"] == support.CANARIES[0]


def test_bad_answers_are_refused_in_one_line(home, template):
    text = json.dumps({"technique_name": "class"})
    options = ("--no-input", "--extra-context", text)
    shown = cruft(home, "create", str(template), *options, status=1)
    assert shown.startswith('ERROR: technique_slug "class" is a Python keyword')
    assert shown.count("\n") == 1
    assert support.projects_in(home) == []


def test_updates(home, template):
    """The new version has other rules: those of the old one must not stay in use."""
    cruft(home, "create", str(template), "--no-input")
    project = home / "connection_pruning"
    algorithm = project / "tfmot_connection_pruning" / "keras" / "algorithm.py"
    algorithm.write_text(algorithm.read_text() + "\n# Mine.\n")
    history.git(project, "init", "--quiet")
    history.commit(project)

    rules = template / "tfmot_template_rules" / "names.py"
    rules.write_text(rules.read_text() + '\n_NAMES["greeting"] = lambda answers: "hello"\n')
    context = json.loads((template / "cookiecutter.json").read_text())
    context["__greeting"] = "<< cookiecutter | derive('greeting') >>"
    context["_template_version"] = "9.9.9"
    (template / "cookiecutter.json").write_text(json.dumps(context))
    (template / support.TEMPLATE.name / "NEW.md").write_text("<<cookiecutter.__greeting>>\n")
    history.commit(template)

    shown = cruft(home, "update", "--skip-apply-ask", folder=project)
    assert "Next:" not in shown
    assert (project / "NEW.md").read_text() == "hello\n"
    assert algorithm.read_text().endswith("# Mine.\n")
    recorded = json.loads((project / ".cruft.json").read_text())
    assert recorded["context"]["cookiecutter"]["_template_version"] == "9.9.9"
    assert not list(project.rglob("*.rej"))
