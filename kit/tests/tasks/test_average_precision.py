"""Tests for AP50, against values computed by hand."""

import numpy as np
import pytest
from tfmot_technique_kit.tasks import average_precision as ap

BOX = [0.0, 0.0, 0.4, 0.4]
OTHER = [0.5, 0.5, 0.9, 0.9]
NOWHERE = [0.9, 0.0, 1.0, 0.1]


def truths(*boxes):
    return np.array([[*box, label] for box, label in boxes]).reshape([-1, 5])


def detections(*boxes):
    rows = [[*box, label, score] for box, label, score in boxes]
    return np.array(rows).reshape([-1, 6])


def test_overlaps() -> None:
    shifted = [0.0, 0.2, 0.4, 0.6]
    np.testing.assert_allclose(
        ap.overlaps([BOX, OTHER], [BOX, shifted, NOWHERE]), [[1, 1 / 3, 0], [0, 0, 0]], atol=1e-9
    )


def test_all_found_is_one_and_nothing_found_is_zero() -> None:
    true = [truths((BOX, 0), (OTHER, 1))]
    found = [detections((OTHER, 1, 0.6), (BOX, 0, 0.9))]
    assert ap.average_precision(found, true) == 1.0
    assert ap.average_precision([detections()], true) == 0.0


def test_half_of_the_boxes_found() -> None:
    # Precision 1 for the recalls 0, 0.01 ... 0.5, then 0.
    true = [truths((BOX, 0), (OTHER, 0))]
    found = [detections((BOX, 0, 0.9))]
    assert ap.average_precision(found, true) == pytest.approx(51 / 101)


def test_wrong_boxes_count_when_they_are_surer() -> None:
    true = [truths((BOX, 0))]
    surer = detections((NOWHERE, 0, 0.9), (BOX, 0, 0.5))
    less_sure = detections((NOWHERE, 0, 0.4), (BOX, 0, 0.5))
    assert ap.average_precision([surer], true) == pytest.approx(0.5)
    assert ap.average_precision([less_sure], true) == 1.0


def test_a_box_is_found_once() -> None:
    true = [truths((BOX, 0), (OTHER, 0))]
    twice = detections((BOX, 0, 0.9), (BOX, 0, 0.8), (OTHER, 0, 0.7))
    # Precision 1 up to recall 0.5, then 2/3.
    expected = (51 + 50 * 2 / 3) / 101
    assert ap.average_precision([twice], true) == pytest.approx(expected)


def test_scores_are_compared_over_all_images() -> None:
    true = [truths((BOX, 0)), truths((BOX, 0))]
    found = [detections((BOX, 0, 0.3)), detections((NOWHERE, 0, 0.8))]
    # One of two found, with the precision 1/2.
    expected = 51 / 101 / 2
    assert ap.average_precision(found, true) == pytest.approx(expected)


def test_classes_have_the_same_weight_and_must_agree() -> None:
    true = [truths((BOX, 0), (OTHER, 0), (NOWHERE, 2))]
    wrong_class = detections((BOX, 0, 0.9), (OTHER, 0, 0.8), (NOWHERE, 1, 0.9))
    # Class 1 has no true box: it does not count.
    assert ap.average_precision([wrong_class], true) == 0.5


def test_overlap_has_to_reach_the_threshold() -> None:
    true = [truths((BOX, 0))]
    found = [detections(([0.0, 0.0, 0.4, 0.24], 0, 0.9))]  # It overlaps by 0.6.
    assert ap.average_precision(found, true) == 1.0
    assert ap.average_precision(found, true, threshold=0.61) == 0.0


def test_no_true_box_is_an_error() -> None:
    with pytest.raises(ValueError, match="without any true box"):
        ap.average_precision([detections((BOX, 0, 0.5))], [truths()])
