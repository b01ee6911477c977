"""Tests for what the tasks have in common: options, profiles and data."""

import pathlib

import numpy as np
import pytest
import yaml
from tfmot_technique_kit import tasks
from tfmot_technique_kit.tasks import base, image

CONFIGS = pathlib.Path(__file__).parents[1] / "configs"


def read_options(name, profile):
    text = (CONFIGS / f"{name}_{profile}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["task"]


@pytest.mark.parametrize("profile", ["smoke", "full"])
@pytest.mark.parametrize("name", list(tasks.TASKS))
def test_profiles_have_options_that_their_task_takes(name, profile) -> None:
    assert tasks.create(name, read_options(name, profile)).name == name


@pytest.mark.parametrize("name", list(tasks.TASKS))
def test_unknown_task_and_options_are_named(name) -> None:
    options = read_options(name, "smoke")
    with pytest.raises(ValueError, match="unknown options: colour. It takes: da"):
        tasks.create(name, {**options, "colour": "red"})
    del options["dataset"]
    with pytest.raises(ValueError, match=f"{name} has missing options: dataset"):
        tasks.create(name, options)
    with pytest.raises(ValueError, match="no task 'audio'. Tasks: image, bert"):
        tasks.create("audio", options)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"dataset": "mnist"}, "must be digits or folder. You gave: 'mnist'"),
        ({"image_size": 0}, "must be a positive whole number. You gave: 0"),
        ({"image_size": 8.5}, "must be a positive whole number. You gave: 8.5"),
        ({"classes": True}, "must be a positive whole number. You gave: True"),
        ({"width": -1}, "must be a number that is not negative. You gave: -1"),
        ({"weights": 3}, "must be a text or null. You gave: 3"),
    ],
)
def test_options_of_another_type_are_explained(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        image.Image({**read_options("image", "smoke"), **change})


def test_options_that_are_no_mapping_are_explained() -> None:
    with pytest.raises(ValueError, match="must be a mapping. You gave: None"):
        image.Image(None)


@pytest.mark.parametrize("name", list(tasks.TASKS))
def test_smoke_data_are_the_same_each_time(name) -> None:
    first, second = (tasks.create(name, read_options(name, "smoke")).load() for _ in range(2))
    assert first.info == second.info
    assert len(first.info["sha256"]) == 64
    for split in ("train", "test"):
        ours, theirs = getattr(first, split), getattr(second, split)
        assert len(ours) == first.info["splits"][split]
        for mine, other in zip(
            ours.take(5).as_numpy_iterator(), theirs.as_numpy_iterator(), strict=False
        ):
            np.testing.assert_array_equal(mine[0], other[0])
            np.testing.assert_array_equal(mine[1], other[1])


def test_hash_tells_data_apart() -> None:
    inputs, labels = np.zeros([2, 3], "float32"), np.array([0, 1], "int32")
    changed = inputs.copy()
    changed[1, 2] = 1

    def sha256(values):
        pair = (values, labels)
        return base.from_arrays("x", "1", "real", pair, pair).info["sha256"]

    assert sha256(inputs) == sha256(inputs.copy())
    assert sha256(inputs) != sha256(changed)
    assert sha256(inputs) != sha256(inputs.T.copy().reshape([2, 3]) + 0.5)


def test_accuracy_is_the_share_of_right_classes() -> None:
    task = image.Image(read_options("image", "smoke"))
    outputs = np.array([[0.1, 2.0], [3.0, -1.0], [0.0, 1.0], [5.0, 6.0]])
    assert task.score(outputs, [1, 0, 0, 1]) == 0.75
