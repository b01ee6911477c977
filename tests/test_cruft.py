"""Generating and updating with cruft, which clones the template's repository."""

import json
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
        timeout=180,  # seconds; a machine may be busy
    )
    assert run.returncode == status, run.stdout
    return run.stdout


@pytest.fixture
def template(tmp_path):
    """A repository with this template in it."""
    folder = support.copy_of_the_template(tmp_path / "template")
    history.git(folder, "init", "--quiet", "--initial-branch=main")
    history.commit(folder)
    return folder


def test_creates_the_same_files(home, template):
    cruft(home, "create", str(template), "--no-input")
    created = support.files_of(home / "connection_pruning")
    recorded = json.loads(created.pop(".cruft.json"))
    run = support.cookiecutter(home, "--output-dir", "same", template=template)
    assert run.returncode == 0, run.stdout
    assert created == support.files_of(home / "same" / "connection_pruning")
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


@pytest.mark.parametrize("key", ["__package", "_copyright_year", "_jinja2_env_vars"])
def test_names_of_the_template_are_refused(home, template, key):
    text = json.dumps({key: {"trim_blocks": False}})
    shown = cruft(home, "create", str(template), "--no-input", "--extra-context", text, status=1)
    assert shown == f"ERROR: {key} is the template's own, not an answer; leave it out\n"
    assert support.projects_in(home) == []


def test_names_of_the_template_are_computed_anew(home, template):
    """Whatever is recorded of them: cruft keeps answers alone."""
    cruft(home, "create", str(template), "--no-input")
    project = home / "connection_pruning"
    honest = (project / ".cruft.json").read_text()
    recorded = json.loads(honest)
    own = {key: "'+open('canary', 'w')+'" for key in recorded["context"]["cookiecutter"]}
    own = {key: text for key, text in own.items() if key[0] == "_" and key != "_template"}
    recorded["context"]["cookiecutter"].update(own)
    (project / ".cruft.json").write_text(json.dumps(recorded))
    as_a_contributor_has_it(project)
    assert cruft(home, "diff", folder=project) == ""
    more = json.dumps({"author_name": "Ada", "__entry": "evil", "_copyright_year": "1"})
    cruft(home, "update", "--skip-apply-ask", "--variables-to-update", more, folder=project)
    updated = json.loads((project / ".cruft.json").read_text())
    expected = json.loads(honest.replace("Your Name", "Ada"))
    expected["context"]["cookiecutter"]["organization"] = "Your Name"  # an answer, as before
    assert updated == expected
    assert not list(home.rglob("canary"))


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


def as_a_contributor_has_it(project):
    """Commits a project that cruft created."""
    history.git(project, "init", "--quiet")
    history.commit(project)
    return project


def change(template, **context):
    """Makes a new version of the template, with other keys in its cookiecutter.json."""
    path = template / "cookiecutter.json"
    before = json.loads(path.read_text())
    path.write_text(json.dumps({**before, "_template_version": "9.9.9", **context}))
    history.commit(template)


@pytest.mark.life
@pytest.mark.parametrize("earlier", [False, True])
def test_updates_where_an_editor_writes_crlf(home, template, earlier):
    """A project from before `.gitattributes` gets it first, as CHANGELOG.md says."""
    layout = template / support.TEMPLATE.name
    attributes = (layout / ".gitattributes").read_bytes()
    if earlier:
        (layout / ".gitattributes").unlink()
        history.commit(template)
    cruft(home, "create", str(template), "--no-input")
    project = home / "connection_pruning"
    for path in project.rglob("*.*"):
        if path.suffix in {".md", ".py", ".toml"}:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    as_a_contributor_has_it(project)
    if earlier:
        (project / ".gitattributes").write_bytes(attributes)
        history.git(project, "add", "--renormalize", ".")
        history.commit(project)
    for name in ("README.md", "pyproject.toml", "LICENSE"):
        (layout / name).write_text((layout / name).read_text() + "# New.\n")
    (layout / ".gitattributes").write_bytes(attributes)
    history.commit(template)
    cruft(home, "update", "--skip-apply-ask", folder=project)
    states = history.git(project, "status", "--porcelain").splitlines()
    changed = {line[3:]: line[:2] for line in states}
    assert changed.keys() == {".cruft.json", "LICENSE", "README.md", "pyproject.toml"}
    assert not any("U" in state for state in changed.values()), "merged without conflict"
    eol = history.git(project, "ls-files", "--eol")
    assert "i/crlf" not in eol
    assert "w/mixed" not in eol
    assert (project / "README.md").read_text().endswith("# New.\n")


