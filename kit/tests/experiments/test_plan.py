"""Tests for plan."""

import copy
import dataclasses
import json
from pathlib import Path

import pytest

from tests.run_example import failed_example
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import Switch


@pytest.fixture
def plan(make_plan):
    return make_plan()


def run_ids(plan):
    return {v.name: plan.describe(v)["run_id"] for v in plan.expand()}


def test_each_variant_and_all_that_results_depend_on_makes_another_run(plan):
    values = copy.deepcopy(plan.config)
    values["training"]["epochs"] += 1
    changes = ({"config": values}, {"seed": 1}, {"strategy": "mirrored"})
    keras = ({"switch": Switch(3, backend)} for backend in ("tensorflow", "jax"))
    others = [dataclasses.replace(plan, **change) for change in (*changes, *keras)]
    seen = [run_id for each in (plan, *others) for run_id in run_ids(each).values()]
    assert len(set(seen)) == len(seen) > 50


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


def test_the_default_keras_leaves_identities_and_names_as_they_were(plan, record, tmp_path):
    for variant in plan.expand():
        described = plan.describe(variant)
        identity = {key: described[key] for key in ("task", "profile", "seed", "strategy")}
        identity["variant"] = described["variant"]
        assert described["run_id"] == results.run_id(plan.config, **identity)
        assert (described["keras"], described["backend"]) == (2, "tensorflow")
    path = results.path_of(tmp_path / "results", record(plan))
    assert path.name.startswith("tiny_smoke_control_0_")
    run = json.loads(path.read_text())
    path.write_text(json.dumps({k: v for k, v in run.items() if k not in Switch._fields}))
    earlier = plan.load(plan.parse("control"), tmp_path / "results")
    assert earlier["run_id"] == run["run_id"]
    assert Switch.of(earlier) == Switch()


def test_another_keras_is_in_the_names(plan):
    other = dataclasses.replace(plan, switch=Switch(3, "jax"))
    control = other.parse("control")
    for name in (other.path(control, Path()).name, other.training_name(control)):
        assert name.startswith("tiny_smoke_control_keras3-jax_0_")


def test_keras_3_has_no_variant_of_tfmot(plan):
    other = dataclasses.replace(plan, switch=Switch(3))
    trainings = ["control", "technique", "pruning_technique", "technique_qat", "clustering"]
    assert {v.training for v in other.expand(trainings)} == {
        *("baseline", "control", "technique@0.5", "technique@0.8")
    }
    assert other.left_out(trainings) == [
        *("pruning_technique@0.8", "technique_qat@0.8", "clustering")
    ]
    assert plan.left_out(trainings) == []
    with pytest.raises(UserError, match="work with Keras 2 alone: run it with --keras 2"):
        other.parse("qat")


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
