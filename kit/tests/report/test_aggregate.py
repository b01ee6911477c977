"""Tests for aggregate."""

import pytest
from tests.report import runs as test_runs
from tfmot_technique_kit.report import aggregate


def _rows(runs):
    (rows,) = aggregate.aggregate(runs).values()
    return {row.name: row for row in rows}


def _seeds(training, qualities, **options):
    return [
        test_runs.run(training, quality, seed=seed, **options)
        for seed, quality in enumerate(qualities)
    ]


def test_quality_is_mean_and_sample_deviation() -> None:
    rows = _rows(_seeds("baseline", [0.7, 0.8, 0.9]))

    quality = rows["baseline"].quality
    assert quality.mean == pytest.approx(0.8)
    assert quality.std == pytest.approx(0.1)  # and not 0.0816, with ddof 0
    assert quality.n == 3


def test_differences_are_paired_by_seed_and_to_the_control() -> None:
    # The seeds differ far more than the variants; without pairs nothing shows.
    rows = _rows(
        _seeds("baseline", [0.1, 0.1, 0.1])
        + _seeds("control", [0.5, 0.7, 0.9])
        + _seeds("technique@0.8", [0.48, 0.67, 0.86])
    )

    row = rows["technique@0.8"]
    assert row.difference.mean == pytest.approx(-0.03)
    assert row.difference.std == pytest.approx(0.01)
    assert row.difference.n == 3
    assert row.verdict == "yes"


def test_difference_within_the_spread() -> None:
    rows = _rows(_seeds("control", [0.9, 0.9]) + _seeds("technique@0.8", [0.96, 0.88]))

    assert rows["technique@0.8"].difference.mean == pytest.approx(0.02)
    assert rows["technique@0.8"].verdict == "no"


def test_equal_results_exceed_nothing() -> None:
    rows = _rows(_seeds("control", [0.9, 0.8]) + _seeds("technique@0.8", [0.9, 0.8]))

    assert rows["technique@0.8"].verdict == "no"


def test_one_seed_says_nothing() -> None:
    rows = _rows(_seeds("control", [0.9]) + _seeds("technique@0.8", [0.1]))

    assert rows["technique@0.8"].verdict == "one seed"
    assert rows["technique@0.8"].quality.std is None


def test_only_seeds_that_both_have_are_compared() -> None:
    runs = _seeds("control", [0.9, 0.8, 0.7])
    runs += _seeds("technique@0.8", [0.8, 0.6])
    runs.append(test_runs.failed("technique@0.8", "no memory", seed=2))

    row = _rows(runs)["technique@0.8"]

    assert row.difference.n == 2
    assert row.difference.mean == pytest.approx(-0.15)
    assert row.status == "ok"
    assert row.problems == ("seed 2 failed: no memory",)


def test_the_control_has_the_same_conversion() -> None:
    runs = _seeds("control", [0.9, 0.9])
    runs += _seeds("control", [0.5, 0.5], conversion="int8")
    runs += _seeds("technique@0.8", [0.7, 0.7], conversion="int8")
    runs += _seeds("technique@0.8", [0.7, 0.7], conversion="dynamic")

    rows = _rows(runs)

    difference = rows["technique@0.8+int8"].difference
    assert difference.mean == pytest.approx(0.2)
    assert rows["technique@0.8+dynamic"].verdict == "no control"
    assert rows["control"].verdict == "reference"
    assert rows["control"].difference is None


def test_a_control_that_failed_is_none() -> None:
    runs = [test_runs.failed("control", "loss is NaN")]
    runs += _seeds("technique@0.8", [0.7])

    rows = _rows(runs)

    assert rows["technique@0.8"].verdict == "no control"
    assert rows["control"].verdict is None


def test_variants_without_result_are_rows_with_their_reason() -> None:
    runs = [
        test_runs.failed(
            "technique_qat@0.8",
            "QAT does not know this layer",
            "not_applicable",
            conversion="int8",
            seed=seed,
        )
        for seed in range(3)
    ]

    row = _rows(runs)["technique_qat@0.8+int8"]

    assert row.status == "not_applicable"
    assert row.problems == ("not applicable: QAT does not know this layer",)
    assert row.quality is None
    assert row.value("storage", "gzip_bytes") is None


def test_sizes_and_latency_are_of_the_seed_where_latency_was_measured() -> None:
    runs = _seeds("baseline", [0.9, 0.9])
    runs[0]["latency"], runs[1]["latency"] = None, runs[0]["latency"]

    row = _rows(runs)["baseline"]

    assert row.run["seed"] == 1
    assert row.value("latency", "median_ms") == pytest.approx(0.1)


def test_reason_for_missing_latency_is_kept() -> None:
    runs = _seeds("baseline", [0.9], latency={"unavailable": "not on this system"})

    row = _rows(runs)["baseline"]

    assert row.problems == ("latency unavailable: not on this system",)


def test_order() -> None:
    names = ["technique_qat@0.8", "technique@0.9", "control"]
    names += ["technique@0.25", "baseline", "pruning"]
    runs = [test_runs.run(n, conversion=c) for c in ("int8", "float") for n in names]

    rows = list(_rows(runs))

    expected = ["baseline", "control", "technique@0.25", "technique@0.9"]
    expected += ["pruning", "technique_qat@0.8"]
    assert rows == expected + [f"{name}+int8" for name in expected]


def test_settings_are_apart() -> None:
    runs = [test_runs.run(), test_runs.run(profile="full")]
    runs += [test_runs.run(device="adb:Pixel 8"), test_runs.run(task="bert")]
    runs += [test_runs.run(strategy="mirrored")]

    settings = list(aggregate.aggregate(runs))

    assert len(settings) == 5
    titles = [setting.title for setting in settings]
    assert "image, smoke profile, on adb:Pixel 8" in titles
    assert "image_full_profile" in [setting.stem for setting in settings]


def test_a_ratio_is_to_the_control() -> None:
    runs = _seeds("control", [0.9]) + _seeds("technique@0.8", [0.9])

    row = _rows(runs)["technique@0.8"]

    assert row.ratio("storage", "gzip_bytes") == pytest.approx(0.34 / 0.9)


def test_current_leaves_out_earlier_configurations() -> None:
    old = {"resolved": {}, "sha256": "0" * 64}
    runs = [test_runs.run(config=old, seed=3)]
    runs.append(test_runs.run(started="2026-01-02T00:00:00+00:00"))

    assert [run["seed"] for run in aggregate.current(runs)] == [0]


def test_current_leaves_out_earlier_code_of_the_technique() -> None:
    baseline = test_runs.run()
    old = test_runs.run("technique@0.8", seed=1)
    old["variant"]["params"]["source_sha256"] = "0" * 64
    new = test_runs.run("technique@0.8", started="2026-01-02T00:00:00+00:00")
    new["variant"]["params"]["source_sha256"] = "1" * 64

    assert aggregate.current([baseline, old, new]) == [new, baseline]


def test_the_same_run_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="2 runs of baseline with seed 0; remove"):
        aggregate.aggregate([test_runs.run(), test_runs.run()])
