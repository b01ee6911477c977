"""Answers that come another way than the prompts: replayed, or through cruft."""

import json

import pytest
import support

pytestmark = pytest.mark.xdist_group("replay")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """What Cookiecutter saves of a generation, and the files of that."""
    home = tmp_path_factory.mktemp("home")
    assert support.cookiecutter(home).returncode == 0
    [path] = (home / ".cookiecutter_replay").glob("*.json")
    return path.read_text(), support.files_of(home / "connection_pruning")


@pytest.fixture
def replay(home, saved):
    """A function that changes the saved answers, and generates from those."""

    def run(**changes):
        context = json.loads(saved[0])
        context["cookiecutter"].update(changes)
        answers = home / ".cookiecutter.json"
        answers.write_text(json.dumps(context))
        return support.cookiecutter(home, "--replay-file", str(answers), no_input=False)

    return run


def test_the_same_answers_give_the_same_files(home, replay, saved):
    run = replay()
    assert run.returncode == 0, run.stdout
    assert support.files_of(home / "connection_pruning") == saved[1]


def test_replayed_text_is_literal(replay):
    run = replay(author_name="<<7*7>> a << b <% c")
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
def test_changed_answers_are_checked_again(home, replay, key, value):
    run = replay(**{key: value})
    assert run.returncode == 1
    assert run.stdout.startswith("ERROR: ")
    assert run.stdout.count("\n") == 1
    assert not list(home.rglob("evil*"))
    assert support.projects_in(home) == []
