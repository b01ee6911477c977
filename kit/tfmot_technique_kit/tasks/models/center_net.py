"""A detector of objects as points, as CenterNet: its model, its loss, and what it finds.

The output is one tensor [height, width, classes + 4]. A cell has the logit of an object of each
class having its center there, then the logarithms of height and width, then the center's offset
from the cell's corner; all in cells. So the numbers are of a similar size, and one scale of 8
bits can hold them all.

Source: Zhou et al., "Objects as Points", https://arxiv.org/abs/1904.07850. It predicts sizes
rather than their logarithms.
"""

import numpy as np
import pydantic
from pydantic import PositiveInt

from tfmot_technique_kit.keras_api import Tensor, keras, ops
from tfmot_technique_kit.tasks.models import classifier

# Layers of the models of `keras.applications` that give features for each 8, 16 and 32 pixels.
_FEATURES = {
    "mobilenet_v2": ("block_6_expand_relu", "block_13_expand_relu", "out_relu"),
    "resnet50": ("conv3_block4_out", "conv4_block6_out", "conv5_block3_out"),
}
_NECK_CHANNELS = {"cnn": 32, "mobilenet_v2": 128, "resnet50": 256}

_BOX_VALUES = 4
# Logit of the probability 0.1: at first nearly every cell is background.
_PRIOR_LOGIT = -2.19
_MAX_DETECTIONS = 100
_SPREAD = 6  # A heat map's bump is as wide as the box at three deviations.


class Options(classifier.BackboneOptions):
    """Options of the model. Images are a multiple of 8 for the small CNN, of 32 for the others."""

    image_size: PositiveInt = 64

    @pydantic.model_validator(mode="after")
    def _check(self) -> "Options":
        stride = 8 if self.model == "cnn" else 32
        if self.image_size % stride:
            raise ValueError(
                f"The option `image_size` must be a multiple of {stride} for {self.model}. "
                f"You gave: {self.image_size}."
            )
        return self


