"""Each check finds the defect that it is for, and nothing else."""

import json
import re
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from tests.checks.conftest import write_notebook
from tests.conftest import add_component
from tests.conftest import edit as edit_text
from tfmot_technique_kit.checks import CHECKS, notebooks, programs, rendered
from tfmot_technique_kit.cli import main

# The others take TensorFlow or another command, and are tested on their own.
_NAMES = [name for name in CHECKS if name not in {"api", "examples", "rendered", "execution"}]

_TYPO = "".join(["te", "h"])  # so that this file can be checked
_OWN = "https://github.com/ada/some_method/blob/main"
_LEFTOVER = "".join(["{{", " cookiecutter }}"])


def _find(project):
    """Returns the problems of all checks, as shown."""
    return [str(problem) for name in _NAMES for problem in CHECKS[name](project)]


@pytest.mark.usefixtures("notebook")
def test_finds_nothing_where_all_is_well(project):
    assert _find(project) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("README.md", "#in-use", "#in-us", r":3: .*has no heading 'in-us'"),
        ("README.md", "(rfcs/proposal.md", "(rfcs/no.md", r":3: .*leads nowhere"),
        ("README.md", "(rfcs/prop", "(/rfcs/prop", r":3: .*leads nowhere"),
        ("README.md", "## In", '<img src="no.png">\n\n## In', r":6: .*nowhere"),
        ("README.md", "## In", 'a <a id="x" href="no.md">b</a>\n\n## In', r":6: .*nowhere"),
        ("README.md", "## In", '<b id="x"></b> [a](#x) `<a href="no">`\n\n## In', None),
        ("README.md", "GitHub", f"{_TYPO} GitHub", r":4: .* ==> the\?"),
        ("README.md", "word", _LEFTOVER, r":8: .*is a placeholder"),
        ("rfcs/proposal.md", "Proposed", "Draft", r":3: Status"),
        ("rfcs/proposal.md", "2026-05-07", "May", r":7: Updated is 'May'"),
        ("rfcs/proposal.md", "**Sponsor**", "Friend", r': .*no row "Sponsor"'),
        ("rfcs/proposal.md", "Grace (@grace)", "none yet", r":6: has no sponsor"),
        ("rfcs/proposal.md", "## Mot", "# Other\n\n## Mot", r":9: has 2 titles"),
        ("rfcs/proposal.md", "## Known lim", "## Lim", None),
        ("rfcs/proposal.md", "## Known limitations", "", r': .*"Limitations"'),
        ("rfcs/proposal.md", "## Known", "TODO(me)\n\n## Known", r":17: 'TODO'"),
        ("rfcs/proposal.md", "2026-05-07", "YYYY-MM-DD", r":7: 'YYYY-MM-DD'"),
        ("rfcs/proposal.md", "accuracy", "parameters", r": has no table"),
        ("rfcs/proposal.md", "size (kB)", "parameters", r": has no table"),
        ("rfcs/proposal.md", "| model ", "<table><tr><td>loss<td>ms</tr></table>\n\n| mo", None),
    ],
)
def test_finds_a_defect_of_a_page(project, name, old, new, problem):
    edit_text(project.root / name, old, new)

    found = {line for line in _find(project) if "at submission" not in line}

    assert len(found) == (problem is not None), found
    assert all(re.match(re.escape(name) + problem, line) for line in found)


def test_names_of_rfcs(project):
    proposal = project.root / "rfcs" / "proposal.md"
    dated = proposal.with_name("20260507-my-technique-proposal.md")
    (project.root / "README.md").unlink()
    shutil.move(proposal, dated)
    assert _find(project) == []

    shutil.move(dated, dated.with_name("my_proposal.md"))
    (problem,) = _find(project)
    assert problem.startswith("rfcs/my_proposal.md: name it proposal.md")


def test_does_not_look_at_what_tools_make(project):
    for folder in ("build", ".venv", "env"):
        (project.root / folder).mkdir()
        (project.root / folder / "bad.md").write_text("# A\n\n[a](nowhere.md)\n")
    (project.root / "env" / "pyvenv.cfg").touch()

    assert _find(project) == []


def _replace(cell_id, old, new):
    def edit(notebook, _):
        (cell,) = (c for c in notebook["cells"] if c["metadata"]["id"] == cell_id)
        cell["source"] = [re.sub(old, new, line) for line in cell["source"]]

    return edit


def _append(text):
    return _replace("setup", "## Setup", f"## Setup\n\n{text}")


def _repeat_an_id(notebook, _):
    notebook["cells"][-1]["metadata"]["id"] = "setup"


def _keep_an_output(_, code):
    code["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}]


def _add_a_key(notebook, _):
    notebook["cells"][0]["id"] = "abc"


def _lose_the_licence(notebook, _):
    del notebook["cells"][1]


def _save_in_colab(notebook, code):
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"1": {}}}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    code["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": view}]


