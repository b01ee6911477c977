"""Tests for AP50, against values computed by hand."""

import numpy as np
import pytest

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.tasks.average_precision import average_precision

BOX = [0.0, 0.0, 0.4, 0.4]
OTHER = [0.5, 0.5, 0.9, 0.9]
NOWHERE = [0.9, 0.0, 1.0, 0.1]


def truths(*boxes):
    return np.array([[*box, label] for box, label in boxes]).reshape([-1, 5])


def detections(*boxes):
    return np.array([[*box, *rest] for box, *rest in boxes]).reshape([-1, 6])


FOUND = (BOX, 0, 0.9)


@pytest.mark.parametrize(
    ("found", "true", "expected"),
    [
        ([(OTHER, 1, 0.6), FOUND], [(BOX, 0), (OTHER, 1)], 1),
        ([], [(BOX, 0), (OTHER, 1)], 0),
        # Precision 1 for the recalls 0, 0.01 ... 0.5, then 0.
        ([FOUND], [(BOX, 0), (OTHER, 0)], 51 / 101),
        # Wrong boxes count when they are surer.
        ([(NOWHERE, 0, 0.9), (BOX, 0, 0.5)], [(BOX, 0)], 0.5),
        ([(NOWHERE, 0, 0.4), (BOX, 0, 0.5)], [(BOX, 0)], 1),
        # A box is found once: precision 1 up to recall 0.5, then 2/3.
        ([FOUND, (BOX, 0, 0.8), (OTHER, 0, 0.7)], [(BOX, 0), (OTHER, 0)], (51 + 50 * 2 / 3) / 101),
        # Classes have the same weight, and must agree. Class 1 has no true box: it does not count.
        ([FOUND, (OTHER, 0, 0.8), (NOWHERE, 1, 0.9)], [(BOX, 0), (OTHER, 0), (NOWHERE, 2)], 0.5),
        # Boxes have to overlap by half.
        ([([0.0, 0.0, 0.4, 0.21], 0, 0.9)], [(BOX, 0)], 1),
        ([([0.0, 0.0, 0.4, 0.19], 0, 0.9)], [(BOX, 0)], 0),
    ],
)
def test_one_image(found, true, expected):
    result = average_precision([detections(*found)], [truths(*true)])
    assert result == pytest.approx(expected)


def test_scores_are_compared_over_all_images():
    true = [truths((BOX, 0)), truths((BOX, 0))]
    found = [detections((BOX, 0, 0.3)), detections((NOWHERE, 0, 0.8))]
    # One of two found, with the precision 1/2.
    assert average_precision(found, true) == pytest.approx(51 / 101 / 2)


def test_no_true_box_is_an_error():
    with pytest.raises(UserError, match="without any true box"):
        average_precision([detections(FOUND)], [truths()])
