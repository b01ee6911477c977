"""Tests for plots."""

import itertools
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib import figure
from matplotlib.text import Text
from tests.report import runs as test_runs
from tfmot_technique_kit.report import aggregate, plots

_TRAININGS = {
    "baseline": 0.94,
    "control": 0.97,
    "technique@0.5": 0.97,
    "technique@0.8": 0.96,
    "technique_qat@0.8": 0.97,
}


def _draw(rows):
    return {name: plot.svg() for name, plot in plots.plots(rows).items()}


def _rows(trainings, conversions=("float", "int8"), seeds=2):
    runs = [
        test_runs.run(name, quality + seed / 100, conversion, seed)
        for name, quality in trainings.items()
        for conversion in conversions
        for seed in range(seeds)
    ]
    (rows,) = aggregate.aggregate(runs).values()
    return rows


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, in their order."""
    drawn = []
    save = figure.Figure.savefig

    def remember(self, *args, **options):
        drawn.append(self)
        save(self, *args, **options)

    monkeypatch.setattr(figure.Figure, "savefig", remember)
    return drawn


def test_files_are_svg_and_name_their_axes(figures) -> None:
    drawn = _draw(_rows(_TRAININGS))

    assert list(drawn) == ["size", "latency", "level"]
    for svg in drawn.values():
        assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert [figure.axes[-1].get_xlabel() for figure in figures] == [
        ".tflite file after gzip (kB)",
        "latency (ms)",
        "sparsity",
    ]
    assert {a.get_ylabel() for f in figures for a in f.axes} == {"accuracy"}


def test_same_runs_give_same_bytes() -> None:
    first = _draw(_rows(_TRAININGS))
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": None}):
        second = _draw(_rows(_TRAININGS))

    assert first == second


@pytest.mark.parametrize("quality", [0.94, 0.9, 0.0])
def test_labels_do_not_overlap(figures, quality) -> None:
    trainings = dict.fromkeys(_TRAININGS, 0.94) | {"control": quality}
    trainings |= {f"technique@{level / 10}": 0.94 for level in range(10)}

    _draw(_rows(trainings, ("float", "dynamic", "int8")))

    for drawn in figures:
        boxes = [Text.get_window_extent(label) for axes in drawn.axes for label in axes.texts]
        assert boxes
        for one, other in itertools.combinations(boxes, 2):
            assert not one.overlaps(other)
        for box in boxes:
            assert drawn.bbox.x0 <= box.x0 and box.x1 <= drawn.bbox.x1


def test_every_variant_is_labelled(figures) -> None:
    _draw(_rows(_TRAININGS))

    float_panel, int8_panel = figures[0].axes
    for axes in (float_panel, int8_panel):
        assert {text.get_text() for text in axes.texts} == set(_TRAININGS)


def test_one_seed_has_no_error_bar(figures) -> None:
    _draw(_rows({"baseline": 0.9}, ("float",), seeds=1))
    _draw(_rows({"baseline": 0.9}, ("float",), seeds=2))

    bars = [drawn.axes[0].collections for drawn in figures[::2]]
    assert not bars[0]
    assert bars[1]


def test_plots_without_points_are_left_out() -> None:
    (rows,) = aggregate.aggregate(
        [test_runs.run(seed=1), test_runs.failed("technique@0.8", "no memory")]
    ).values()

    assert list(plots.plots(rows)) == ["size"]


def test_nothing_but_failures_gives_no_plot() -> None:
    (rows,) = aggregate.aggregate([test_runs.failed("control", "x")]).values()

    assert plots.plots(rows) == {}


def test_fingerprint_changes_with_the_data_alone() -> None:
    rows = _rows(_TRAININGS)
    others = _rows(_TRAININGS | {"technique@0.8": 0.95})

    prints = [
        {name: plot.fingerprint for name, plot in plots.plots(r).items()}
        for r in (rows, _rows(_TRAININGS), others)
    ]

    assert prints[0] == prints[1]
    assert all(prints[0][name] != prints[2][name] for name in prints[0])


def test_files_carry_the_fingerprint() -> None:
    plot = plots.plots(_rows(_TRAININGS))["level"]

    assert plots.fingerprint(plot.svg()) == plot.fingerprint
    assert plots.fingerprint("<svg/>") is None