def _change(path, edit):
    """Changes a notebook by a function of its content and of its first cell of code."""
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content, next(cell for cell in content["cells"] if cell["cell_type"] == "code"))
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (_replace("buttons", "/raw/main/", "/raw/v1/"), "the button for downloads leads"),
        (_replace("buttons", "google.com/github/ada", "google.com/github/A"), r".*::button_colab"),
        (_replace("buttons", "https://github.com/ada(?=.*blob)", "x:/"), r".*::button_github"),
        (_append("Here we go."), "google::second_person: .*: we"),
        (_append("# End"), "has 2 titles of level 1"),
        (_replace("setup", "## Setup", "## Install"), 'has no section "Setup"'),
        (_append("[a](no.md)"), "the link to 'no.md' leads no"),
        (
            _append("[a](../../../README.md#in-use)"),
            f"the link to '../../../README.md' leads nowhere in Colab; write {_OWN}/README.md",
        ),
        (_append(f"[a]({_OWN}/no.md)"), "the link to 'no.md' l"),
        (_append(f"[a]({_OWN}/README.md#no)"), "'README.md' has"),
        (_repeat_an_id, "2 cells have the id 'setup'"),
        (_keep_an_output, "is not laid out as tensorflow.org wants; format it"),
        (_save_in_colab, "has the state of widgets, as Colab saves it, .*; strip it"),
        (_add_a_key, "is no valid notebook"),
        (_lose_the_licence, "tensorflow::license_check: "),
    ],
)
def test_finds_a_defect_of_a_notebook(project, notebook, edit, problem):
    _change(notebook, edit)

    found = _find(project)

    name = notebook.relative_to(project.root)
    assert found
    for line in found:
        assert re.match(f"{name}: {problem}", line), line


@pytest.mark.parametrize("edit", [_save_in_colab, _keep_an_output])
def test_the_command_mends_the_format(project, notebook, edit):
    _change(notebook, edit)
    (problem,) = notebooks.check_format(project.root)

    _, _, module, *arguments = problem.command.split()
    assert problem.command.startswith("python -m ")
    assert programs.run(project.root, module, *arguments).returncode == 0

    assert notebooks.check_format(project.root) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no JSON"),
        ("[]", "is no valid notebook: it has no cells"),
        ('{"cells": []}', "is no valid notebook: "),
    ],
)
def test_finds_a_file_that_is_no_notebook(project, notebook, content, message):
    notebook.write_text(content)

    (problem,) = notebooks.check_format(project.root)

    assert problem.message.startswith(message)


def test_the_guide_shows_the_public_api(project):
    package = project.root / "tfmot_some_method" / "keras"
    lines = (f"from tfmot_some_method.keras.code import {name}\n" for name in ("one", "two"))
    (package / "__init__.py").write_text("".join(lines))
    path = project.root / "g3doc" / "guide" / "some_method" / "a_comprehensive_guide.ipynb"
    write_notebook(path, "technique.one()\n", "technique.other()\n")

    assert [problem.message for problem in notebooks.check_symbols(project)] == [
        "does not show two, which is public; use it.",
        "uses other, which is not public.",
    ]


@pytest.mark.parametrize(
    ("shown", "problems"),
    [
        (
            "/lib/a.py:846: UserWarning: no ranges.\n"
            "README.md: is not what the runs say.\nrfcs/a.md:7: no run.\n",
            ["README.md: is not what the runs say.", "rfcs/a.md:7: no run."],
        ),
        ("Error: it\n failed\n", ["technique report --check:  failed"]),
        ("", []),
    ],
)
def test_finds_what_is_not_rendered(project, monkeypatch, shown, problems):
    block = "<!-- results: begin a -->\n<!-- results: end -->\n\n## In"
    edit_text(project.root / "README.md", "## In", block)
    project = add_component(project.root, "README.md")

    def run(folder, module, *arguments):
        assert (folder, module) == (project.root, "tfmot_technique_kit")
        assert arguments == ("report", "--check")  # no other kind of block is there
        return subprocess.CompletedProcess((), int(bool(problems)), stdout="", stderr=shown)

    monkeypatch.setattr(programs, "run", run)
    assert [str(problem) for problem in rendered.check_rendered(project)] == problems

    edit_text(project.root / "README.md", "<!-- results: end -->\n", "")
    (problem,) = rendered.check_rendered(project)
    assert str(problem).startswith("README.md: the block 'a' has no end")


def test_command(project, monkeypatch):
    monkeypatch.chdir(project.root)

    def check(*arguments):
        result = CliRunner().invoke(main, ["check", *arguments])
        return result.exit_code, result.stdout.splitlines()

    assert check("links", "rfcs") == (0, ["Checks: 2. Problems: 0."])

    edit_text(project.root / "rfcs" / "proposal.md", "Ada", "TODO(me): who?")
    status, shown = check("rfcs")
    assert status == 0
    assert shown[-1].endswith("(--submit lists them): 1.")
    status, shown = check("rfcs", "--submit")
    assert status == 1
    assert shown[0].startswith("rfcs/proposal.md:5: 'TODO' is left to fill in")
    assert shown[1:] == ["Checks: 2. Problems: 1."]

    result = CliRunner().invoke(main, ["check", "speling"])
    assert result.exit_code == 2
    assert "There is no check 'speling'; there are api, " in result.stderr
