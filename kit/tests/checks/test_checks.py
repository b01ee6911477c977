"""Each check finds the defect that it is for, and nothing else."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import tfmot_technique_kit as tools
from tfmot_technique_kit import checks
from tfmot_technique_kit.checks import __main__ as command

_EVERY = {**checks.CHECKS, **checks.SUBMIT_CHECKS}
# What the others need, such as TensorFlow, is tested in api_test.py.
_NAMES = [name for name in _EVERY if name not in ("api", "examples", "rendered")]

# Put together, for this file is checked, too.
_TYPO = "".join(["te", "h"])
_LEFTOVER = "".join(["{{", " cookiecutter }}"])

_NOTEBOOK = next(
    path.relative_to(tools.ROOT).as_posix()
    for path in tools.ROOT.glob("g3doc/guide/*/*_example.ipynb")
)
_PAGE = """# Overview

See [usage](#in-use) and [the proposal](rfcs/proposal.md#results), or on
[GitHub](https://github.com/tensorflow/model-optimization).

## In `use`

The word `TODO` in code is fine, and so is `[a](nowhere.md)`.
"""
_PROPOSAL = """# Proposal

| Status | Proposed |
| :-- | :-- |
| **Author(s)** | Ada (@ada) |
| **Sponsor** | Grace (@grace) |
| **Updated** | 2026-05-07 |

## Motivation

## Results

| model | accuracy | size (kB) |
| --- | --- | --- |
| a | 0.9 | 10 |

## Known limitations

## Contribution
"""


@pytest.fixture
def notebook(tree):
    """Adds a notebook to the small project. Returns its path."""
    path = tree / _NOTEBOOK
    path.parent.mkdir(parents=True)
    # The pages beside it, to which it links, are not there.
    text = (tools.ROOT / _NOTEBOOK).read_text(encoding="utf-8")
    text = re.sub(r"\]\(\w+\.(md|ipynb)\)", "](../../../README.md)", text)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def tree(tmp_path):
    """A small project in which all is well. Returns its folder."""
    # A name above the pages that misleads nblint.
    root = tmp_path / "docs" / "project"
    (root / "rfcs").mkdir(parents=True)
    (root / "rfcs" / "proposal.md").write_text(_PROPOSAL)
    (root / "README.md").write_text(_PAGE)
    return root


def _edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _run(root):
    """Returns the problems of all checks, as printed."""
    return [str(problem) for name in _NAMES for problem in _EVERY[name](root)]


def _cell(notebook, cell_id):
    return next(c for c in notebook["cells"] if c["metadata"]["id"] == cell_id)


@pytest.mark.usefixtures("notebook")
def test_finds_nothing_where_all_is_well(tree) -> None:
    assert _run(tree) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("README.md", "#in-use", "#in-us", r":3: .*has no heading 'in-us'"),
        ("README.md", "(rfcs/proposal.md", "(rfcs/no.md", r":3: .*leads nowhere"),
        ("README.md", "(rfcs/prop", "(/rfcs/prop", r":3: .*leads nowhere"),
        ("README.md", "## In", '<img src="no.png">\n\n## In', r":6: .*nowhere"),
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
    ],
)
def test_finds_a_defect_of_a_page(tree, name, old, new, problem) -> None:
    _edit(tree / name, old, new)

    found = {line for line in _run(tree) if "at submission" not in line}

    assert len(found) == (problem is not None), found
    assert all(re.match(re.escape(name) + problem, line) for line in found)


def test_names_of_rfcs(tree) -> None:
    proposal = tree / "rfcs" / "proposal.md"
    dated = proposal.with_name("20260507-my-technique-proposal.md")
    (tree / "README.md").unlink()
    shutil.move(proposal, dated)
    assert _run(tree) == []

    shutil.move(dated, dated.with_name("my_proposal.md"))
    (problem,) = _run(tree)
    assert problem.startswith("rfcs/my_proposal.md: name it proposal.md")


def _remove_buttons(notebook):
    buttons = _cell(notebook, "buttons")["source"]
    buttons[:] = [re.sub("storage.google", "store.google", b) for b in buttons]


def _send_to_elsewhere(notebook):
    buttons = _cell(notebook, "buttons")["source"]
    buttons[:] = [re.sub("github.com/tens", "github.com/T", b) for b in buttons]


def _say_we(notebook):
    _cell(notebook, "conclusion")["source"].append("\n\nHere we end.")


def _repeat_an_id(notebook):
    _cell(notebook, "conclusion")["metadata"]["id"] = "setup"


def _add_a_title(notebook):
    _cell(notebook, "conclusion")["source"].insert(0, "# End\n\n")


def _lose_a_section(notebook):
    source = _cell(notebook, "setup")["source"]
    source[:] = [line.replace("## Setup", "## Install") for line in source]


def _keep_an_output(notebook):
    code = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    code["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}]


def _add_a_key(notebook):
    notebook["cells"][0]["id"] = "abc"


def _lose_the_licence(notebook):
    del notebook["cells"][1]


def _link_to_nowhere(notebook):
    _cell(notebook, "conclusion")["source"].append("\n\n[a](nowhere.md)")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_remove_buttons, "the button for downloads leads to https://store"),
        (_send_to_elsewhere, "tensorflow::button_(colab|github): "),
        (_say_we, "google::second_person: .*Found: we"),
        (_repeat_an_id, "2 cells have the id 'setup'"),
        (_add_a_title, "has 2 titles of level 1"),
        (_lose_a_section, 'has no section "Setup"'),
        (_keep_an_output, "is not formatted; run .*--remove_outputs"),
        (_add_a_key, "is no valid notebook"),
        (_lose_the_licence, "tensorflow::license_check: "),
        (_link_to_nowhere, "the link to 'nowhere.md' leads nowhere"),
    ],
)
def test_finds_a_defect_of_a_notebook(tree, notebook, change, problem) -> None:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    change(content)
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    notebook.write_text(text + "\n", encoding="utf-8")

    found = _run(tree)

    assert found
    for line in found:
        assert re.match(f"{_NOTEBOOK}: {problem}", line), line


def test_finds_a_file_that_is_no_notebook(tree, notebook) -> None:
    notebook.write_text("{")

    (problem,) = checks.CHECKS["notebook-format"](tree)

    assert problem.message.startswith("is no JSON")


def test_does_not_look_at_what_tools_make(tree) -> None:
    for folder in ("build", ".venv", "env"):
        (tree / folder).mkdir()
        (tree / folder / "bad.md").write_text("# A\n\n[a](nowhere.md)\n")
    (tree / "env" / "pyvenv.cfg").touch()

    assert _run(tree) == []


def test_command(tree, capsys) -> None:
    assert command.main(["links", "rfcs"], tree) == 0
    assert capsys.readouterr().out == "Checks: 2. Problems: 0.\n"

    _edit(tree / "rfcs" / "proposal.md", "Ada", "TODO(me): who?")
    assert command.main(["rfcs"], tree) == 0
    assert "lists them): 1." in capsys.readouterr().out
    assert command.main(["rfcs", "--submit"], tree) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("rfcs/proposal.md:5: 'TODO' is left to fill in")
    assert shown[1:] == ["Checks: 2. Problems: 1."]


def test_command_says_what_is_missing(tree, capsys, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "codespell_lib", None)

    assert command.main(["spelling"], tree) == 1

    shown = capsys.readouterr().err
    assert shown.startswith("Error: ") and "pip install" in shown
    assert shown.count("\n") == 1


def test_command_names_its_checks() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tools.checks", "speling"],
        cwd=pathlib.Path(tools.__file__).parents[1],
        capture_output=True,
        encoding="utf-8",
    )
    assert run.returncode == 2
    assert "there is no check 'speling'; there are api, " in run.stderr


def test_finds_what_is_not_rendered(tree) -> None:
    (tree / "experiments" / "report").mkdir(parents=True)
    (tree / "experiments" / "__main__.py").write_text(
        "import sys\n"
        "assert sys.argv[1:] == ['report', '--check']\n"
        "sys.exit('README.md: is not what the runs say.\\nrfcs/a.md:7: no run.')\n"
    )

    assert list(map(str, checks.CHECKS["rendered"](tree))) == [
        "README.md: is not what the runs say.",
        "rfcs/a.md:7: no run.",
    ]


def test_a_warning_of_a_library_is_no_problem_of_a_document(tree) -> None:
    (tree / "experiments" / "report").mkdir(parents=True)
    (tree / "experiments" / "__main__.py").write_text(
        "import sys\nprint('/lib/convert.py:846: UserWarning: no ranges.', file=sys.stderr)\n"
    )

    assert checks.CHECKS["rendered"](tree) == []


def test_finds_a_notebook_that_stops(tree) -> None:
    (tree / "g3doc").mkdir()
    (tree / "g3doc" / "notebooks_test.py").write_text(
        "import pytest\n\n\n"
        "@pytest.mark.notebook\n"
        "@pytest.mark.parametrize('name', ['good', 'bad'])\n"
        "def test_runs(name):\n"
        "  if name == 'bad':\n"
        "    raise RuntimeError('first\\n\\x1b[31mValueError\\x1b[0m: last')\n"
    )

    assert list(map(str, checks.EXECUTE_CHECKS["notebook-execution"](tree))) == [
        "g3doc/notebooks_test.py: test_runs[bad]: ValueError: last"
    ]


def test_finds_that_notebooks_cannot_be_run(tree) -> None:
    (problem,) = checks.EXECUTE_CHECKS["notebook-execution"](tree)

    assert str(problem).startswith("g3doc: ERROR: file or directory not found")
