"""COCO 2017, by TensorFlow Datasets, without the boxes of crowds.

Source: Lin et al., "Microsoft COCO: Common Objects in Context", https://arxiv.org/abs/1405.0312.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.data import tfds

CLASSES = 80


def load(
    image_size: int, max_boxes: int, preprocess: Callable[..., tf.Tensor], **source: Any
) -> base.Data:
    """Loads images with their boxes. Further arguments are those of `tfds.load`.

    Images are resized, and preprocessed as float32 with values in [0, 255]. Of many boxes the
    largest are kept.

    Returns:
        Images, float32 [image_size, image_size, 3], and boxes, float32 [max_boxes, 5]: rows of
        (ymin, xmin, ymax, xmax, class) in fractions of the image; those with class -1 hold no
        box.

    Raises:
        UserError, FileNotFoundError: As `tfds.load`.
    """

    def convert(example: dict[str, Any]):
        image = tf.image.resize(tf.cast(example["image"], tf.float32), [image_size, image_size])
        objects = example["objects"]
        boxes, labels = objects["bbox"], tf.cast(objects["label"], tf.float32)
        single = tf.logical_not(objects["is_crowd"])
        rows = tf.concat([boxes, labels[:, None]], axis=1)[single]
        areas = tf.reduce_prod(rows[:, 2:4] - rows[:, :2], axis=1)
        rows = tf.gather(rows, tf.argsort(-areas, stable=True))[:max_boxes]
        missing = max_boxes - tf.shape(rows)[0]
        rows = tf.pad(rows, [[0, missing], [0, 0]], constant_values=-1.0)
        return preprocess(image), tf.ensure_shape(rows, [max_boxes, 5])

    return tfds.load("coco/2017", **source).map(convert)
