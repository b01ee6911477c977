"""Tests of the report as users see it: files, documents and the command."""

import shutil

import pytest
from click.testing import CliRunner

from tests.conftest import DATA, add_component, edit
from tests.report.runs import failed, run, seeds
from tfmot_technique_kit import files
from tfmot_technique_kit.cli import main
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.report import render, tables

PAGE = """# Title

## Results

<!-- results: begin {} -->

{}

<!-- results: end -->

The end.
"""
# RFCs get the date of their submission as a prefix.
DESIGN = "rfcs/20260101-some-method-design.md"
REPORT = "experiments/results/report"
PLOT = f"{REPORT}/image_smoke_profile_size.svg"


def _make(folder):
    shutil.copytree(DATA / "some_method", folder)
    made = add_component(folder, "README.md", "rfcs/design.md", "blog/post.md")
    for name, block in (("README.md", "summary"), (DESIGN, "tables")):
        files.write(folder / name, PAGE.format(block, tables.NO_RESULTS))
    for conversion in ("float", "int8"):
        for training, quality in (("control", 0.9), ("technique@0.8", 0.7)):
            _add(made, *seeds(training, [quality, quality + 0.02], conversion=conversion))
    _add(made, *(failed("technique_qat@0.8", "no QAT", seed=seed) for seed in range(2)))
    return made


def _add(project, *runs):
    for each in runs:
        results.write(project.folder("results"), each)


def _remove_runs(project):
    for path in project.folder("results").glob("*.json"):
        path.unlink()


def _contents(project):
    return {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}


def _stale(project):
    before = _contents(project)
    found = {problem.path for problem in render.build(project, check=True).problems}
    assert _contents(project) == before
    return found


@pytest.fixture
def project(tmp_path):
    """A project with two documents and the runs of a loss and of a failure."""
    return _make(tmp_path / "project")


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    made = _make(tmp_path_factory.mktemp("built") / "project")
    return made, render.build(made)


@pytest.fixture
def built(built_once, tmp_path):
    """The same project with its report."""
    return Project(shutil.copytree(built_once[0].root, tmp_path / "built"))


def test_writes_all_files(built_once):
    project, outcome = built_once
    plots = [f"image_smoke_profile_{name}.svg" for name in ("latency", "level", "size")]
    names = sorted([*plots, "tables.csv", "tables.html", "tables.md"])
    assert sorted(path.name for path in (project.root / REPORT).iterdir()) == names
    assert outcome.written == ("README.md", *(f"{REPORT}/{name}" for name in names), DESIGN)
    assert not outcome.problems


def test_documents_show_losses_failures_and_plots(built_once):
    root = built_once[0].root
    design = (root / DESIGN).read_text()
    assert "| technique@0.8 | 0.710 ± 0.014 | 2 | -0.200 ± 0.000 | yes |" in design
    assert "| technique\\_qat@0.8 | failed | - | - |" in design
    assert "technique\\_qat@0.8: failed: no QAT" in design
    assert f"(../{REPORT}/image_smoke_profile_size.svg)" in design
    assert design.endswith("<!-- results: end -->\n\nThe end.\n")
    readme = (root / "README.md").read_text()
    assert "-0.200 ± 0.000 | yes" in readme and f"]({REPORT}/tables.md)" in readme
    for name in ("README.md", DESIGN, f"{REPORT}/tables.md"):
        targets = [part.split(")")[0] for part in (root / name).read_text().split("](")[1:]]
        assert targets and all((root / name).parent.joinpath(link).is_file() for link in targets)


def test_a_document_of_the_manifest_shows_the_block_that_it_has(built):
    for name in ("post", "other"):
        files.write(built.root / f"blog/{name}.md", PAGE.format("headline", ""))
    assert render.build(built).written == ("blog/post.md",)
    text = (built.root / "blog/post.md").read_text()
    assert "-0.200 ± 0.000 | yes" in text
    assert text.count("![") == 1
    assert f"(../{REPORT}/image_smoke_profile_level.svg)" in text
    assert f"](../{REPORT}/tables.md)" in text


def test_without_levels_a_headline_has_no_plot(project):
    files.write(project.root / "README.md", PAGE.format("headline", ""))
    _remove_runs(project)
    _add(project, run("control", 0.9))
    render.build(project)
    assert "![" not in (project.root / "README.md").read_text()


def test_what_is_up_to_date_is_not_written_again(built):
    # Other versions of Matplotlib draw other bytes.
    edit(built.root / PLOT, "<g ", "<g  ")
    before = _contents(built)
    assert not _stale(built)
    assert not render.build(built).written
    assert _contents(built) == before


def test_changed_numbers_and_new_runs_are_stale(built):
    changed = {DESIGN: ("0.710", "0.910"), "README.md": ("| yes |", "| no |")}
    changed[f"{REPORT}/tables.csv"] = ("450000", "450001")
    for name, numbers in changed.items():
        edit(built.root / name, *numbers)
    assert _stale(built) == set(changed)
    _add(built, run("control", 0.9, seed=2))
    assert {DESIGN, PLOT} <= _stale(built)


def test_plots_of_removed_runs_are_removed(built):
    _remove_runs(built)
    assert PLOT in _stale(built)
    render.build(built)
    assert not list((built.root / REPORT).iterdir())
    assert (built.root / "README.md").read_text() == PAGE.format("summary", tables.NO_RESULTS)
    assert not _stale(built)


def test_a_bad_document_stops_everything(project):
    edit(project.root / DESIGN, "<!-- results: end -->", "")
    before = _contents(project)
    with pytest.raises(UserError, match=f"{DESIGN}: the block 'tables' has"):
        render.build(project)
    assert _contents(project) == before


def test_the_command_shows_what_it_does_and_what_is_wrong(built, monkeypatch):
    monkeypatch.chdir(built.root / "rfcs")
    edit(built.root / "README.md", "The end.", "It is 99 times smaller.")
    edit(built.root / "README.md", "yes", "no")
    _add(built, run(config__sha256="9" * 64, started="2025-02-01T00:00:00+00:00", run_id="a" * 64))

    check = CliRunner().invoke(main, ["report", "--check"])
    write = CliRunner().invoke(main, ["report", "--results", "../experiments/results"])

    assert check.exit_code == write.exit_code == 1
    stale, claim = check.stderr.splitlines()
    assert stale == "README.md: is not what the runs say; render it with `technique report`."
    lines = (built.root / "README.md").read_text().splitlines()
    number = lines.index("It is 99 times smaller.") + 1
    assert claim.startswith(f"README.md:{number}: no run has 99 ")
    left_out = "Left out 1 runs of earlier code or settings.\n"
    assert write.stdout == f"Rendered README.md.\n{left_out}"
    assert write.stderr == claim + "\n"
