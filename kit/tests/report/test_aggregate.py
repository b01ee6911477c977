"""Tests of putting runs together, with numbers that nobody measured."""

import pytest

from tests.report.runs import failed, run, seeds
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.report import aggregate

TOMORROW = "2026-02-02T00:00:00+00:00"


def _rows(*runs):
    (rows,) = aggregate.aggregate(list(runs)).values()
    return {row.name: row for row in rows}


def test_spreads_and_differences_which_are_paired_by_seed_and_to_the_control():
    # The seeds differ far more than the variants; without pairs nothing shows.
    row = _rows(
        *seeds("baseline", [0.1, 0.1, 0.1]),
        *seeds("control", [0.5, 0.7, 0.9]),
        *seeds("technique@0.8", [0.48, 0.67, 0.86]),
    )["technique@0.8"]

    assert row.quality_mean == pytest.approx(0.67)
    assert row.quality_std == pytest.approx(0.19)  # and not 0.155, with ddof 0
    assert row.difference_mean == pytest.approx(-0.03)
    assert row.difference_std == pytest.approx(0.01)
    assert row.quality_n == row.difference_n == 3
    assert row.verdict == "yes"


@pytest.mark.parametrize(
    "control, technique, verdict",
    [
        ([0.9, 0.9], [0.96, 0.88], "no"),  # within the spread
        ([0.9, 0.8], [0.9, 0.8], "no"),  # equal results exceed nothing
        ([0.9, 0.8], [0.7, 0.6], "yes"),
        ([0.9, 0.8], [0.95, 0.85], "yes"),  # a gain as a loss
        ([0.9], [0.1], "one seed"),
        ([], [0.1, 0.2], "no control"),
    ],
)
def test_verdict(control, technique, verdict):
    row = _rows(*seeds("control", control), *seeds("technique@0.8", technique))["technique@0.8"]

    assert row.verdict == verdict
    assert (row.quality_std is None) == (len(technique) == 1)


def test_only_seeds_that_both_have_are_compared():
    row = _rows(
        *seeds("control", [0.9, 0.8, 0.7]),
        *seeds("technique@0.8", [0.8, 0.6]),
        failed("technique@0.8", "no memory", seed=2),
    )["technique@0.8"]

    assert row.difference_n == 2
    assert row.difference_mean == pytest.approx(-0.15)
    assert row.status == "ok"
    assert row.problems == ["seed 2 failed: no memory"]


def test_the_control_has_the_same_conversion_and_a_result():
    rows = _rows(
        *seeds("control", [0.9, 0.9]),
        *seeds("control", [0.5, 0.5], conversion="int8"),
        failed("control", "loss is NaN", conversion="dynamic"),
        *seeds("technique@0.8", [0.7, 0.7], conversion="int8"),
        *seeds("technique@0.8", [0.7, 0.7], conversion="dynamic"),
    )

    assert rows["technique@0.8+int8"].difference_mean == pytest.approx(0.2)
    assert rows["technique@0.8+int8"].storage_gzip_bytes_ratio == pytest.approx(0.34 / 0.9)
    assert rows["technique@0.8+dynamic"].verdict == "no control"
    assert rows["technique@0.8+dynamic"].storage_gzip_bytes_ratio is None
    assert rows["control"].verdict == "reference"
    assert rows["control"].difference_mean is None
    assert rows["control+dynamic"].verdict is None


def test_variants_without_result_are_rows_with_their_reason():
    why = "QAT does not know this layer"
    runs = [failed("technique_qat", why, "not_applicable", seed=seed) for seed in range(3)]

    row = _rows(*runs)["technique_qat"]

    assert row.status == "not_applicable"
    assert row.problems == ["not applicable: QAT does not know this layer"]
    assert row.quality_mean is row.run is row.storage_gzip_bytes is None


def test_sizes_and_latency_are_of_the_seed_where_latency_was_measured():
    row = _rows(run(latency={"unavailable": "no interpreter"}), run(seed=1, latency=None))
    assert row["baseline"].run["seed"] == 0
    assert row["baseline"].problems == ["latency unavailable: no interpreter"]

    row = _rows(run(latency=None), run(seed=1, latency=run()["latency"]))
    assert row["baseline"].run["seed"] == 1
    assert row["baseline"].latency_median_ms == pytest.approx(0.1)


def test_order():
    names = ["technique_qat@0.8", "technique@0.9", "control"]
    names += ["technique@0.25", "baseline", "pruning"]

    rows = list(_rows(*(run(n, conversion=c) for c in ("int8", "float") for n in names)))

    expected = ["baseline", "control", "technique@0.25", "technique@0.9"]
    expected += ["pruning", "technique_qat@0.8"]
    assert rows == expected + [f"{name}+int8" for name in expected]


def test_settings_are_apart():
    runs = [run(), run(profile="full"), run(device="adb:Pixel 8"), run(task="bert")]
    runs += [run(strategy="mirrored")]

    settings = list(aggregate.aggregate(runs))

    assert len(settings) == 5
    assert "image, smoke profile, on adb:Pixel 8" in [setting.title for setting in settings]
    assert "image_full_profile" in [setting.stem for setting in settings]
    assert aggregate.aggregate([]) == {}


def test_current_leaves_out_earlier_configurations_and_code():
    other_config = run(config__sha256="9" * 64)
    old, new = run("technique@0.8", seed=1), run("technique@0.8", started=TOMORROW)
    for each, digit in ((old, "0"), (new, "1")):
        each["variant"]["params"]["source_sha256"] = digit * 64

    assert aggregate.current([run(), other_config, old, new]) == [new, run()]


def test_the_same_run_twice_is_an_error():
    with pytest.raises(UserError, match="2 runs of baseline with seed 0; remove"):
        aggregate.aggregate([run(), run()])
