"""Plans to test with."""

import pytest

from tests.run_example import run_example
from tfmot_technique_kit.experiments import config, results
from tfmot_technique_kit.experiments.plan import Plan


@pytest.fixture
def make_plan(project):
    """A function of a seed that returns a plan of the task `tiny`."""
    values = config.load(project, "tiny", "smoke")
    return lambda seed=0, **options: Plan(project, "tiny", "smoke", values, seed, **options)


@pytest.fixture
def record(tmp_path):
    """A function that writes a run of a plan into the folder `results`, and returns the run."""

    def write(plan, name="control", **changes):
        described = plan.describe(plan.parse(name))
        run = run_example(**{**described, "latency": None, "memory": None, **changes})
        results.write(tmp_path / "results", run)
        return run

    return write
