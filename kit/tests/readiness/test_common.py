"""Tests for the rules for any component."""

import pytest
from tests.readiness import projects as test_projects
from tfmot_technique_kit.readiness import common

_RFC = "| **Author** | A (@a) |\n| **Sponsor** | {} |\n"


def test_missing_files(tmp_path) -> None:
    part = test_projects.component("a.md", "b.md")
    made = test_projects.make(tmp_path, {"a.md": ""}, part)

    (gap,) = test_projects.check(common.check_files, made)

    assert gap.path == "b.md"


def test_code_for_upstream_begins_with_the_licence(tmp_path) -> None:
    licence = "# Copyright 2026 The TensorFlow Authors.\n"
    files = {"a.py": "x = 1\n", "b.py": f"{licence}x = 1\n", "c.md": "Text.\n"}
    made = test_projects.make(tmp_path, files)

    (gap,) = test_projects.check(common.check_licence, made)

    assert gap.path == "a.py"


@pytest.mark.parametrize(
    "name, line, message",
    [
        ("a.md", "<!-- TODO(some_method): say why. -->", ": say why."),
        ("a.py", "# TODO(some_method): this.", ": this."),
        ("a.md", "| a | TODO(some_method): date |", ": date"),
        ("a.ipynb", r'  "TODO(some_method): say \"why\".\n",', ': say "why".'),
    ],
)
def test_todos_are_found_with_their_line(tmp_path, name, line, message) -> None:
    made = test_projects.make(tmp_path, {name: f"first\n{line}\nlast\n"})

    (gap,) = test_projects.check(common.check_todos, made)

    assert str(gap) == f"{name}:2: TODO(some_method){message}"


def test_todos_of_others_are_theirs(tmp_path) -> None:
    made = test_projects.make(tmp_path, {"a.py": "# TODO(b/1): that.\n"})

    assert not test_projects.check(common.check_todos, made)


@pytest.mark.parametrize("answer", ["you@example.com", "github.com/your-handle/x", "by Your Name"])
def test_answers_that_nobody_gave(tmp_path, answer) -> None:
    made = test_projects.make(tmp_path, {"a.md": f"\nis {answer}\n"})

    (gap,) = test_projects.check(common.check_answers, made)

    assert (gap.path, gap.line) == ("a.md", 2)


def test_answers_that_somebody_gave(tmp_path) -> None:
    text = "jane@example.org, jane-handle, Jane Name; your handle\n"
    made = test_projects.make(tmp_path, {"a.md": text})

    assert not test_projects.check(common.check_answers, made)


@pytest.mark.parametrize(
    "sponsor, lines",
    [("none yet", [2]), ("TODO(some_method): who", [2]), ("", [2]), ("Ada (ada@example.org)", [])],
)
def test_sponsor(tmp_path, sponsor, lines) -> None:
    files = {"p.md": _RFC.format(sponsor), "d.md": _RFC.format("Ada")}
    parts = [
        test_projects.component("p.md", name="proposal"),
        test_projects.component("d.md", name="design"),
    ]
    made = test_projects.make(tmp_path, files, *parts)

    gaps = test_projects.check(common.check_sponsor, made)

    assert [gap.line for gap in gaps] == lines
