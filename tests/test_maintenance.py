"""The commands of those who change the template."""

import importlib
import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import history
import pytest
import support

from maintenance.drift import __main__ as drift
from maintenance.drift import api, checkout, symmetry

RECORDED = json.loads(drift.RECORDED.read_text())

GUIDELINE = """# Guidelines

Words.

1. First, a
   proposal.
2. Then a design.
"""


@pytest.fixture
def tfmot(tmp_path):
    """A checkout of TFMOT in which the paths are that the layout builds on."""
    for path in RECORDED["paths"]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / checkout.GUIDELINE).write_text(GUIDELINE)
    return tmp_path


def test_sections_are_headings_and_numbered_steps(tfmot):
    names = ["# Guidelines Words.", "1. First, a proposal.", "2. Then a design."]
    assert list(checkout.sections(tfmot)) == names


def test_line_breaks_do_not_count(tfmot):
    before = checkout.sections(tfmot)
    (tfmot / checkout.GUIDELINE).write_text(GUIDELINE.replace("a\n   proposal", "a proposal"))
    assert checkout.sections(tfmot) == before


def test_says_what_changed_in_a_checkout(tfmot, monkeypatch, capsys):
    recorded = tfmot / "recorded.json"
    recorded.write_text(json.dumps(RECORDED))
    monkeypatch.setattr(drift, "RECORDED", recorded)
    assert drift.main(["checkout", str(tfmot), "--record"]) == 0
    assert drift.main(["checkout", str(tfmot)]) == 0
    assert "nothing has changed" in capsys.readouterr().out
    (tfmot / checkout.GUIDELINE).write_text(GUIDELINE.replace("design.", "design RFC."))
    (tfmot / "RELEASE.md").unlink()
    assert drift.main(["checkout", str(tfmot)]) == 1
    shown = capsys.readouterr().out
    assert "new: guideline 2. Then a design RFC." in shown
    assert "gone: path RELEASE.md" in shown
    assert "proposal" not in shown


def test_what_is_no_checkout_is_said(tmp_path, capsys):
    with pytest.raises(SystemExit):
        drift.main(["checkout", str(tmp_path)])
    assert "is no checkout of TFMOT" in capsys.readouterr().err


def test_differences_name_symbol_and_signatures():
    lines = drift.differences({"a": "(x)", "b": "()"}, {"a": "(x, y)", "c": "(z)"}, "api")
    assert lines == ["gone: api b", "new: api c(z)", "changed: api a", "  - (x)", "  + (x, y)"]


class Default:
    pass


DEFAULT = Default()


def test_signatures_are_the_same_in_each_run():
    def function(a, b=DEFAULT, c=1, **kwargs):
        pass

    assert api.signature(function) == "(a, b=<Default>, c=1, **kwargs)"


class Pruning:
    @staticmethod
    def prune(to_prune, block_size=1, schedule=RECORDED):
        pass


class TestSymmetry:
    NAMES = {"entry": "slice_weights", "to": "to_slice"}  # noqa: RUF012
    PAIR = {  # noqa: RUF012
        "pruning": "prune",
        "generated": "<entry>",
        "renamed": {"to_prune": "<to>"},
        "dropped": {"block_size": "a reason"},
    }

    def differences(self, function):
        technique = type("Technique", (), {"slice_weights": staticmethod(function)})
        return symmetry.differences(self.PAIR, Pruning, technique, self.NAMES)

    def test_what_has_a_reason_is_no_difference(self):
        assert self.differences(lambda to_slice, schedule=None: None) == []

    def test_a_parameter_more(self):
        [line] = self.differences(lambda to_slice, schedule=None, more=1: None)
        assert line.startswith("slice_weights takes ['to_slice', 'schedule', 'more']")

    def test_another_default(self):
        [line] = self.differences(lambda to_slice, schedule=3: None)
        assert "default" in line

    def test_pairs_cover_the_recorded_symbols(self):
        pairs = support.toml_of(symmetry.PAIRS)["symbol"]
        recorded = {key.removeprefix("sparsity.keras.") for key in RECORDED["api"]}
        paired = {pair["pruning"] for pair in pairs}
        without = {pair["pruning"] for pair in pairs if "without" in pair}
        methods_of_those = {key for key in recorded if key.split(".")[0] in without}
        of_pruning = {key for key in recorded if not key.startswith("clustering.")}
        assert of_pruning - methods_of_those <= paired


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=support.ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_the_page_on_prompts_is_current():
    run = command("maintenance.prompts", "--check")
    assert run.returncode == 0, run.stderr


@pytest.mark.life
def test_the_pictures_are_current():
    run = command("maintenance.pictures", "--check")
    assert run.returncode == 0, run.stderr


