"""Answers that come another way than the prompts: replayed, or through cruft."""

import json

import pytest
import support


def replay(home, **changes):
    """Generates a project, changes its saved answers, and generates from those."""
    assert support.cookiecutter(home).returncode == 0
    [saved] = (home / ".cookiecutter_replay").glob("*.json")
    context = json.loads(saved.read_text())
    context["cookiecutter"].update(changes)
    answers = home / ".cookiecutter.json"
    answers.write_text(json.dumps(context))
    options = ("--replay-file", str(answers), "--output-dir", "again")
    return support.cookiecutter(home, *options, no_input=False)


def test_the_same_answers_give_the_same_files(home):
    run = replay(home)
    assert run.returncode == 0, run.stdout
    first = support.files_of(home / "connection_pruning")
    assert support.files_of(home / "again" / "connection_pruning") == first


def test_replayed_text_is_literal(home):
    run = replay(home, author_name="<<7*7>> a << b <% c")
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("technique_slug", "../evil"),
        ("technique_slug", "class"),
        ("author_email", "nobody"),
        ("_template_version", "0.0.0"),
    ],
)
def test_changed_answers_are_checked_again(home, key, value):
    run = replay(home, **{key: value})
    assert run.returncode == 1
    assert run.stdout.startswith("ERROR: ")
    assert run.stdout.count("\n") == 1
    assert not list(home.rglob("evil*"))
    assert not (home / "again" / "connection_pruning").exists()
