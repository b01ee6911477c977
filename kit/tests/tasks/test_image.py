"""Tests for image classification and its data."""

import numpy as np
import pytest
import tensorflow as tf
from tests.tasks import model_checks
from tfmot_technique_kit.tasks import image

DIGITS = {
    "dataset": "digits",
    "model": "cnn",
    "image_size": 8,
    "classes": 10,
    "width": 0.25,
    "batch_norm_momentum": 0.9,
}
FOLDER = {
    "dataset": "folder",
    "model": "mobilenet_v2",
    "image_size": 32,
    "classes": 2,
    "width": 0.35,
    "batch_norm_momentum": 0.99,
}


def write_images(folder):
    """Writes black cats and white dogs: 3 and 2 to train, 1 and 1 to validate."""
    for split, counts in (("train", (3, 2)), ("validation", (1, 1))):
        for name, value, count in zip(("cat", "dog"), (0, 255), counts, strict=True):
            (folder / split / name).mkdir(parents=True)
            pixels = np.full([40, 30, 3], value, np.uint8)
            for i in range(count):
                path = folder / split / name / f"{i}.png"
                tf.io.write_file(str(path), tf.io.encode_png(pixels))
    return folder


def test_digits_are_split_by_class() -> None:
    data = image.Image({**DIGITS, "image_size": 16}).load()
    inputs, labels = next(data.test.batch(1000).as_numpy_iterator())
    assert inputs.shape == (360, 16, 16, 1)
    assert inputs.dtype == np.float32
    assert (inputs.min(), inputs.max()) == (0, 1)
    assert set(np.bincount(labels)) <= {35, 36, 37}
    assert data.info["splits"] == {"train": 1437, "test": 360}
    assert data.info["source"] == "real"


@pytest.mark.parametrize("change", [{"image_size": 20}, {"classes": 9}])
def test_options_that_do_not_fit_the_digits_are_explained(change) -> None:
    with pytest.raises(ValueError, match="10 classes and 8 pixels"):
        image.Image({**DIGITS, **change}).load()


@pytest.mark.parametrize("technique", model_checks.ALL)
def test_model_takes_techniques(technique) -> None:
    model_checks.trains_with(technique, image.Image(DIGITS))


def test_images_come_from_folders(tmp_path) -> None:
    task = image.Image(FOLDER)
    data = task.load(write_images(tmp_path))
    assert data.info["splits"] == {"train": 5, "test": 2}
    inputs, labels = next(data.test.batch(10).as_numpy_iterator())
    assert inputs.shape == (2, 32, 32, 3)
    # As the weights of MobileNetV2 expect it, from -1 to 1.
    assert [(x.min(), x.max()) for x in inputs] == [(-1, -1), (1, 1)]
    assert list(labels) == [0, 1]
    train = list(data.train.as_numpy_iterator())
    assert sorted(label for _, label in train) == [0, 0, 0, 1, 1]
    assert all(pixels.mean() == 2 * label - 1 for pixels, label in train)
    assert task.build().output_shape == (None, 2)


def test_resnet50_is_built() -> None:
    model = image.Image({**FOLDER, "model": "resnet50", "width": 1}).build()
    assert model.output_shape == (None, 2)
    with pytest.raises(ValueError, match="width 1 only, not 0.5"):
        image.Image({**FOLDER, "model": "resnet50", "width": 0.5}).build()


def test_missing_folders_are_named(tmp_path) -> None:
    task = image.Image(FOLDER)
    with pytest.raises(FileNotFoundError, match="pass that folder as --data_dir"):
        task.load()
    with pytest.raises(FileNotFoundError, match=f"no folder {tmp_path}/train. P"):
        task.load(tmp_path)


def test_other_classes_are_explained(tmp_path) -> None:
    write_images(tmp_path)
    with pytest.raises(ValueError, match="2 folders of classes, but .* is 1000"):
        image.Image({**FOLDER, "classes": 1000}).load(tmp_path)
    (tmp_path / "validation" / "dog").rename(tmp_path / "validation" / "fox")
    with pytest.raises(ValueError, match="only one of .* has: dog, fox"):
        image.Image(FOLDER).load(tmp_path)


def test_missing_weights_are_named() -> None:
    with pytest.raises(FileNotFoundError, match="no file there.h5. Set `weights`"):
        image.Image({**FOLDER, "weights": "there.h5"}).build()
