"""The prompts, as somebody at a terminal meets them."""

import sys

import pexpect
import pytest
import support

PROMPTED = [
    ("technique_name", "Name of the technique", "Connection Pruning"),
    ("technique_slug", "Its name in code", "connection_pruning"),
    ("technique_kind", "Choose a number or a name", "weight_mask"),
    ("verb", "What users do with it", "prune"),
    ("verb_object", "What they do it to", "connections"),
    ("past_participle", "What a model is afterwards", "pruned"),
    ("level", "What a schedule controls", "sparsity"),
    ("author_name", "Your name", "Your Name"),
    ("author_email", "Your e-mail", "you@example.com"),
    ("github_handle", "Your GitHub", "your-handle"),
    ("organization", "Who maintains", "Your Name"),
]


def spawn(home, *arguments):
    """Runs Python in a pseudo-terminal."""
    return pexpect.spawn(
        sys.executable,
        list(arguments),
        cwd=str(home),
        env={**support.environment(home), "TERM": "dumb", "COLUMNS": "200"},
        dimensions=(50, 200),
        encoding="utf-8",
        timeout=20,
    )


@pytest.fixture
def terminal(home):
    """Cookiecutter's command in a pseudo-terminal."""
    child = spawn(home, "-m", "cookiecutter", str(support.ROOT))
    yield child
    child.close(force=True)


def answer(terminal, **answers):
    """Answers the prompts, each with its own answers in turn, else with the default."""
    for number, (key, _, _) in enumerate(PROMPTED, start=1):
        terminal.expect_exact(f"[{number}/{len(PROMPTED)}]")
        for again, text in enumerate(answers.get(key, [""])):
            if again:
                terminal.expect(r"try\s+again.*: $")
            terminal.sendline(text)
    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.before


def test_defaults(terminal, home):
    for number, (_, question, default) in enumerate(PROMPTED, start=1):
        terminal.expect_exact(f"[{number}/{len(PROMPTED)}]")
        terminal.expect_exact(question)
        terminal.expect_exact(f"({default}): ")
        terminal.sendline()
    terminal.expect_exact("1. cd connection_pruning")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert support.projects_in(home) == ["connection_pruning"]


def test_a_bad_answer_is_asked_again_at_once(terminal, home):
    answer(terminal, technique_slug=["class", "[/x]", "../evil", "my_technique"])
    assert terminal.exitstatus == 0
    assert support.projects_in(home) == ["my_technique"]


def test_later_defaults_follow_the_corrected_answer(terminal, home):
    answer(terminal, technique_name=["a/b", "Weight Slicing"])
    assert terminal.exitstatus == 0
    project = home / "weight_slicing" / "tfmot_weight_slicing"
    assert (project / "keras" / "slice_weights.py").is_file()


def test_an_unknown_kind_is_asked_again(terminal, home):
    answer(terminal, technique_kind=["9", "activations", "1"])
    assert terminal.exitstatus == 0
    assert support.projects_in(home) == ["connection_pruning"]


def test_typed_answers_are_literal(terminal, home):
    answer(terminal, author_name=[support.CANARIES[0]])
    assert terminal.exitstatus == 0
    [author] = support.metadata_of(home / "connection_pruning")["authors"]
    assert author["name"] == support.CANARIES[0]


CALL = """
from cookiecutter.main import cookiecutter
cookiecutter({template!r}, no_input={no_input}, extra_context={{"technique_slug": "class"}})
"""


@pytest.mark.parametrize("no_input", [True, False])
def test_another_program_says_whether_somebody_is_asked(home, no_input):
    """The other program has this terminal, too."""
    code = CALL.format(template=str(support.ROOT), no_input=no_input)
    child = spawn(home, "-c", code)
    if no_input:
        child.expect(pexpect.EOF)
        child.close()
        assert child.before.startswith('ERROR: technique_slug "class" is a Python keyword; ')
        assert child.before.count("\n") == 1
        assert child.exitstatus == 1
        assert support.projects_in(home) == []
    else:
        answer(child, technique_slug=["", "my_technique"])
        assert child.exitstatus == 0
        assert support.projects_in(home) == ["my_technique"]


def test_interrupted(terminal, home):
    terminal.expect_exact(f"[1/{len(PROMPTED)}]")
    terminal.sendline("a/b")
    terminal.expect(r"try\s+again")
    assert "Traceback" not in support.interrupt(terminal)
    assert support.projects_in(home) == []
