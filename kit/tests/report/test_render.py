"""Tests for render, which writes the report as users see it."""

import pathlib
import shutil

import pytest
from tests.report import runs as test_runs
from tfmot_technique_kit.documents import blocks
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.report import render, tables

_DOCUMENT = """# Title

## Results

<!-- results: begin {} -->

{}

<!-- results: end -->

The end.
"""


@pytest.fixture
def project(tmp_path):
    """A project with two documents and the runs of a loss and of a failure."""
    _make(tmp_path)
    return tmp_path


def _make(tmp_path):
    for name, block in (("README.md", "summary"), ("rfcs/design.md", "tables")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(_DOCUMENT.format(block, tables.NO_RESULTS))
    folder = tmp_path / "results"
    for seed in range(2):
        for conversion in ("float", "int8"):
            for training, quality in (("control", 0.9), ("technique@0.8", 0.7)):
                run = test_runs.run(training, quality + seed / 50, conversion, seed)
                results.write(folder, run)
        failed = test_runs.failed("technique_qat@0.8", "no QAT", seed=seed)
        results.write(folder, failed)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    _make(folder)
    _build(folder)
    return folder


@pytest.fixture
def built(built_once, tmp_path):
    """The same project with its report."""
    return shutil.copytree(built_once, tmp_path / "built")


def _build(project, **options):
    return render.build(project / "results", project, **options)


def _contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_writes_all_files(project) -> None:
    outcome = _build(project)

    assert {path.name for path in (project / "results/report").iterdir()} == {
        "tables.csv",
        "tables.md",
        "tables.html",
        "image_smoke_profile_size.svg",
        "image_smoke_profile_latency.svg",
        "image_smoke_profile_level.svg",
    }
    assert len(outcome.written) == 8
    assert not outcome.problems


def test_documents_show_losses_failures_and_plots(built) -> None:
    design = (built / "rfcs/design.md").read_text()
    assert "| technique@0.8 | 0.710 ± 0.014 | 2 | -0.200 ± 0.000 | yes |" in design
    assert "| technique\\_qat@0.8 | failed | - | - |" in design
    assert "technique\\_qat@0.8: failed: no QAT" in design
    assert "(../results/report/image_smoke_profile_size.svg)" in design
    assert design.endswith("<!-- results: end -->\n\nThe end.\n")
    readme = (built / "README.md").read_text()
    assert "-0.200 ± 0.000 | yes" in readme
    assert "](results/report/tables.md)" in readme


def test_a_headline_is_the_short_table_and_one_plot(project) -> None:
    path = project / "blog" / "post.md"
    path.parent.mkdir()
    path.write_text(_DOCUMENT.format("headline", tables.NO_RESULTS))

    _build(project)

    text = path.read_text()
    assert "-0.200 ± 0.000 | yes" in text
    assert text.count("![") == 1
    assert "(../results/report/image_smoke_profile_level.svg)" in text
    assert "](../results/report/tables.md)" in text


def test_without_levels_a_headline_has_no_plot(project) -> None:
    path = project / "README.md"
    path.write_text(_DOCUMENT.format("headline", ""))
    shutil.rmtree(project / "results")
    results.write(project / "results", test_runs.run("control", 0.9))

    _build(project)

    assert "![" not in path.read_text()
    assert "| variant |" in path.read_text()


def test_links_lead_to_files(built) -> None:
    for name in ("README.md", "rfcs/design.md", "results/report/tables.md"):
        path = built / name
        targets = [part.split(")")[0] for part in path.read_text().split("](")[1:]]
        assert targets
        for target in targets:
            assert (path.parent / target).is_file()


def test_once_built_nothing_is_stale_or_written_again(built) -> None:
    before = _contents(built)

    assert not _build(built, check=True).problems
    assert not _build(built).written
    assert _contents(built) == before


def test_check_writes_nothing_and_names_what_is_stale(project) -> None:
    before = _contents(project)

    outcome = _build(project, check=True)

    assert _contents(project) == before
    assert not outcome.written
    stale = [problem.split(":")[0] for problem in outcome.problems]
    assert {"README.md", "rfcs/design.md", "results/report/tables.csv"} <= set(stale)


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("rfcs/design.md", "0.710", "0.910"),
        ("README.md", "| yes |", "| no |"),
        ("results/report/tables.csv", "450000", "450001"),
    ],
)
def test_a_changed_number_is_stale(project, name, old, new) -> None:
    _build(project)
    path = project / name
    path.write_text(path.read_text().replace(old, new))

    problems = _build(project, check=True).problems

    assert [problem.partition(": ")[0] for problem in problems] == [name]


def test_a_new_run_makes_tables_and_plots_stale(built) -> None:
    results.write(built / "results", test_runs.run("control", 0.9, seed=2))

    problems = "\n".join(_build(built, check=True).problems)

    assert "rfcs/design.md" in problems
    assert "image_smoke_profile_size.svg" in problems


def test_other_versions_of_matplotlib_make_no_plot_stale(built) -> None:
    (path,) = (built / "results").rglob("*size.svg")
    path.write_text(path.read_text().replace("<g ", "<g  "))

    assert not _build(built, check=True).problems


def test_plots_of_removed_runs_are_removed(built) -> None:
    for path in (built / "results").glob("*.json"):
        path.unlink()

    assert any("size.svg" in x for x in _build(built, check=True).problems)
    _build(built)

    assert not list((built / "results/report").iterdir())
    assert tables.NO_RESULTS in (built / "README.md").read_text()


def test_without_runs_a_fresh_project_is_up_to_date(project) -> None:
    for path in (project / "results").glob("*.json"):
        path.unlink()

    assert not _build(project, check=True).problems


def test_a_bad_document_stops_everything(project) -> None:
    path = project / "rfcs/design.md"
    path.write_text(path.read_text().replace("<!-- results: end -->", ""))
    before = _contents(project)

    with pytest.raises(ValueError, match="rfcs/design.md: the block 'tables' has"):
        _build(project)

    assert _contents(project) == before


def test_a_number_without_run_is_a_problem_each_time(project) -> None:
    path = project / "README.md"
    path.write_text(path.read_text() + "It is 99 times smaller.\n")

    for check in (False, True):
        problems = _build(project, check=check).problems
        (problem,) = (line for line in problems if "no run has" in line)
        line = path.read_text().splitlines().index("It is 99 times smaller.") + 1
        assert problem.startswith(f"README.md:{line}: no run has 99 ")


def test_earlier_runs_are_counted(project) -> None:
    config = {"resolved": {}, "sha256": "0" * 64}
    new = test_runs.run(config=config, started="2026-02-01T00:00:00+00:00")
    results.write(project / "results", new | {"run_id": "a" * 64})

    assert _build(project).left_out == 10


def test_paths_may_be_strings_and_relative(project, monkeypatch) -> None:
    monkeypatch.chdir(project)

    render.build("results", ".")

    assert "(../results/report/" in pathlib.Path("rfcs/design.md").read_text()


def test_the_documents_of_this_project_have_valid_blocks(tmp_path) -> None:
    root = pathlib.Path(__file__).parents[2]

    render.build(tmp_path, root, check=True)

    assert blocks.find(root, render.DOCUMENTS)
