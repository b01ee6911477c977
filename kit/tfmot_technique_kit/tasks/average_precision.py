"""AP50, the average precision of boxes, as COCO defines it.

Source: Lin et al., "Microsoft COCO: Common Objects in Context",
https://arxiv.org/abs/1405.0312, and its evaluation code, whose interpolation at 101 values of
recall is used here. Crowds are not treated: leave them out.
"""

import collections
from collections.abc import Iterable

import numpy as np

from tfmot_technique_kit.errors import UserError

_OVERLAP = 0.5  # From which on a box counts as found.
_RECALLS = np.linspace(0, 1, 101)


def average_precision(detections: Iterable[np.ndarray], truths: Iterable[np.ndarray]) -> float:
    """Computes the average precision in [0, 1], the mean over the classes that have a true box.

    Args:
        detections: One array [k, 6] per image, rows of (ymin, xmin, ymax, xmax, class, score).
        truths: One array [n, 5] per image, rows of (ymin, xmin, ymax, xmax, class). Class -1
            means that there is no box.

    Raises:
        UserError: If there is no true box at all.
    """
    # Class to a list of arrays [k, 2] of (score, whether right), and to the number of boxes.
    matches, totals = collections.defaultdict(list), collections.Counter()
    for found, rows in zip(detections, map(np.asarray, truths), strict=True):
        true = rows[rows[:, 4] >= 0]
        for label in np.unique(np.concatenate([found[:, 4], true[:, 4]])):
            boxes = true[true[:, 4] == label]
            matches[label].append(_match(found[found[:, 4] == label], boxes))
            totals[label] += len(boxes)
    precisions = [_interpolate(np.concatenate(matches[c]), n) for c, n in totals.items() if n]
    if not precisions:
        raise UserError("AP50 is not defined without any true box.")
    return float(np.mean(precisions))


def _overlaps(boxes: np.ndarray, others: np.ndarray):
    """Returns the intersection over union of boxes [n, 4 or more] and [m, 4 or more], [n, m]."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:4], others[None, :, 2:4])
    shared = np.maximum(high - low, 0).prod(-1)
    areas = (boxes[:, 2:4] - boxes[:, :2]).prod(-1)
    other_areas = (others[:, 2:4] - others[:, :2]).prod(-1)
    union = areas[:, None] + other_areas[None, :] - shared
    return shared / np.maximum(union, np.finfo(float).tiny)


def _match(found: np.ndarray, boxes: np.ndarray):
    """Gives each detection, the surest first, the best box that is left."""
    found = found[np.argsort(-found[:, 5], kind="stable")]
    free = np.ones(len(boxes), bool)
    right = np.zeros(len(found), bool)
    if len(boxes):
        for i, overlap in enumerate(_overlaps(found, boxes)):
            best = np.argmax(np.where(free, overlap, -1))
            if free[best] and overlap[best] >= _OVERLAP:
                right[i] = True
                free[best] = False
    return np.stack([found[:, 5], right], axis=1)


def _interpolate(matches: np.ndarray, total: int):
    """Returns the mean, over values of recall, of the best precision there."""
    matches = matches[np.argsort(-matches[:, 0], kind="stable")]
    right = np.cumsum(matches[:, 1])
    recall = right / total
    precision = right / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    # Nothing is precise beyond the highest recall.
    index = np.searchsorted(recall, _RECALLS, side="left")
    return np.append(best, 0.0)[index].mean()
