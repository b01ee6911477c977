"""Tests for the command, and for how it shows the status."""

import json
import re

import pytest
import tfmot_technique_kit as tools
from tests.readiness import projects as test_projects
from tfmot_technique_kit import manifest
from tfmot_technique_kit.readiness import __main__ as command
from tfmot_technique_kit.readiness import render, rules, status
from tfmot_technique_kit.readiness.gap import Gap


def _rule(*gaps):
    return rules.Rule("more", lambda *_: gaps)


_PARTS = (
    test_projects.component(name="later", step=2, rules=("bad",)),
    test_projects.component(name="fine", rules=("good",)),
    test_projects.component(name="extra", optional=True, rules=("bad",)),
    test_projects.component(name="first", rules=("good", "bad")),
    test_projects.component(name="inner", step=None, rules=("bad",)),
)


@pytest.fixture
def entries(tmp_path, monkeypatch):
    bad = _rule(Gap("is bad", "a.md", 3, "repair a.md"))
    monkeypatch.setattr(rules, "RULES", rules.RULES | {"good": _rule(), "bad": bad})
    return status.evaluate(test_projects.make(tmp_path, {}, *_PARTS))


def _contribution():
    steps = (manifest.Step(1, "Propose"), manifest.Step(2, "Design"))
    technique = manifest.load(tools.ROOT).technique
    return manifest.Manifest(technique, steps, (), _PARTS)


def test_states_by_step(entries) -> None:
    assert [(entry.component.name, entry.state) for entry in entries] == [
        ("fine", "done"),
        ("extra", "optional"),
        ("first", "open"),
        ("later", "open"),
    ]


def test_what_is_optional_is_not_next(entries) -> None:
    assert render.next_finding(entries) is entries[2].findings[0]
    assert render.next_finding(entries[:2]) is None


def test_text(entries) -> None:
    shown = render.text(_contribution(), entries, colour=False)

    assert shown.splitlines()[0].endswith(": 1 done, 2 open, 1 optional")
    assert "\n1. Propose\n   done     Fine\n   optional Extra\n" in shown
    assert "      - a.md:3: is bad\n        repair a.md\n" in shown
    assert "\n2. Design\n   open     Later\n" in shown
    assert shown.endswith("\nNext: a.md:3: is bad\n      repair a.md")


def test_colour_is_the_only_difference(entries) -> None:
    shown = render.text(_contribution(), entries, colour=True)

    assert "\033[" in shown
    plain = re.sub(r"\033\[\d+m", "", shown)
    assert plain == render.text(_contribution(), entries, colour=False)


def test_json(entries) -> None:
    content = json.loads(render.as_json(_contribution(), entries))

    gap = {"rule": "bad", "message": "is bad", "path": "a.md", "line": 3, "command": "repair a.md"}
    assert content["next"] == gap
    assert [step["number"] for step in content["steps"]] == [1, 2]
    assert content["steps"][1]["components"] == [
        {"name": "later", "title": "Later", "state": "open", "optional": False, "gaps": [gap]}
    ]


def test_table(entries) -> None:
    rows = render.markdown(entries).splitlines()

    assert rows[2:] == [
        "| 1 | Fine | `./` | done |",
        "| 1 | Extra (optional) | `./` | needs more |",
        "| 1 | First | `./` | needs more |",
        "| 2 | Later | `./` | needs more |",
    ]


def test_what_cannot_be_checked_is_a_gap(tmp_path, monkeypatch) -> None:
    def fail(*_):
        raise ModuleNotFoundError(name="absent")

    monkeypatch.setitem(rules.RULES, "bad", rules.Rule("more", fail))
    part = test_projects.component(rules=("bad",))

    (entry,) = status.evaluate(test_projects.make(tmp_path, {}, part))

    (finding,) = entry.findings
    assert finding.gap.message == "cannot be checked: absent is missing"


def test_an_unknown_rule(tmp_path) -> None:
    part = test_projects.component(rules=("nothing",))

    with pytest.raises(manifest.ManifestError, match="the rule 'nothing'; there"):
        status.evaluate(test_projects.make(tmp_path, {}, part))


def test_the_rules_of_this_project_are_known() -> None:
    contribution = manifest.load(tools.ROOT)

    used = {name for part in contribution.components for name in part.rules}

    assert used | set(rules.COMMON) == set(rules.RULES)


def _run(capsys, *arguments, root=tools.ROOT):
    code = command.main(arguments, root)
    return code, capsys.readouterr()


def test_one_step(capsys) -> None:
    _, shown = _run(capsys, "--step", "7", "--json")

    steps = json.loads(shown.out)["steps"]
    assert [bool(step["components"]) for step in steps] == [*[False] * 6, True]


def test_strict_agrees_with_what_is_next(capsys) -> None:
    _, shown = _run(capsys, "--json")
    code, _ = _run(capsys, "--strict")

    assert code == (json.loads(shown.out)["next"] is not None)


@pytest.mark.parametrize(
    "arguments, message",
    [(["--step", "9"], "there is no step 9, only 1 to 7"), (["--step", "0"], "there is no step 0")],
)
def test_wrong_arguments(capsys, arguments, message) -> None:
    code, shown = _run(capsys, *arguments)

    assert code == 1
    assert message in shown.err
    assert shown.err.count("\n") == 1


def test_outside_of_a_project(capsys, tmp_path) -> None:
    code, shown = _run(capsys, root=tmp_path)

    assert code == 1
    assert shown.err.startswith("Error: contribution.toml: cannot be read")


def test_the_table_is_written_and_checked(capsys, tmp_path) -> None:
    text = (tools.ROOT / manifest.NAME).read_text(encoding="utf-8")
    (tmp_path / manifest.NAME).write_text(text, encoding="utf-8")
    readme = tmp_path / "README.md"
    readme.write_text("# A\n\n<!-- status: begin components -->\n<!-- status: end -->\nb\n")
    stale, shown = _run(capsys, "--check", root=tmp_path)
    assert "its table of the status is not up to date" in shown.err

    written, _ = _run(capsys, "--write", root=tmp_path)
    current, _ = _run(capsys, "--check", root=tmp_path)

    assert (stale, written, current) == (1, 0, 0)
    text = readme.read_text()
    assert text.startswith("# A\n\n<!-- status: begin components -->\n\n| step |")
    assert text.endswith("<!-- status: end -->\nb\n")
