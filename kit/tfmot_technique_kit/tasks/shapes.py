"""Images of rectangles, ellipses and triangles, with their boxes."""

import numpy as np

CLASSES = ("rectangle", "ellipse", "triangle")
VERSION = "1"

_MAX_SHAPES = 3
_NOISE = 0.05


def generate(count, image_size, max_boxes, seed):
    """Generates images, the same ones for the same arguments.

    Args:
        count: Number of images.
        image_size: Height and width in pixels, at least 16.
        max_boxes: Number of rows of the labels of an image, at least 3.
        seed: Int, seed of the random numbers.

    Returns:
        A tuple of RGB images, float32 [count, image_size, image_size, 3] with
        values around [0, 1], and of boxes, float32 [count, max_boxes, 5]: rows of
        (ymin, xmin, ymax, xmax, class), in fractions of the image; those with class
        -1 hold no box. An image has 1 to 3 shapes of bright colors that do not
        overlap, on a dark background with noise.

    Raises:
        ValueError: If the images are too small, or the labels too short.
    """
    if image_size < 16 or max_boxes < _MAX_SHAPES:
        raise ValueError(
            f"Synthetic shapes need an `image_size` of at least 16, and `max_boxes` "
            f"of at least {_MAX_SHAPES}. You gave: {image_size}, {max_boxes}."
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
            shape = random.randint(len(CLASSES))
            height, width = random.randint(image_size // 6, image_size // 2.5, 2)
            top = random.randint(image_size - height)
            left = random.randint(image_size - width)
            region = np.s_[top : top + height, left : left + width]
            if taken[region].any():
                # An image may have no room for another one.
                wanted -= placed > 0
                continue
            taken[region] = True
            inside = _draw(CLASSES[shape], height, width)
            image[region][inside] = random.uniform(0.5, 1, 3)
            rows[placed] = [top, left, top + height, left + width, 0]
            rows[placed] /= image_size
            rows[placed, 4] = shape
            placed += 1
        image += random.normal(0, _NOISE, image.shape)
    return images, boxes


def _draw(shape, height, width):
    """Returns a bool array [height, width], True inside of the shape."""
    # Centers of the pixels, in [-1, 1].
    y = (2 * np.arange(height)[:, None] + 1) / height - 1
    x = (2 * np.arange(width)[None, :] + 1) / width - 1
    return {
        "rectangle": np.ones([height, width], bool),
        "ellipse": y**2 + x**2 <= 1,
        "triangle": 2 * np.abs(x) <= y + 1,
    }[shape]
