"""Tests for how the status is put together and shown, and for its command."""

import io
import json

import pytest
import rich.console
from click.testing import CliRunner

from tests.conftest import add_component
from tests.readiness.conftest import component
from tfmot_technique_kit.cli import main
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.readiness import render, rules, status

_PARTS = (
    component(name="later", step=2, rules=("bad",)),
    component(name="fine", rules=("good",)),
    component(name="extra", optional=True, rules=("bad",)),
    component(name="first", rules=("good", "bad")),
    component(name="inner", step=None, rules=("bad",)),
)
_BAD = Problem("is bad", "a.md", 3, "repair a.md")


@pytest.fixture
def made(make, monkeypatch):
    """A project whose rules find something, or nothing."""
    bad, good = rules.Rule("more", lambda *_: [_BAD]), rules.Rule("more", lambda *_: [])
    monkeypatch.setattr(rules, "RULES", rules.RULES | {"good": good, "bad": bad})
    return make({}, *_PARTS)


def _show(project, **options):
    file = io.StringIO()
    console = rich.console.Console(file=file, soft_wrap=True, **options)
    render.show(project, status.evaluate(project), [Problem("kit", "p")], console)
    return file.getvalue()


def test_text(made):
    bad = "      - a.md:3: is bad\n        repair a.md\n"
    assert _show(made) == (
        "Some method: 1 done, 2 open, 1 optional\n\n1. Propose: why a user would use it\n"
        f"   done     Fine\n   optional Extra\n{bad}   open     First\n{bad}"
        f"\n2. Design: the API, and a prototype\n   open     Later\n{bad}"
        "\nNext: a.md:3: is bad\n      repair a.md\n\nBeside the components: p: kit.\n"
    )


def test_colours_are_for_terminals(made, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\033[" not in _show(made)
    assert "\033[" in _show(made, force_terminal=True)


def test_json(made):
    entries = status.evaluate(made)
    assert json.loads(render.as_json(made, entries[:2], []))["next"] is None  # it is optional
    content = json.loads(render.as_json(made, entries, []))
    gap = {"rule": "bad", "message": "is bad", "path": "a.md", "line": 3, "command": "repair a.md"}
    assert content["next"] == gap
    assert [step["number"] for step in content["steps"]] == list(range(1, 8))
    assert content["steps"][1]["components"] == [
        {"name": "later", "title": "Later", "state": "open", "optional": False, "gaps": [gap]}
    ]


def test_table(made):
    shown = render.markdown(status.evaluate(made))
    assert shown["components"].splitlines()[2:] == [
        "| 1 | Fine | `./` | done |",
        "| 1 | Extra (optional) | `./` | needs more |",
        "| 1 | First | `./` | needs more |",
        "| 2 | Later | `./` | needs more |",
    ]
    # What is optional does not count.
    assert shown["summary"] == (
        "**Status:** 1 of the 3 required parts of the contribution are done. Next: First (`./`)."
    )


@pytest.mark.parametrize(
    "error, message",
    [(ModuleNotFoundError(name="absent"), "absent is missing"), (ValueError("a\n b"), "a b")],
)
def test_what_cannot_be_checked_is_left_to_do(make, monkeypatch, error, message):
    def fail(*_):
        raise error

    monkeypatch.setitem(rules.RULES, "bad", rules.Rule("more", fail))
    (entry,) = status.evaluate(make({}, component(rules=("bad",))))
    assert entry.findings[0].problem.message == f"cannot be checked: {message}"


def test_an_unknown_rule(make):
    with pytest.raises(UserError, match="the rule 'nothing'; there"):
        status.evaluate(make({}, component(rules=("nothing",))))


def test_the_template_uses_all_rules(bake):
    project = bake()
    used = {name for part in project.manifest.components for name in part.rules}
    assert used | set(rules.COMMON) == set(rules.RULES)


def test_a_document_type_is_a_component_and_a_file(project):
    path = project.root / "experiments" / "poster.md"
    options = {"name": "poster", "title": "Poster", "step": 7, "rules": ["shown"]}
    made = add_component(project.root, "experiments/poster.md", **options)

    def poster():
        (entry,) = (entry for entry in status.evaluate(made) if entry.component.step == 7)
        return entry

    assert poster().findings[0].problem.message.startswith("is missing")
    path.write_text("TODO(some_method): draw it.\n")
    assert [finding.rule for finding in poster().findings] == ["todos"]
    path.write_text("A poster.\n")
    assert poster().state == status.DONE
    row = "| 7 | Poster | `experiments/poster.md` | done |"
    assert row in render.markdown([poster()])["components"]


@pytest.fixture
def run(project, monkeypatch):
    """Runs the command in the small project."""
    monkeypatch.chdir(project.root)
    return lambda *arguments: CliRunner().invoke(main, ["status", *arguments])


def test_one_step(run):
    steps = json.loads(run("--step", "3", "--json").stdout)["steps"]
    assert [step["number"] for step in steps if step["components"]] == [3]
    result = run("--step", "9")
    assert result.exit_code == 1
    assert result.stderr == "Error: there is no step 9, only 1 to 7.\n"


def test_strict_agrees_with_what_is_next(run, project):
    assert json.loads(run("--json").stdout)["next"]
    assert run("--strict").exit_code == 1
    assert run("--strict", "--step", "3").exit_code == 0
    (project.root / "pyproject.toml").write_text("")
    assert run("--strict", "--step", "3").exit_code == 1
    assert "does not name tfmot-technique-kit" in run("--step", "3").stdout


def test_the_status_is_written_and_checked(run, project):
    pages = {"README.md": "summary", "DEVELOPING.md": "components"}
    add_component(project.root, *pages)
    for name, block in pages.items():
        text = f"# A\n\n<!-- status: begin {block} -->\n<!-- status: end -->\nb\n"
        (project.root / name).write_text(text)
    result = run("--check")
    assert result.exit_code == 1
    message = "its status is out of date; render it: `technique status --write`."
    assert sorted(result.stderr.splitlines()) == sorted(f"{name}: {message}" for name in pages)
    assert run("--write").exit_code == 0
    assert run("--check").exit_code == 0

    for name, begin in (("README.md", "**Status:** "), ("DEVELOPING.md", "| step |")):
        text = (project.root / name).read_text()
        assert text.startswith(f"# A\n\n<!-- status: begin {pages[name]} -->\n\n{begin}")
        assert text.endswith("<!-- status: end -->\nb\n")
