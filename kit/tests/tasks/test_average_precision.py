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
    rows = [[*box, label, score] for box, label, score in boxes]
    return np.array(rows).reshape([-1, 6])


def test_all_found_is_one_and_nothing_found_is_zero():
    true = [truths((BOX, 0), (OTHER, 1))]
    found = [detections((OTHER, 1, 0.6), (BOX, 0, 0.9))]
    assert average_precision(found, true) == 1.0
    assert average_precision([detections()], true) == 0.0


def test_half_of_the_boxes_found():
    # Precision 1 for the recalls 0, 0.01 ... 0.5, then 0.
    true = [truths((BOX, 0), (OTHER, 0))]
    found = [detections((BOX, 0, 0.9))]
    assert average_precision(found, true) == pytest.approx(51 / 101)


def test_wrong_boxes_count_when_they_are_surer():
    true = [truths((BOX, 0))]
    surer = detections((NOWHERE, 0, 0.9), (BOX, 0, 0.5))
    less_sure = detections((NOWHERE, 0, 0.4), (BOX, 0, 0.5))
    assert average_precision([surer], true) == pytest.approx(0.5)
    assert average_precision([less_sure], true) == 1.0


def test_a_box_is_found_once():
    true = [truths((BOX, 0), (OTHER, 0))]
    twice = detections((BOX, 0, 0.9), (BOX, 0, 0.8), (OTHER, 0, 0.7))
    # Precision 1 up to recall 0.5, then 2/3.
    expected = (51 + 50 * 2 / 3) / 101
    assert average_precision([twice], true) == pytest.approx(expected)


def test_scores_are_compared_over_all_images():
    true = [truths((BOX, 0)), truths((BOX, 0))]
    found = [detections((BOX, 0, 0.3)), detections((NOWHERE, 0, 0.8))]
    # One of two found, with the precision 1/2.
    expected = 51 / 101 / 2
    assert average_precision(found, true) == pytest.approx(expected)


def test_classes_have_the_same_weight_and_must_agree():
    true = [truths((BOX, 0), (OTHER, 0), (NOWHERE, 2))]
    wrong_class = detections((BOX, 0, 0.9), (OTHER, 0, 0.8), (NOWHERE, 1, 0.9))
    # Class 1 has no true box: it does not count.
    assert average_precision([wrong_class], true) == 0.5


def test_overlap_has_to_reach_the_threshold():
    true = [truths((BOX, 0))]
    found = [detections(([0.0, 0.0, 0.4, 0.24], 0, 0.9))]  # It overlaps by 0.6.
    assert average_precision(found, true) == 1.0
    assert average_precision(found, true, threshold=0.61) == 0.0


def test_no_true_box_is_an_error():
    with pytest.raises(UserError, match="without any true box"):
        average_precision([detections((BOX, 0, 0.5))], [truths()])
