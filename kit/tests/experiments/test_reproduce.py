"""Tests for reproduce: when two runs count as equal, which are repeated."""

import pytest

from tests.run_example import failed_example, run_example
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import reproduce
from tfmot_technique_kit.switch import Switch

SAME = {"config__resolved": {"tolerance": 0.02}}
OTHER = {"artifacts__weights_sha256": "6" * 64}


@pytest.mark.parametrize(
    ("changes", "is_match", "reasons"),
    [
        ({}, True, ["weights are equal"]),
        ({"quality__value": 0.8}, False, ["weights are equal"]),
        ({"software__numpy": "3"}, True, ["weights are equal"]),
        (OTHER, False, ["weights differ on the same software and CPU"]),
        ({**OTHER, "software__numpy": "3"}, True, ["version of numpy"]),
        ({**OTHER, "software__tfmot_technique_kit": "9"}, True, ["version of tfmot_technique_kit"]),
        ({**OTHER, "hardware__cpu": "two"}, True, ["the CPU"]),
        (
            {**OTHER, "variant__params__source_sha256": "t", "quality__value": 0.87},
            False,
            ["not within 0.02", "code of the technique"],
        ),
        ({"dataset__sha256": "b" * 64}, False, ["data set"]),
    ],
)
def test_compares(changes, is_match, reasons):
    is_match, reason = reproduce.compare(run_example(**SAME), run_example(**SAME, **changes))
    assert is_match == is_match
    assert all(reason in reason for reason in reasons)
    assert "\n" not in reason


def test_a_failure_matches_the_same_failure_alone():
    failed = failed_example("not_applicable")
    assert reproduce.compare(failed, failed)[0]
    is_match, reason = reproduce.compare(run_example(), failed_example(error="Out of memory."))
    assert not is_match and "Out of memory" in reason


@pytest.mark.parametrize(
    "settings, name",
    [
        ([Switch()], "tiny_smoke_technique@0.8_0_"),
        ([Switch(3, "jax")], "tiny_smoke_technique@0.8_keras3-jax_0_"),
        ([Switch(3, "jax"), Switch()], "tiny_smoke_technique@0.8_0_"),
    ],
)
def test_chooses_the_technique_of_each_task(project, make_plan, record, tmp_path, settings, name):
    (project.folder("tasks") / "other.py").touch()
    for setting in settings:
        record(make_plan(0, switch=setting), "technique")
    chosen = reproduce.choose(project, "smoke", tmp_path / "results")
    assert chosen.keys() == {"tiny", "other"} and chosen["other"] is None
    assert chosen["tiny"].name.startswith(name)


def test_a_recorded_configuration_that_cannot_be_used_is_one_line(project, tmp_path):
    with pytest.raises(UserError, match="The recorded configuration: "):
        reproduce.rerun(project, run_example(), tmp_path)
