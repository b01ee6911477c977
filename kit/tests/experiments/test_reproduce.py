"""Tests for reproduce: when two runs count as equal."""

import copy

import pytest
from tfmot_technique_kit.experiments import reproduce

RUN = {
    "status": "ok",
    "error": None,
    "dataset": {"sha256": "a"},
    "quality": {"metric": "accuracy", "value": 0.9},
    "artifacts": {"weights_sha256": "w"},
    "software": {"tensorflow": "2.21.0", "numpy": "2.4"},
    "hardware": {"cpu": "one"},
    "variant": {"params": {"source_sha256": "s"}},
    "config": {"resolved": {"tolerance": 0.02}},
}


def changed(**changes):
    """Returns another run: `a__b=1` sets run['a']['b']."""
    run = copy.deepcopy(RUN)
    for path, value in changes.items():
        *parents, key = path.split("__")
        section = run
        for parent in parents:
            section = section[parent]
        section[key] = value
    return run


OTHER_WEIGHTS = {"artifacts__weights_sha256": "x"}


@pytest.mark.parametrize(
    ("changes", "is_match", "reason"),
    [
        ({}, True, "weights are equal"),
        ({"quality__value": 0.8}, False, "weights are equal"),
        ({"software__numpy": "3"}, True, "weights are equal"),
        (OTHER_WEIGHTS, False, "weights differ on the same software and CPU"),
        ({**OTHER_WEIGHTS, "software__numpy": "3"}, True, "version of numpy"),
        ({**OTHER_WEIGHTS, "hardware__cpu": "two"}, True, "the CPU"),
        (
            {**OTHER_WEIGHTS, "variant__params__source_sha256": "t", "quality__value": 0.87},
            False,
            "not within 0.02.*code of the technique",
        ),
        ({"dataset__sha256": "b"}, False, "data set"),
        ({"status": "failed", "error": "Out of memory."}, False, "Out of memory"),
    ],
)
def test_compares(changes, is_match, reason) -> None:
    found = reproduce.compare(RUN, changed(**changes))
    assert found.is_match == is_match
    assert reason.split(".*")[0] in found.reason
    assert reason.split(".*")[-1] in found.reason
    assert "\n" not in found.reason


def test_the_same_failure_matches() -> None:
    failed = changed(status="not_applicable", error="Not supported.")
    assert reproduce.compare(failed, failed).is_match
