"""Tests for config."""

import pytest
from tfmot_technique_kit.experiments import config


@pytest.mark.parametrize("profile", ["smoke", "full"])
def test_every_task_has_each_profile(profile) -> None:
    tasks = config.list_tasks(profile)
    assert tasks == ["bert", "detection", "image"]
    for task in tasks:
        values = config.load(task, profile)
        assert len(values["seeds"]) >= 3
        assert "control" in values["trainings"]
        assert len(values["technique"]["levels"]) >= 2


def test_values_can_be_changed() -> None:
    changes = ["training.epochs=2", "technique.levels=[0.3]"]
    values = config.load("image", "smoke", changes)
    assert values["training"]["epochs"] == 2
    assert values["technique"]["levels"] == [0.3]


@pytest.mark.parametrize(
    ("task", "profile", "changes", "expected"),
    [
        ("text", "smoke", [], "no task 'text'.*bert, detection, image"),
        ("bert", "huge", [], "no profile 'huge'.*full, smoke"),
        ("../bert", "smoke", [], "no task"),
        ("bert", "smoke", ["training.epoch=2"], "training.epoch=2.*key"),
        ("bert", "smoke", ["training.epochs"], "key"),
        ("bert", "smoke", ["training=2"], "training: 2 is not of type"),
        ("bert", "smoke", ["training.epochs=many"], "training.epochs: .many"),
        ("bert", "smoke", ["training.epochs=0"], "training.epochs: 0 is less"),
        ("bert", "smoke", ["technique.levels=[1]"], r"levels.0: 1 is"),
        ("bert", "smoke", ["seeds=[0, 0]"], "seeds"),
        ("bert", "smoke", ["seeds=[0"], "bert_smoke.yaml"),
    ],
)
def test_a_wrong_value_is_one_line(task, profile, changes, expected) -> None:
    with pytest.raises(ValueError, match=expected) as error:
        config.load(task, profile, changes)
    assert "\n" not in str(error.value)
