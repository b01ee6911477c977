"""Tests of putting runs together, with numbers that nobody measured."""

import pytest

from tests.report.runs import failed, run, seeds
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.report import aggregate, comparison

TOMORROW = "2026-02-02T00:00:00+00:00"
NAME = "technique@0.8"


def _rows(*runs):
    (rows,) = aggregate.aggregate(list(runs)).values()
    return {row.name: row for row in rows}


def test_spreads_and_differences_which_are_paired_by_seed_and_to_the_control():
    # The seeds differ far more than the variants; without pairs nothing shows.
    row = _rows(
        *seeds("baseline", [0.1, 0.1, 0.1]),
        *seeds("control", [0.5, 0.7, 0.9, 0.2]),
        *seeds(NAME, [0.48, 0.67, 0.86]),
        failed(NAME, "no memory", seed=3),
    )[NAME]
    assert row.quality_mean == pytest.approx(0.67)
    assert row.quality_std == pytest.approx(0.19)  # and not 0.155, with ddof 0
    assert row.difference_mean == pytest.approx(-0.03)
    assert row.difference_std == pytest.approx(0.01)
    assert row.quality_n == row.difference_n == 3
    assert (row.status, row.problems) == ("ok", ["seed 3 failed: no memory"])


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
    row = _rows(*seeds("control", control), *seeds(NAME, technique))[NAME]
    assert row.verdict == verdict
    assert (row.quality_std is None) == (len(technique) == 1)


def test_the_control_has_the_same_conversion_and_a_result():
    rows = _rows(
        *seeds("control", [0.9, 0.9]),
        *seeds("control", [0.5, 0.5], conversion="int8"),
        failed("control", "loss is NaN", conversion="dynamic"),
        *seeds(NAME, [0.7, 0.7], conversion="int8"),
        *seeds(NAME, [0.7, 0.7], conversion="dynamic"),
    )
    int8, dynamic = rows[f"{NAME}+int8"], rows[f"{NAME}+dynamic"]
    assert int8.difference_mean == pytest.approx(0.2)
    ratio = int8.storage_gzip_bytes_ratio
    assert (ratio.value, ratio.n) == (pytest.approx(0.34 / 0.9), 2)
    assert (dynamic.verdict, dynamic.storage_gzip_bytes_ratio) == ("no control", None)
    assert (rows["control"].verdict, rows["control"].difference_mean) == ("reference", None)
    assert rows["control+dynamic"].verdict is None


def test_variants_without_result_are_rows_with_their_reason():
    runs = [failed("technique_qat", "no QAT", "not_applicable", seed=seed) for seed in range(3)]
    row = _rows(*runs)["technique_qat"]
    assert (row.status, row.problems) == ("not_applicable", ["not applicable: no QAT"])
    assert row.quality_mean is row.run is row.storage_gzip_bytes is None


def test_sizes_and_latency_are_of_the_seed_where_latency_was_measured():
    row = _rows(run(latency={"unavailable": "no interpreter"}), run(seed=1))["baseline"]
    assert (row.run["seed"], row.problems) == (0, ["latency unavailable: no interpreter"])
    row = _rows(run(latency=None), run(seed=1, latency=run()["latency"]))["baseline"]
    assert (row.run["seed"], row.latency_median_ms) == (1, 0.1)


def _latency(medians, control_medians=None, clock=0):
    """Returns the ratio of latencies that were measured in as many processes."""
    changes = {"latency__medians": medians, "latency__clock_ms": clock}
    if control_medians is not None:
        changes["latency__control_medians"] = control_medians
    # The control's own latency is of another time, and does not matter.
    control = run("control", latency__medians=[9.0], latency__median_ms=9.0)
    return _rows(control, run(NAME, **changes))[NAME].latency_median_ms_ratio


@pytest.mark.parametrize("is_loss", [True, False])
def test_a_difference_is_a_ratio_with_its_interval(is_loss):
    # For a while the machine is three times as slow; alternating cancels that out.
    slow, fast = [0.11, 0.345, 0.12], [0.1, 0.3, 0.1]
    ratio = _latency(slow, fast) if is_loss else _latency(fast, slow)
    # The logarithms of 1.1, 1.15 and 1.2 have the mean 0.1391 and the deviation 0.0435: three of
    # them give a mean ± 2.484 deviations.
    loss = (1.149275, 1.031536, 1.280453)
    gain = (1 / loss[0], 1 / loss[2], 1 / loss[1])
    assert (ratio.verdict, ratio.n) == (comparison.DIFFERS, 3)
    assert ratio[2:] == pytest.approx(loss if is_loss else gain, rel=1e-5)


