"""Object detection: synthetic shapes in seconds, or COCO 2017."""

import dataclasses
import typing

import numpy as np
import tensorflow as tf

from tfmot_technique_kit.tasks import (
    applications,
    average_precision,
    base,
    center_net,
    detector,
    shapes,
    tfds_data,
)

_CLASSES = {"shapes": len(shapes.CLASSES), "coco": 80}
_TEST_SEED = 1  # The training images are those of seed 0.


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of the task.

    Attributes:
        dataset: 'shapes' (synthetic), or 'coco' (COCO 2017, by TensorFlow Datasets,
            without the boxes of crowds).
        model: Backbone: 'cnn' (small), or one of `keras.applications`.
        image_size: Height and width that images are resized to, in pixels.
        width: Factor for the number of channels. ResNet50 takes 1 only.
        batch_norm_momentum: Momentum of the batch normalization outside of the
            models of `keras.applications`. With 0.99, the default of Keras, a run of
            a few hundred steps evaluates at chance.
        max_boxes: Number of boxes of an image that are kept, the largest first.
        weights: Weights of the backbone to start from: null, 'imagenet', or the
            path of a file.
        train_examples: Number of training images; null for all that the data set
            has, which synthetic shapes have not.
        test_examples: The same for the test images.
        download: Whether to download COCO if it is not there.
    """

    dataset: typing.Literal["shapes", "coco"]
    model: typing.Literal["cnn", "mobilenet_v2", "resnet50"]
    image_size: int
    width: float
    batch_norm_momentum: float
    max_boxes: int
    weights: str | None = None
    train_examples: int | None = None
    test_examples: int | None = None
    download: bool = False


class Detection(base.Task):
    """Finds objects in an image."""

    name = "detection"
    metric = "ap50"
    Options = Options

    def __init__(self, options) -> None:
        """See base class."""
        super().__init__(options)
        options = self.options
        stride = detector.STRIDES[options.model]
        if options.image_size % stride:
            raise ValueError(
                "The option `image_size` of the task detection must be a multiple of "
                f"{stride} for {options.model}. You gave: {options.image_size}."
            )
        counts = (options.train_examples, options.test_examples)
        if options.dataset == "shapes" and None in counts:
            raise ValueError(
                "Synthetic shapes have no end: the task detection needs the options "
                "train_examples and test_examples."
            )

    def load(self, data_dir=None):
        """See base class.

        Labels are boxes, float32 [max_boxes, 5]: rows of (ymin, xmin, ymax, xmax,
        class) in fractions of the image. Rows with class -1 hold no box.
        """
        options = self.options
        if options.dataset == "shapes":
            size = (options.image_size, options.max_boxes)
            return base.from_arrays(
                "synthetic_shapes",
                shapes.VERSION,
                "synthetic",
                shapes.generate(options.train_examples, *size, seed=0),
                shapes.generate(options.test_examples, *size, _TEST_SEED),
            )
        data = tfds_data.load(
            "coco/2017",
            {
                "train": tfds_data.first("train", options.train_examples),
                # The boxes of the split `test` are not published.
                "test": tfds_data.first("validation", options.test_examples),
            },
            data_dir,
            options.download,
        )
        return dataclasses.replace(
            data, train=data.train.map(self._convert), test=data.test.map(self._convert)
        )

    def _convert(self, example):
        """Makes an input and a label of an example of COCO."""
        options = self.options
        size = [options.image_size, options.image_size]
        image = tf.image.resize(tf.cast(example["image"], tf.float32), size)
        objects = example["objects"]
        boxes, labels = objects["bbox"], tf.cast(objects["label"], tf.float32)
        single = tf.logical_not(objects["is_crowd"])
        rows = tf.concat([boxes, labels[:, None]], axis=1)[single]
        areas = tf.reduce_prod(rows[:, 2:4] - rows[:, :2], axis=1)
        rows = tf.gather(rows, tf.argsort(-areas, stable=True))[: options.max_boxes]
        missing = options.max_boxes - tf.shape(rows)[0]
        rows = tf.pad(rows, [[0, missing], [0, 0]], constant_values=-1.0)
        rows = tf.ensure_shape(rows, [options.max_boxes, 5])
        return applications.preprocessing(options.model)(image), rows

    def build(self):
        """See base class. The output is what `center_net` describes."""
        options = self.options
        return detector.build(
            options.model,
            options.image_size,
            _CLASSES[options.dataset],
            options.width,
            options.batch_norm_momentum,
            options.weights,
        )

    def loss(self):
        """See base class."""
        return center_net.Loss()

    def score(self, outputs, labels):
        """See base class. AP50: average precision at half overlap."""
        return average_precision.average_precision(
            (center_net.decode(output) for output in outputs),
            (rows[rows[:, 4] >= 0] for rows in map(np.asarray, labels)),
        )
