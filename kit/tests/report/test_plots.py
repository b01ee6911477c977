"""Tests of plots, by what is drawn and by what is written."""

import itertools
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from tests.report.runs import failed, run
from tfmot_technique_kit.report import aggregate, plots

TRAININGS = {
    **{"baseline": 0.94, "control": 0.97},
    **{"technique@0.5": 0.97, "technique@0.8": 0.96, "technique_qat@0.8": 0.97},
}


def _plots(*runs):
    (rows,) = aggregate.aggregate(runs).values()
    return plots.plots(rows)


def _of(trainings, conversions=("float", "int8"), numbers=(0, 1)):
    variants = itertools.product(trainings.items(), conversions, numbers)
    return _plots(*(run(name, q + seed / 100, c, seed) for (name, q), c, seed in variants))


def _draw(*arguments):
    return {name: plot.svg() for name, plot in _of(*arguments).items()}


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, in their order."""
    drawn = []
    save = Figure.savefig

    def remember(self, *args, **options):
        drawn.append(self)
        save(self, *args, **options)

    monkeypatch.setattr(Figure, "savefig", remember)
    return drawn


def test_files_are_svg_and_name_their_axes_and_variants(figures):
    drawn = _draw(TRAININGS)
    assert list(drawn) == ["size", "latency", "level"]
    for svg in drawn.values():
        assert ElementTree.fromstring(svg).tag.endswith("svg")
    axes = [figure.axes[-1].get_xlabel() for figure in figures]
    assert axes == [".tflite file after gzip (kB)", "latency (ms)", "sparsity"]
    assert {a.get_ylabel() for f in figures for a in f.axes} == {"accuracy"}
    for axes in figures[0].axes:
        assert {text.get_text() for text in axes.texts} == set(TRAININGS)


@pytest.mark.parametrize("name", ["size", "level"])
def test_same_runs_give_same_bytes(name):
    first = _of(TRAININGS)[name].svg()
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": None}):
        second = _of(TRAININGS)[name].svg()
    assert first == second


@pytest.mark.parametrize("quality", [0.94, 0.0])
def test_labels_do_not_overlap(figures, quality):
    trainings = dict.fromkeys(TRAININGS, 0.94) | {"control": quality}
    trainings |= {f"technique@{level / 10}": 0.94 for level in range(10)}
    _draw(trainings, ("float", "int8"), [0])
    for drawn in figures:
        boxes = [Text.get_window_extent(label) for axes in drawn.axes for label in axes.texts]
        assert boxes
        for one, other in itertools.combinations(boxes, 2):
            assert not one.overlaps(other)
        for box in boxes:
            assert drawn.bbox.x0 <= box.x0 and box.x1 <= drawn.bbox.x1


def test_one_seed_has_no_error_bar(figures):
    for numbers in ([0], [0, 1]):
        _draw({"baseline": 0.9}, ["float"], numbers)
    one, two = (drawn.axes[0].collections for drawn in figures[::2])
    assert two and not one


def test_latency_has_the_range_of_its_processes(figures):
    made = [run(seed=0, latency__medians=medians) for medians in ([0.1, 0.1], [0.08, 0.1, 0.3])]
    same, wide = (_plots(each)["latency"] for each in made)
    for plot in (same, wide):
        plot.svg()
    (bar,) = figures[1].axes[0].collections
    assert bar.get_segments()[0][:, 0] == pytest.approx([0.08, 0.3])
    assert not figures[0].axes[0].collections
    assert same.fingerprint != wide.fingerprint


def test_latency_by_turns_is_drawn_beside_the_control(figures):
    # Measured at another time, the control took three times as long.
    control = run("control", latency__median_ms=0.3, latency__medians=[0.3])
    by_turns = {"latency__medians": [0.11, 0.345, 0.12]}
    by_turns |= {"latency__control_medians": [0.1, 0.3, 0.1]}
    plot = _plots(control, run("technique@0.8", **by_turns), run(seed=0))["latency"]
    plot.svg()
    assert plot.axis == "latency (% of control)"
    assert {row.name: x for row, x in plot.points} == {
        "control": 100,
        "technique@0.8": pytest.approx(114.93, abs=0.01),
    }
    (bar,) = figures[0].axes[0].collections
    assert bar.get_segments()[0][:, 0] == pytest.approx([103.15, 128.05], abs=0.01)


def test_plots_without_points_are_left_out():
    assert list(_plots(run(seed=1), failed("technique@0.8", "no memory"))) == ["size"]
    assert _plots(failed("control", "x")) == {}


def test_files_carry_a_fingerprint_that_changes_with_the_data_alone():
    one, same, other = (_of(t) for t in (TRAININGS, TRAININGS, TRAININGS | {"control": 0.95}))
    for name, plot in one.items():
        assert plot.fingerprint == same[name].fingerprint != other[name].fingerprint
    assert plots.fingerprint(plot.svg()) == plot.fingerprint
    assert plots.fingerprint("<svg/>") is None