@pytest.mark.parametrize(
    ("medians", "control", "clock", "verdict"),
    [
        ([0.09, 0.04, 0.2], [0.04, 0.09, 0.1], 0.0001, comparison.NOISE),
        ([0.101, 0.099, 0.102], [0.1, 0.1, 0.1], 0.0001, comparison.NOISE),
        ([0.11, 0.111, 0.112], [0.1, 0.101, 0.102], 0.0001, comparison.DIFFERS),
        ([0.11, 0.111, 0.112], [0.1, 0.101, 0.102], 0.02, comparison.RESOLUTION),  # difference
        ([0.0009, 0.0008, 0.0008], [0.1, 0.1, 0.1], 0.001, comparison.RESOLUTION),  # call
        ([0.0, 0.0, 0.0], [0.1, 0.1, 0.1], 0.0, comparison.RESOLUTION),
        ([0.2, 0.2, 0.2], [0.1, 0.1, 0.1], 0.0, comparison.EQUAL),
        ([0.2], [0.1], 0.0001, comparison.ONE),
        ([0.2, 0.2, 0.2], None, 0.0001, comparison.NOT_PAIRED),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_is_noise_is_called_so(medians, control, clock, verdict):
    ratio = _latency(medians, control, clock)
    assert ratio.verdict == verdict
    if verdict in (comparison.RESOLUTION, comparison.NOT_PAIRED):
        assert ratio.value is ratio.low is None


@pytest.mark.filterwarnings("error")
def test_sizes_are_compared_by_seed_and_memory_by_process():
    controls, techniques = (
        [run(name, seed=seed, storage__gzip_bytes=size) for seed, size in enumerate(sizes)]
        for name, sizes in (("control", [1000, 2000, 1000]), (NAME, [500, 990]))
    )
    # Runs of earlier versions have no peaks of processes.
    memory = _rows(*controls, *techniques)[NAME].memory_peak_bytes_ratio
    assert memory.verdict == comparison.RESOLUTION
    controls[0]["memory"]["peaks"] = [2_000_000] * 2
    techniques[0]["memory"]["peaks"] = [1_000_000, 1_004_096]
    row = _rows(*controls, *techniques)[NAME]

    file, size, memory = (
        getattr(row, f"{column}_ratio")
        for column in ("storage_tflite_bytes", "storage_gzip_bytes", "memory_peak_bytes")
    )
    assert (file.verdict, file.value) == (comparison.EQUAL, 1)
    assert (size.n, size.value) == (2, pytest.approx((0.5 * 0.495) ** 0.5))
    assert row.storage_gzip_bytes_samples == [500, 990]
    assert memory.verdict == comparison.DIFFERS
    assert 0.48 < memory.low < memory.value < memory.high < 0.52


def test_order():
    expected = ["baseline", "control", "technique@0.25", "technique@0.9"]
    expected += ["pruning", "technique_qat@0.8"]
    runs = [run(name, conversion=c) for c in ("int8", "float") for name in reversed(expected)]
    assert list(_rows(*runs)) == expected + [f"{name}+int8" for name in expected]


USUAL = "image, smoke profile"


@pytest.mark.parametrize(
    ("changes", "titles"),
    [
        # Runs of earlier versions name no Keras.
        ([{"keras": 2, "backend": "tensorflow"}], [USUAL]),
        ([{"profile": "full"}], ["image, full profile", USUAL]),
        ([{"device": "adb:P 8"}], [f"{USUAL}, on adb:P 8", USUAL]),
        ([{"task": "bert"}], ["bert, smoke profile", USUAL]),
        ([{"strategy": "mirrored"}], [f"{USUAL}, mirrored strategy", USUAL]),
        (
            [{"keras": 3, "backend": name} for name in ("jax", "torch")],
            [f"{USUAL}, Keras {k}" for k in ("2", "3, JAX", "3, PyTorch")],
        ),
    ],
)
def test_settings_are_apart_and_keras_is_named_if_there_is_another(changes, titles):
    runs = [run("control"), *(run(NAME, **each) for each in changes)]
    settings = list(aggregate.aggregate(runs))
    assert [setting.title for setting in settings] == titles
    assert settings[0].stem == titles[0].replace(", ", "_").replace(" ", "_").replace(":", "_")
    assert aggregate.current(runs) == runs


def test_current_leaves_out_earlier_configurations_and_code():
    other_config = run(config__sha256="9" * 64)
    old, new = run(NAME, seed=1), run(NAME, started=TOMORROW)
    for each, digit in ((old, "0"), (new, "1")):
        each["variant"]["params"]["source_sha256"] = digit * 64
    assert aggregate.current([run(), other_config, old, new]) == [new, run()]


def test_the_same_run_twice_is_an_error():
    with pytest.raises(UserError, match="2 runs of baseline with seed 0; remove"):
        aggregate.aggregate([run(), run()])
