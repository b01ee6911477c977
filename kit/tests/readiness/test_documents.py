"""Tests for the rules for any file, and for those for RFCs, notebooks and release notes."""

import json

import pytest

from tests.readiness.conftest import component
from tfmot_technique_kit.checks import execution
from tfmot_technique_kit.readiness import common, documents

_INIT = "tfmot_some_method/__init__.py"
_SPONSOR = "| **Author** | A (@a) |\n| --- | --- |\n| **Sponsor** | {} |\n"
_RFC = """# Proposal: some method

| Status | Draft |
| :-- | :-- |
| **Author** | A (@a) |
| **Sponsor** | TODO(some_method): who |

TODO(some_method): say why.
"""


def _notebook(code="print(1)", prose="Text."):
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [prose]},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": [code]},
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


_LICENCE = "# Some comment.\n# Copyright 2026 The TensorFlow Authors.\n"
_SHOWN = "# A\n\n<!-- code: begin summary -->\n\n{}\n\n<!-- code: end -->\n"


@pytest.mark.parametrize(
    "rule, good, bad",
    [
        (common.check_files, {"b.md": ""}, ["a.md"]),
        (
            common.check_licence,
            {"b.py": f"{_LICENCE}x = 1\n", "c.md": "Text.\n"},
            {"a.py": "x = 1\n"},
        ),
        (
            documents.check_declared,
            {"b.md": _SHOWN.format("Some method does something.")},
            {"a.md": _SHOWN.format("Old.")},
        ),
    ],
)
def test_files_of_the_component(find, rule, good, bad):
    part = component(*good, *bad)
    files = good | bad if isinstance(bad, dict) else good
    assert [problem.path for problem in find(rule, files, part)] == list(bad)


_LONG = "say who needs this, by link."


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("a.md", "TODO: say who needs\nthis, by link. Issues\ncount.", _LONG),
        ("a.md", "<!-- TODO: say who needs\nthis, by link. Issues count. -->", _LONG),
        ("a.md", "TODO: say who needs\nthis, by link.\n\nText.", _LONG),
        ("a.cff", "# TODO: say who needs\n# this, by link. Issues\n# count.", _LONG),
        ("a.py", "  # TODO: say who needs\n  # this, by link.\nTODO(b/1): of others", _LONG),
        ("a.ipynb", '"TODO: say who needs\\n",\n"this, by link. Issues\\n",\n"count."', _LONG),
        ("a.ipynb", r'  "TODO: say \"why\".\n",', 'say "why".'),
        ("a.ipynb", '"TODO: say why"\n"source"', "say why"),
        ("a.md", "<!-- TODO: say why -->\nText.", "say why"),
        ("a.md", "| a | TODO: a date |\n| b | c |", "a date"),
        ("a.md", "TODO: say why\n\nText.", "say why"),
        ("a.py", "# TODO: say why\n\nx = 1.", "say why"),
    ],
)
def test_a_todo_is_shown_with_its_line_and_its_whole_first_sentence(find, name, text, message):
    content = f"first\n{text}\n".replace("TODO:", "TODO(some_method):")
    (problem,) = find(common.check_todos, {name: content})
    assert str(problem) == f"{name}:2: TODO(some_method): {message}"


@pytest.mark.parametrize(
    "text, lines",
    [
        ("is you@example.com", [2]),
        ("is github.com/your-handle/x", [2]),
        ("by Your Name", [2]),
        ("jane@example.org, jane-handle, Jane Name; your handle", []),
    ],
)
def test_answers_that_nobody_gave(find, text, lines):
    problems = find(common.check_answers, {"a.md": f"\n{text}\n"})
    assert [problem.line for problem in problems] == lines


@pytest.mark.parametrize(
    "sponsor, lines",
    [("none yet", [3]), ("TODO(some_method): who", [3]), ("", [3]), ("Ada (ada@example.org)", [])],
)
def test_sponsor(find, sponsor, lines):
    files = {"p.md": _SPONSOR.format(sponsor), "d.md": _SPONSOR.format("Ada")}
    parts = [component("p.md", name="proposal"), component("d.md", name="design")]
    assert [problem.line for problem in find(documents.check_sponsor, files, *parts)] == lines


def test_what_keeps_an_rfc_from_being_submitted(find):
    names = ("proposal", "design")
    parts = [component(f"rfcs/{name}.md", name=name) for name in names]
    problems = find(documents.check_submission, {f"rfcs/{name}.md": _RFC for name in names}, *parts)

    assert {problem.path for problem in problems} == {"rfcs/proposal.md"}
    messages = "\n".join(problem.message for problem in problems)
    assert 'has no section "Motivation"' in messages
    assert "Status is 'Draft'" in messages
    # Other rules tell what is to fill in.
    assert not {problem.line for problem in problems} & {6, 8}


def test_notebooks_have_to_run_as_they_are(make):
    path = "g3doc/guide/a.ipynb"
    project = make({path: _notebook()})

    def found(**content):
        (project.root / path).write_text(_notebook(**content))
        problems = documents.check_executed(project, project.manifest.components[0])
        return [problem.message for problem in problems]

    assert found() == ["did not run yet"]
    execution.record(project, project.root / path)
    assert found() == found(prose="More.") == []
    message = "did not run since its code or that of the technique changed"
    assert found(code="print(2)") == [message]


@pytest.mark.parametrize(
    "notes, message",
    [
        ("# Changelog\n\n## 0.2.0\n\n*   Halves the size of models.\n", None),
        ("## 0.2.0 (unreleased)\n\n*   Halves the size.\n", None),
        ("", 'has no section "## 0.2.0"'),
        ("## 0.1.0\n\n*   Older.\n", 'has no section "## 0.2.0"'),
        ("## 0.2.0\n\n## 0.1.0\n\n*   Older.\n", "say under 0.2.0 what"),
        ("## 0.2.0\n\n*   First version, with the baseline algorithm.\n", "say under"),
    ],
)
def test_note_about_the_version(find, notes, message):
    files = {"CHANGELOG.md": notes, _INIT: "__version__ = '0.2.0'\n"}
    problems = find(documents.check_note, files, component("CHANGELOG.md"))
    assert len(problems) == (message is not None)
    assert not message or message in problems[0].message


def test_notebooks_of_the_component_install_the_version(find):
    notebook = _notebook("%pip install -q tfmot-some-method==0.1.0")
    files = {"a.ipynb": notebook, "b.ipynb": notebook, _INIT: "__version__ = '0.2.0'\n"}
    parts = [component("a.ipynb"), component("b.ipynb", name="other")]
    assert [problem.path for problem in find(documents.check_stable, files, *parts)] == ["a.ipynb"]
