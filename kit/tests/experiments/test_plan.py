"""Tests for plan."""

import copy
import dataclasses

import pytest

from tests.run_example import failed_example
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.project import Project


@pytest.fixture
def plan(make_plan):
    return make_plan()


def run_ids(plan):
    return {v.name: plan.describe(v)["run_id"] for v in plan.expand()}


def test_each_variant_is_a_run_of_its_own(plan):
    assert len(set(run_ids(plan).values())) == len(plan.expand()) > 10


def test_what_results_depend_on_makes_another_run(plan):
    values = copy.deepcopy(plan.config)
    values["training"]["epochs"] += 1
    for change in ({"config": values}, {"seed": 1}, {"strategy": "mirrored"}):
        other = dataclasses.replace(plan, **change)
        assert not set(run_ids(plan).values()) & set(run_ids(other).values())


@pytest.mark.parametrize(
    ("file", "is_code"),
    [("new.py", True), ("new_test.py", False), ("test_layers.py", False), ("notes.txt", False)],
)
def test_new_code_repeats_the_runs_of_the_technique_alone(plan, file, is_code):
    before = run_ids(plan)
    path = plan.project.root / plan.project.technique.package / "keras" / file
    path.write_text("VALUE = 1\n")

    after = run_ids(dataclasses.replace(plan, project=Project(plan.project.root)))

    changed = {name for name in before if before[name] != after[name]}
    assert changed == ({name for name in before if "technique" in name} if is_code else set())
    assert run_ids(plan) == before  # A process goes on with the code that it has begun with.


def test_runs_name_the_technique_and_the_baseline_that_they_start_from(plan):
    baseline = plan.describe(plan.parse("baseline"))
    assert baseline["parent_run_id"] is None
    assert baseline["variant"]["technique"] is None
    described = plan.describe(plan.parse("technique+int8"))
    assert described["parent_run_id"] == baseline["run_id"]
    assert described["variant"]["technique"] == "some_method"
    assert described["variant"]["params"]["level_name"] == "sparsity"
    assert plan.describe(plan.parse("control"))["parent_run_id"] == baseline["run_id"]


def test_what_is_pending(plan, record, tmp_path):
    folder = tmp_path / "results"
    variants = plan.expand(["control"])
    assert plan.list_pending(variants, folder) == variants
    record(plan, "control")
    record(plan, "control+int8", run_id="0" * 64)
    failed = failed_example() | plan.describe(plan.parse("control+dynamic"))
    results.write(folder, failed)
    # A failure is tried again, and an earlier run is no result.
    assert set(variants) - set(plan.list_pending(variants, folder)) == {plan.parse("control")}