@pytest.mark.life
def test_checks_and_shows_differences(home, template):
    cruft(home, "create", str(template), "--no-input")
    project = as_a_contributor_has_it(home / "connection_pruning")
    assert "up to date" in cruft(home, "check", folder=project)
    assert cruft(home, "diff", folder=project) == ""
    for name in ("README.md", "rfcs/design.md"):
        (project / name).write_text("Mine.\n")
    shown = cruft(home, "diff", folder=project)
    assert "-Mine." in shown
    changed = [line.split()[-1] for line in shown.splitlines() if line.startswith("diff --git")]
    assert changed == ["upstream-template-new/README.md"], "the RFC is the contributor's"
    (template / support.TEMPLATE.name / "NEW.md").write_text("New.\n")
    history.commit(template)
    assert "out of date" in cruft(home, "check", folder=project, status=1)


@pytest.mark.life
def test_links_a_project_that_cookiecutter_generated(home, template):
    run = support.cookiecutter(home, "technique_name=Weight Slicing", template=template)
    assert run.returncode == 0, run.stdout
    project = as_a_contributor_has_it(home / "weight_slicing")
    answers = json.dumps({"technique_name": "Weight Slicing"})
    cruft(home, "link", str(template), "--no-input", "--extra-context", answers, folder=project)
    assert cruft(home, "diff", folder=project) == ""
    history.commit(project)
    (template / support.TEMPLATE.name / "NEW.md").write_text("<<cookiecutter.__entry>>\n")
    history.commit(template)
    cruft(home, "update", "--skip-apply-ask", folder=project)
    assert (project / "NEW.md").read_text() == "slice_weights\n"


def test_what_is_the_contributor_s_is_named_right(project):
    skipped = support.toml_of(project / "pyproject.toml")["tool"]["cruft"]["skip"]
    files = support.files_of(project)
    made = {"experiments/results", "g3doc/executions"}  # by the kit, later
    assert set(skipped) <= {*files, *made}
    for name in ("keras/algorithm.py", "keras/algorithm_test.py"):
        assert f"tfmot_connection_pruning/{name}" in skipped


@pytest.mark.life
def test_another_extension_comes_with_an_update(home, template):
    """Python goes on with a module that it has imported, whatever its file says now."""
    cruft(home, "create", str(template), "--no-input")
    project = as_a_contributor_has_it(home / "connection_pruning")
    extension = template / "tfmot_template_rules" / "extension.py"
    text = extension.read_text().replace(
        "    asker = ", '    environment.filters["shout"] = str.upper\n    asker = '
    )
    extension.write_text(text)
    (template / support.TEMPLATE.name / "NEW.md").write_text("<<cookiecutter.__entry|shout>>\n")
    history.commit(template)
    cruft(home, "update", "--skip-apply-ask", folder=project)
    assert (project / "NEW.md").read_text() == "PRUNE_CONNECTIONS\n"


@pytest.mark.life
def test_a_prompt_is_added(home, template):
    """Projects that were generated without it get its default, or what they ask for."""
    cruft(home, "create", str(template), "--no-input")
    project = as_a_contributor_has_it(home / "connection_pruning")
    (template / support.TEMPLATE.name / "NEW.md").write_text("<<cookiecutter.paper>>\n")
    change(template, paper="none")
    cruft(home, "update", "--skip-apply-ask", folder=project)
    assert (project / "NEW.md").read_text() == "none\n"
    history.commit(project)
    answers = json.dumps({"paper": "arXiv:1"})
    cruft(home, "update", "--skip-apply-ask", "--variables-to-update", answers, folder=project)
    assert (project / "NEW.md").read_text() == "arXiv:1\n"


@pytest.mark.life
def test_a_prompt_is_renamed(home, template):
    """The answer to the old prompt is passed once, as the answer to the new one."""
    text = json.dumps({"github_handle": "ada-l"})
    cruft(home, "create", str(template), "--no-input", "--extra-context", text)
    project = as_a_contributor_has_it(home / "connection_pruning")
    for name in history.git(template, "grep", "-l", "github_handle").splitlines():
        path = template / name
        path.write_text(path.read_text(encoding="utf-8").replace("github_handle", "github_user"))
    change(template)
    answers = json.dumps({"github_user": "ada-l"})
    cruft(home, "update", "--skip-apply-ask", "--variables-to-update", answers, folder=project)
    assert "github.com/ada-l/" in (project / "README.md").read_text()
    recorded = json.loads((project / ".cruft.json").read_text())["context"]["cookiecutter"]
    assert recorded["github_user"] == "ada-l"
    assert cruft(home, "diff", folder=project) == ""
