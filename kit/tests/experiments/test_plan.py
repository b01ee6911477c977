"""Tests for plan."""

import copy

import pytest
from tfmot_technique_kit.experiments import config
from tfmot_technique_kit.experiments import plan as plan_lib


@pytest.fixture(name="plan")
def _plan():
    return plan_lib.Plan("image", "smoke", config.load("image", "smoke"), 0)


def run_ids(plan):
    return {v.name: plan.describe(v)["run_id"] for v in plan.expand()}


def test_each_variant_is_a_run_of_its_own(plan) -> None:
    assert len(set(run_ids(plan).values())) == len(plan.expand()) > 10


def test_what_results_depend_on_makes_another_run(plan) -> None:
    values = copy.deepcopy(plan.config)
    values["training"]["epochs"] += 1
    others = [
        plan_lib.Plan("image", "smoke", values, 0),
        plan_lib.Plan("image", "smoke", plan.config, 1),
        plan_lib.Plan("image", "smoke", plan.config, 0, "mirrored"),
    ]
    for other in others:
        assert not set(run_ids(plan).values()) & set(run_ids(other).values())


def test_new_code_repeats_the_runs_of_the_technique_alone(plan, monkeypatch) -> None:
    before = run_ids(plan)
    monkeypatch.setattr(plan_lib, "hash_of_source", lambda: "0" * 64)
    after = run_ids(plan)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {name for name in before if "technique" in name}


def test_runs_name_the_baseline_that_they_start_from(plan) -> None:
    baseline = plan.describe(plan.parse("baseline"))
    assert baseline["parent_run_id"] is None
    for name in ("control", "technique+int8"):
        described = plan.describe(plan.parse(name))
        assert described["parent_run_id"] == baseline["run_id"]


def test_nothing_is_finished_without_files(plan, tmp_path) -> None:
    assert plan.list_pending(plan.expand(), tmp_path) == plan.expand()