def build(options: Options, classes: int) -> keras.Model:
    """Builds the model: a backbone, features of several scales, and a head.

    Returns:
        A Functional model of float32 images [image_size, image_size, 3] to the output above.
        A cell has 4 pixels, or 8 with a backbone of `keras.applications`.

    Raises:
        UserError, FileNotFoundError: As `classifier.build_application`.
    """
    inputs = keras.Input([options.image_size, options.image_size, 3])
    channels = max(int(_NECK_CHANNELS[options.model] * options.width), 8)

    def conv(x: Tensor, filters: int, size: int = 3, strides: int = 1):
        x = keras.layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=options.batch_norm_momentum)(x)
        return keras.layers.ReLU()(x)

    if options.model == "cnn":
        fine = conv(conv(inputs, channels // 2, 3, 2), channels, 3, 2)
        features = [fine, conv(fine, channels * 3 // 2, 3, 2)]
    else:
        backbone = classifier.build_application(options, input_tensor=inputs, include_top=False)
        features = [backbone.get_layer(name).output for name in _FEATURES[options.model]]

    *finer, x = features
    x = conv(x, channels)
    for feature in reversed(finer):
        x = keras.layers.UpSampling2D()(x)
        x = keras.layers.Add()([x, conv(feature, channels, 1)])
        x = conv(x, channels)
    prior = keras.initializers.Constant(_PRIOR_LOGIT)
    heat = keras.layers.Conv2D(classes, 1, bias_initializer=prior, name="heat")(x)
    boxes = keras.layers.Conv2D(_BOX_VALUES, 1, name="boxes")(x)
    outputs = keras.layers.Concatenate()([heat, boxes])
    return keras.Model(inputs, outputs, name="detector")


@keras.utils.register_keras_serializable("experiments")  # Keras 3 clones it with the model.
class Loss(keras.losses.Loss):
    """Focal loss of the heat map, and absolute error of sizes and offsets.

    Labels are float32 [batch, n, 5], rows of (ymin, xmin, ymax, xmax, class) in fractions of
    the image; class -1 means that there is no box.
    """

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """See base class. Returns one value per example."""
        y_true = ops.cast(y_true, y_pred.dtype)
        height, width, channels = y_pred.shape[1:]
        classes = channels - _BOX_VALUES
        heat, cells, values = _encode(y_true, height, width, classes)
        exists = ops.cast(y_true[..., 4] >= 0, y_pred.dtype)
        count = ops.maximum(ops.sum(exists, -1), 1.0)

        logits = y_pred[..., :classes]
        probability = ops.sigmoid(logits)
        at_center = -((1 - probability) ** 2) * ops.log_sigmoid(logits)
        elsewhere = -(probability**2) * ops.log_sigmoid(-logits)
        is_center = heat >= 1.0
        focal = ops.where(is_center, at_center, (1 - heat) ** 4 * elsewhere)

        flat = ops.reshape(y_pred[..., classes:], [-1, height * width, _BOX_VALUES])
        predicted = ops.take_along_axis(flat, cells[..., None], axis=1)
        error = ops.sum(ops.abs(predicted - values), -1) * exists
        return (ops.sum(focal, [1, 2, 3]) + ops.sum(error, 1)) / count


def decode(output: np.ndarray) -> np.ndarray:
    """Finds the objects in an output, an array [height, width, classes + 4].

    Returns:
        Array [k, 6], k up to 100, rows of (ymin, xmin, ymax, xmax, class, score) in fractions
        of the image, the surest first. A score is a probability.
    """
    height, width, channels = output.shape
    classes = channels - _BOX_VALUES
    logits = output[..., :classes].astype(np.float64)
    padded = np.pad(logits, [(1, 1), (1, 1), (0, 0)], constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))
    # Only the peaks: neighbors of a center see the same object.
    peaks = np.where(logits == windows.max((-2, -1)), logits, -np.inf).ravel()
    surest = np.argsort(-peaks, kind="stable")[:_MAX_DETECTIONS]
    surest = surest[np.isfinite(peaks[surest])]
    y, x, label = np.unravel_index(surest, logits.shape)
    values = output[y, x, classes:].astype(np.float64)
    grid = np.array([height, width])
    size = np.exp(np.clip(values[:, :2], None, np.log(grid))) / grid
    center = (np.stack([y, x], 1) + values[:, 2:]) / grid
    score = 1 / (1 + np.exp(-peaks[surest]))
    return np.concatenate([center - size / 2, center + size / 2, label[:, None], score[:, None]], 1)


def _encode(boxes: Tensor, height: int, width: int, classes: int):
    """Makes what the output of so many cells should be, for boxes as `Loss` takes them.

    Returns:
        Heat map float32 [batch, height, width, classes], 1 at centers; numbers of the cells of
        the centers, row by row, int32 [batch, n]; box values float32 [batch, n, 4].
    """
    grid = ops.convert_to_tensor([height, width], "float32")
    low, high = boxes[..., :2] * grid, boxes[..., 2:4] * grid
    center = (low + high) / 2
    cells = ops.minimum(ops.maximum(ops.floor(center), 0.0), grid - 1)
    size = ops.maximum(high - low, 1e-3)
    deviation = ops.maximum(size / _SPREAD, 0.5)

    def bump(axis: int, count: int):
        distance = ops.arange(count, dtype="float32") - cells[..., axis, None]
        return ops.exp(-((distance / deviation[..., axis, None]) ** 2) / 2)

    bumps = bump(0, height)[..., None] * bump(1, width)[..., None, :]
    # The highest bump of each class of each image; those without box go to one more.
    batch = ops.shape(boxes)[0]
    label = ops.cast(boxes[..., 4], "int32")
    first = ops.arange(batch, dtype="int32")[:, None] * classes
    segment = ops.where(label < 0, batch * classes, first + label)
    heat = ops.segment_max(
        ops.reshape(bumps, [-1, height, width]), ops.reshape(segment, [-1]), batch * classes + 1
    )
    heat = ops.reshape(ops.maximum(heat[:-1], 0.0), [-1, classes, height, width])
    values = ops.concatenate([ops.log(size), center - cells], axis=-1)
    numbers = ops.cast(cells, "int32")
    return (ops.transpose(heat, [0, 2, 3, 1]), numbers[..., 0] * width + numbers[..., 1], values)
