"""Tests for config."""

import pytest

from tests.conftest import REPOSITORY
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import config, results

# Those of recorded runs, which must stay what they are.
FINGERPRINTS = {
    "bert_smoke": "13ebd07679c1f6f6913e3bb2a40ff037efda355ab2730dd2677e6caf2fd4620a",
    "detection_smoke": "ebdeefeb0e70313e725c573ba7c594794fbe765d67b771454ca870ab724c4bea",
    "image_smoke": "2acc1f533f6f2870d8175e5fa5ef45f67abddb2aafc9e3c7c5e4546dc0d8982c",
    "bert_small": "5db1c8a00274d9bfd9ed479cbd6cba3e93167a4fcab46b50665f81ecf0f3028e",
    "detection_small": "08ff12f40a926806677abc65581766f262ae25665358acf614fa5802754cb15c",
    "image_small": "2f05359c07a91f36c26b3c14e7e08bb356d4675dae11f02f13b7d8a50c13c7a2",
    "bert_full": "0e374274cf2d6d153297773d22a8964ce923611fd6b3a98670ba68ceba9e44ae",
    "detection_full": "0bdd27afba1207cedbe335ce1dce3b754233b06f301e1ab65f4e60a5a3f744f7",
    "image_full": "9ac84e3751c27d43a5457baeaf30b80bf449384e287451596aee02978b911f38",
}
TEMPLATE = REPOSITORY / "<<cookiecutter.technique_slug>>" / "experiments" / "configs"


@pytest.fixture
def add(project):
    """A function that writes the configuration of a task and profile."""

    def write(name, text):
        path = project.folder("configs") / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return write


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_the_three_tasks_have_the_values_that_they_had(project, add, name):
    task, profile = name.split("_")
    lines = (TEMPLATE / f"{name}.yaml").read_text().splitlines()
    add(name, "\n".join(line for line in lines if not line.startswith("<%")))
    (project.folder("tasks") / f"{task}.py").touch()
    values = config.load(project, task, profile)
    assert results.fingerprint(values) == FINGERPRINTS[name]
    assert len(values["seeds"]) >= 3 and "control" in values["trainings"]


def test_a_task_without_a_file_takes_the_profile(project):
    assert config.list_tasks(project, "smoke") == config.list_tasks(project, "full") == ["tiny"]
    assert config.load(project, "tiny", "full")["technique"]["update_frequency"] == 100


def test_a_file_and_changes_override_key_by_key(project, add):
    add("tiny_smoke", "task: {width: 8}\ntraining: {epochs: 2}\n")
    changes = ["training.batch_size=3", "task.normalized=true"]
    values = config.load(project, "tiny", "smoke", changes)
    assert values["task"] == {"width": 8, "normalized": True}
    assert (values["training"]["epochs"], values["training"]["batch_size"]) == (2, 3)
    assert values["training"]["fine_tune_epochs"] == 3


def test_a_profile_of_the_project_says_everything_and_a_broken_file_is_named(project, add):
    (project.folder("tasks") / "other.py").touch()
    base = (config._PROFILES / "smoke.yaml").read_text()
    add("tiny_mine", base)
    assert config.list_tasks(project, "mine") == ["tiny"]
    assert config.load(project, "tiny", "mine") == config.load(project, "tiny", "smoke")
    with pytest.raises(
        UserError, match=r"no profile 'huge'\. Choose one of full, mine, small, smoke"
    ):
        config.list_tasks(project, "huge")
    add("tiny_smoke", "training: [")
    with pytest.raises(UserError, match=r"^tiny_smoke\.yaml: .*$"):
        config.load(project, "tiny", "smoke")


@pytest.mark.parametrize(
    ("task", "profile", "changes", "expected"),
    [
        ("text", "smoke", [], "no task 'text'.*Choose one of tiny"),
        ("tiny", "../profiles/smoke", [], "no profile"),
        ("../tiny", "smoke", [], "no task"),
        ("tiny", "smoke", ["training.epoch=2"], "training.epoch: Extra"),
        ("tiny", "smoke", ["training.epochs"], "Cannot set 'training.epochs'"),
        ("tiny", "smoke", ["training=2"], "tiny_smoke.yaml: training: .* dictionary"),
        ("tiny", "smoke", ["training.epochs=many"], "training.epochs: .*integer"),
        ("tiny", "smoke", ["training.epochs=true"], "training.epochs: .*integer"),
        ("tiny", "smoke", ["training.epochs=0"], "training.epochs: .*greater than 0"),
        ("tiny", "smoke", ["training.learning_rate=.nan"], "training.learning_rate"),
        ("tiny", "smoke", ["technique.levels=[1]"], r"levels.0: .*less than 1"),
        ("tiny", "smoke", ["seeds=[0, 0]"], "seeds: a seed is in it twice"),
        ("tiny", "smoke", ["seeds=[0"], "Cannot set 'seeds=.0'"),
        ("tiny", "smoke", ["determinism.intra_threads=0"], "intra_threads"),
    ],
)
def test_a_wrong_value_is_one_line(project, task, profile, changes, expected):
    with pytest.raises(UserError, match=expected) as error:
        config.load(project, task, profile, changes)
    assert "\n" not in str(error.value)
