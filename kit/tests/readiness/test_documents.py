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


def _declared(text):
    return {"a.md": f"# A\n\n<!-- code: begin summary -->\n\n{text}\n\n<!-- code: end -->\n"}


def _sponsor(text):
    return {"proposal.md": _SPONSOR.format("Ada"), "design.md": _SPONSOR.format(text)}


def _notes(text):
    return {"CHANGELOG.md": text, _INIT: "__version__ = '0.2.0'\n"}


_LICENCE = "# Some comment.\n# Copyright 2026 The TensorFlow Authors.\n"
_INSTALLS = {"a.ipynb": _notebook("%pip install -q tfmot-some-method==0.1.0")}


@pytest.mark.parametrize(
    "rule, files, found",
    [
        (common.check_files, {"a.md": None}, "a.md: is missing"),
        (common.check_files, {"a.md": ""}, ""),
        (common.check_licence, {"a.py": "x = 1\n"}, "a.py: has no licence"),
        (common.check_licence, {"a.py": f"{_LICENCE}x = 1\n"}, ""),
        (common.check_licence, {"a.md": "Text.\n"}, ""),
        (common.check_answers, {"a.md": "\nis you@example.com\n"}, "a.md:2: 'you@"),
        (common.check_answers, {"a.md": "\nis github.com/your-handle/x\n"}, "a.md:2: 'your"),
        (common.check_answers, {"a.md": "\nby Your Name\n"}, "a.md:2: 'Your"),
        (
            common.check_answers,
            {"a.md": "jane@example.org, jane-handle, Jane Name; your handle"},
            "",
        ),
        (documents.check_declared, _declared("Old."), "a.md: is not what the code says"),
        (documents.check_declared, _declared("Some method does something."), ""),
        (documents.check_sponsor, _sponsor("none yet"), "design.md:3: no sponsor yet"),
        (documents.check_sponsor, _sponsor("TODO(some_method): who"), "design.md:3: no spon"),
        (documents.check_sponsor, _sponsor(""), "design.md:3: no sponsor yet"),
        (documents.check_sponsor, _sponsor("Ada (ada@example.org)"), ""),
        (documents.check_note, _notes("# Changelog\n\n## 0.2.0\n\n*   Halves the size.\n"), ""),
        (documents.check_note, _notes("## 0.2.0 (unreleased)\n\n*   Halves the size.\n"), ""),
        (documents.check_note, _notes(""), 'CHANGELOG.md: has no section "## 0.2.0"'),
        (documents.check_note, _notes("## 0.1.0\n\n*   Older.\n"), "CHANGELOG.md: has no sect"),
        (
            documents.check_note,
            _notes("## 0.2.0\n\n## 0.1.0\n\n*   Older.\n"),
            "CHANGELOG.md: say under 0.2.0 what",
        ),
        (
            documents.check_note,
            _notes("## 0.2.0\n\n*   First version, with the baseline algorithm.\n"),
            "CHANGELOG.md: say under",
        ),
        (documents.check_stable, _INSTALLS | _notes(""), "a.ipynb: has to install"),
        (documents.check_stable, _notes("") | _INSTALLS, ""),  # of another component
    ],
)
def test_a_rule_for_a_file(find, rule, files, found):
    parts = [component(path, name=path.partition(".")[0]) for path in files]
    written = {path: text for path, text in files.items() if text is not None}
    shown = [str(problem) for problem in find(rule, written, *parts)]
    assert len(shown) == bool(found)
    assert not found or shown[0].startswith(found)


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