def test_generates_from_answers_in_the_environment(tmp_path):
    """As the workflow does it that is run by hand: answers are data, whatever they hold."""
    given = {"technique_name": "Weight Slicing", "author_name": support.CANARIES[3]}
    given["more"] = '{"verb": "cut"}'
    source = "https://github.com/me/it"
    run = command(
        "maintenance.generate", ANSWERS=json.dumps(given), OUT=str(tmp_path), SOURCE=source
    )
    assert run.returncode == 0, run.stderr
    project = tmp_path / "weight_slicing"
    text = (project / "pyproject.toml").read_text()
    assert re.search(r"tfmot-technique-kit @ git\+https://github\.com/me/it@[\d.]+#subdirec", text)
    assert "file:" not in text
    assert (project / "tfmot_weight_slicing" / "keras" / "cut_weights.py").is_file()
    assert support.metadata_of(project)["authors"][0]["name"] == support.CANARIES[3]


@pytest.mark.parametrize(
    ("given", "reason"),
    [({"technique_name": "class"}, "is a Python keyword"), ({"more": "verb: cut"}, "is not JSON")],
)
def test_a_bad_answer_in_the_environment_is_said(tmp_path, given, reason):
    run = command("maintenance.generate", ANSWERS=json.dumps(given), OUT=str(tmp_path / "out"))
    assert run.returncode == 1
    assert reason in run.stderr
    assert run.stderr.count("\n") == 1


def test_the_workflow_passes_answers_as_data():
    text = (support.ROOT / ".github" / "workflows" / "generate.yml").read_text()
    for line in text.splitlines():
        assert "inputs" not in line or line.strip() in ("inputs:", "ANSWERS: ${{ toJSON(inputs) }}")


@pytest.mark.life
def test_shows_what_a_change_changes(tmp_path):
    template = history.repository_of_the_work_tree(tmp_path / "template")

    page = template / support.TEMPLATE.name / "README.md"
    page.write_text(page.read_text().replace("## Limitations", "## What it cannot do"))
    shown = subprocess.run(
        [sys.executable, "-m", "maintenance.rendered_diff", "HEAD"],
        cwd=template,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.count("diff --git") == 4, "a project of each kind"
    assert "-## Limitations\n+## What it cannot do\n" in shown


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A function of arguments that runs `make bench`, which measures at once and keeps here."""
    monkeypatch.syspath_prepend(str(support.ROOT / "benchmarks"))
    report = json.loads((support.ROOT / "benchmarks" / "results" / "weight_mask.json").read_text())
    for name, values in {
        "contenders": {"KINDS": {"weight_mask": SimpleNamespace(technique="prune", contenders=[])}},
        "measure": {"measure": None},
        "models": {"CASES": [SimpleNamespace(name=case) for case in report["cases"]], "Case": None},
    }.items():  # these need TensorFlow and the projects
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(**values))
    training_cost = importlib.import_module("training_cost")
    monkeypatch.setattr(training_cost, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(training_cost, "write_tables", lambda: None)

    def measure_kind(kind, cases, quick):
        kept = [case.name for case in cases if case.name not in failing]
        return report | {"cases": {name: report["cases"][name] for name in kept}}, failing

    failing = []
    monkeypatch.setattr(training_cost, "measure_kind", measure_kind)

    def run(*arguments, fail=()):
        failing[:] = [case for case in report["cases"] if any(part in case for part in fail)]
        monkeypatch.setattr(sys, "argv", ["training_cost.py", *arguments])
        with pytest.raises(SystemExit) as ended:
            training_cost.main()
        return ended.value.code, [path.name for path in tmp_path.glob("results/*")]

    yield run
    for name in ("training_cost", "render_tables"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("arguments", "fail", "kept"),
    [
        ("", (), "weight_mask: kept in "),
        ("--kind weight_mask", (), "weight_mask: kept in "),
        ("--kind weight_mask --quick", (), "not kept, because --quick measures few rounds."),
        ("--case CNN", (), "not kept, because --case measures some of the models."),
        ("--kind weight_mask", ("MLP",), "not kept, because MLP 2 x Dense(1024) (64) failed."),
    ],
)
def test_a_benchmark_prints_what_it_measured_and_whether_it_is_kept(
    bench, capsys, arguments, fail, kept
):
    status, files = bench(*arguments.split(), fail=fail)
    shown = capsys.readouterr().out
    assert "| steady step | 1.05, MLP 1.1 | " in shown
    assert kept in shown.splitlines()[-1]
    assert files == ([] if "not kept" in kept else ["weight_mask.json"])
    assert status == bool(fail)
