"""Repeats recorded runs: the convergence test of TensorFlow Official Models.

`python -m pytest -m convergence experiments` trains the highest level of each
task of the profile `smoke` again, with the first seed.
"""

import pathlib

import pytest
from tfmot_technique_kit.experiments import config, process, reproduce, results
from tfmot_technique_kit.experiments import plan as plan_lib

FOLDER = pathlib.Path(__file__).parent / "results"


@pytest.mark.convergence
@pytest.mark.parametrize("task", config.list_tasks("smoke"))
def test_a_recorded_run_is_reproduced(task, tmp_path) -> None:
    values = config.load(task, "smoke")
    plan = plan_lib.Plan(task, "smoke", values, values["seeds"][0])
    path = results.path_of(FOLDER, plan.describe(plan.parse("technique")))
    if not path.exists():
        pytest.skip("There is no such run: python -m experiments sweep.")
    recorded = results.load(path)
    process.set_up(recorded["determinism"])
    again = reproduce.rerun(recorded, tmp_path)
    comparison = reproduce.compare(recorded, again)
    assert comparison.is_match, comparison.reason
