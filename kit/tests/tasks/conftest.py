"""A project with the tasks that the template generates."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from tests.conftest import DATA, REPOSITORY
from tfmot_technique_kit import tasks
from tfmot_technique_kit.project import Project

TEMPLATE = REPOSITORY / "<<cookiecutter.technique_slug>>" / "experiments"


def make_project(root: Path) -> Project:
    """Copies the small project, with the tasks and the hyper-parameters of the template."""
    shutil.copytree(DATA / "some_method", root, dirs_exist_ok=True)
    for path in (*TEMPLATE.glob("tasks/*.py"), *TEMPLATE.glob("configs/*.yaml")):
        licence, _, text = path.read_text(encoding="utf-8").partition("\n")
        assert licence.startswith("<% include"), path
        place = root / "experiments" / path.relative_to(TEMPLATE)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return Project(root)


@pytest.fixture(scope="session", name="generated")
def _generated(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="session")
def create(generated):
    """A function that creates a task of a name, with options as keywords."""
    return lambda name, **options: tasks.create(generated, name, options)


@pytest.fixture
def train():
    """A function that trains the model of a task for an epoch, from its first weights."""
    # What makes two updates of a technique out of few examples.
    changes = [
        "training.fine_tune_epochs=1",
        "training.batch_size=8",
        "technique.update_frequency=1",
    ]

    def run(project: Project, name: str, training: str):
        import numpy as np

        from tfmot_technique_kit.experiments import config
        from tfmot_technique_kit.experiments.plan import Plan
        from tfmot_technique_kit.experiments.training import Trainer

        plan = Plan(project, name, "smoke", config.load(project, name, "smoke", changes), seed=0)
        task = tasks.create(project, name, plan.config["task"])
        data = task.load()
        data = dataclasses.replace(data, train=data.train.take(32))
        weights = task.build().get_weights()
        model, _ = Trainer(plan, task, data).train(plan.parse(training), weights)
        inputs, _ = next(iter(data.test.batch(2)))
        assert model(inputs).shape == task.build()(inputs).shape
        assert np.isfinite(model(inputs)).all()
        return model

    return run
