"""Images of rectangles, ellipses and triangles, with their boxes."""

import numpy as np

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.tasks import base

CLASSES = 3

_SHAPES = ("rectangle", "ellipse", "triangle")
_MAX_SHAPES = 3
_NOISE = 0.05


def load(image_size: int, max_boxes: int, train_examples: int, test_examples: int) -> base.Data:
    """Generates images, always the same ones: some for training, others for measuring.

    An image has 1 to 3 shapes of bright colors that do not overlap, on a dark background with
    noise.

    Returns:
        RGB images, float32 [image_size, image_size, 3] with values around [0, 1], and boxes,
        float32 [max_boxes, 5]: rows of (ymin, xmin, ymax, xmax, class), in fractions of the
        image; those with class -1 hold no box.

    Raises:
        UserError: If the images have less than 16 pixels, or the labels less than 3 rows.
    """
    train = _generate(train_examples, image_size, max_boxes, seed=0)
    test = _generate(test_examples, image_size, max_boxes, seed=1)
    return base.from_arrays(train, test, "synthetic_shapes", "1", "synthetic")


def _generate(count: int, image_size: int, max_boxes: int, seed: int):
    if image_size < 16 or max_boxes < _MAX_SHAPES:
        raise UserError(
            f"Synthetic shapes need an `image_size` of at least 16, and `max_boxes` of at least "
            f"{_MAX_SHAPES}. You gave: {image_size}, {max_boxes}."
        )
    random = np.random.RandomState(seed)
    images = np.zeros([count, image_size, image_size, 3], np.float32)
    boxes = np.full([count, max_boxes, 5], -1, np.float32)
    for image, rows in zip(images, boxes, strict=True):
        image += random.uniform(0, 0.3, 3)
        taken = np.zeros([image_size, image_size], bool)
        wanted = random.randint(1, _MAX_SHAPES + 1)
        placed = 0
        while placed < wanted:
            shape = random.randint(CLASSES)
            height, width = random.randint(image_size // 6, image_size // 2.5, 2)
            top = random.randint(image_size - height)
            left = random.randint(image_size - width)
            region = np.s_[top : top + height, left : left + width]
            if taken[region].any():
                # An image may have no room for another one.
                wanted -= placed > 0
                continue
            taken[region] = True
            image[region][_draw(_SHAPES[shape], height, width)] = random.uniform(0.5, 1, 3)
            rows[placed, :4] = [top, left, top + height, left + width]
            rows[placed, :4] /= image_size
            rows[placed, 4] = shape
            placed += 1
        image += random.normal(0, _NOISE, image.shape)
    return images, boxes


def _draw(shape: str, height: int, width: int):
    """Returns a bool array [height, width], True inside of the shape."""
    # Centers of the pixels, in [-1, 1].
    y = (2 * np.arange(height)[:, None] + 1) / height - 1
    x = (2 * np.arange(width)[None, :] + 1) / width - 1
    return {
        "rectangle": np.ones([height, width], bool),
        "ellipse": y**2 + x**2 <= 1,
        "triangle": 2 * np.abs(x) <= y + 1,
    }[shape]
