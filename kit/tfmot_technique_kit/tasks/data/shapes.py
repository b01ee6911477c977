"""Images of rectangles, ellipses and triangles, with their boxes."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.tasks import base

Random: TypeAlias = np.random.RandomState

CLASSES = 3

_SHAPES = ("rectangle", "ellipse", "triangle")
_MAX_OBJECTS = 3
_NOISE = 0.05


def load(image_size: int, max_boxes: int, train_examples: int, test_examples: int) -> base.Data:
    """Generates images, always the same ones: some for training, others for measuring.

    Returns:
        RGB images, float32 [image_size, image_size, 3] with values around [0, 1], and boxes,
        float32 [max_boxes, 5]: rows of (ymin, xmin, ymax, xmax, class), in fractions of the
        image; those with class -1 hold no box.

    Raises:
        UserError: If the images have less than 16 pixels, or the labels less than 3 rows.
    """
    sizes = image_size, max_boxes
    train = compose(train_examples, *sizes, 0, _pick_color, _pick_shape)
    test = compose(test_examples, *sizes, 1, _pick_color, _pick_shape)
    return base.from_arrays(train, test, "synthetic_shapes", "1", "synthetic")


def compose(
    count: int,
    image_size: int,
    max_boxes: int,
    seed: int,
    pick_background: Callable[[Random, int], np.ndarray],
    pick_object: Callable[[Random, int], tuple[int, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """Makes images of 1 to 3 objects of bright colors that do not overlap, with some noise.

    Args:
        count: Number of images.
        image_size: Height and width of an image.
        max_boxes: Number of rows of boxes.
        seed: Seed of all that is random.
        pick_background: Returns what is behind the objects: a color, or an image.
        pick_object: Returns a class, and how much of each pixel the object covers, an array
            [height, width] of at most half of an image.

    Returns:
        Images and boxes as `load` describes them.

    Raises:
        UserError: As `load`.
    """
    if image_size < 16 or max_boxes < _MAX_OBJECTS:
        raise UserError(
            f"Composed images need an `image_size` of at least 16, and `max_boxes` of at least "
            f"{_MAX_OBJECTS}. You gave: {image_size}, {max_boxes}."
        )
    random = np.random.RandomState(seed)
    images = np.zeros([count, image_size, image_size, 3], np.float32)
    boxes = np.full([count, max_boxes, 5], -1, np.float32)
    for image, rows in zip(images, boxes, strict=True):
        image += pick_background(random, image_size)
        taken = np.zeros([image_size, image_size], bool)
        wanted = random.randint(1, _MAX_OBJECTS + 1)
        placed = 0
        while placed < wanted:
            label, cover = pick_object(random, image_size)
            height, width = cover.shape
            top = random.randint(image_size - height)
            left = random.randint(image_size - width)
            region = np.s_[top : top + height, left : left + width]
            if taken[region].any():
                # An image may have no room for another one.
                wanted -= placed > 0
                continue
            taken[region] = True
            cover, color = cover[..., None], random.uniform(0.5, 1, 3)
            image[region] = (1 - cover) * image[region] + cover * color
            rows[placed, :4] = np.array([top, left, top + height, left + width]) / image_size
            rows[placed, 4] = label
            placed += 1
        image += random.normal(0, _NOISE, image.shape)
    return images, boxes


def pick_size(random: Random, image_size: int, count: int | None = None) -> Any:
    """Returns a height or width of an object, or an array of so many."""
    return random.randint(image_size // 6, image_size // 2.5, count)


def _pick_color(random: Random, _: int):
    return random.uniform(0, 0.3, 3)


def _pick_shape(random: Random, image_size: int):
    shape = random.randint(CLASSES)
    return shape, _draw(_SHAPES[shape], *pick_size(random, image_size, 2))


def _draw(shape: str, height: int, width: int):
    """Returns an array [height, width], 1 inside of the shape and 0 outside."""
    # Centers of the pixels, in [-1, 1].
    y = (2 * np.arange(height)[:, None] + 1) / height - 1
    x = (2 * np.arange(width)[None, :] + 1) / width - 1
    inside = {
        "rectangle": np.ones([height, width], bool),
        "ellipse": y**2 + x**2 <= 1,
        "triangle": 2 * np.abs(x) <= y + 1,
    }[shape]
    return inside.astype(float)
