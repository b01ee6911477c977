"""Image classification: digits in seconds, or folders of images by class."""

import dataclasses
import typing

from sklearn import datasets, model_selection

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import applications, base, image_folder

_CHANNELS = {"digits": 1, "folder": 3}


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of the task.

    Attributes:
        dataset: 'digits' (1,797 gray images that come with scikit-learn), or
            'folder' (RGB images in `train/<class>/` and `validation/<class>/`).
        model: 'cnn' (small), or one of `keras.applications`.
        image_size: Height and width that images are resized to, in pixels. Digits
            have 8 pixels: their size must be a multiple of that.
        classes: Number of classes.
        width: Factor for the number of channels. ResNet50 takes 1 only.
        batch_norm_momentum: Momentum of the batch normalization of the small CNN.
            With 0.99, the default of Keras, a run of a few hundred steps evaluates
            at chance: the moving averages have not arrived yet.
        weights: Weights of one of `keras.applications` to start from: null,
            'imagenet', or the path of a file.
    """

    dataset: typing.Literal["digits", "folder"]
    model: typing.Literal["cnn", "mobilenet_v2", "resnet50"]
    image_size: int
    classes: int
    width: float
    batch_norm_momentum: float
    weights: str | None = None


class Image(base.Classification):
    """Tells which class an image belongs to."""

    name = "image"
    Options = Options

    def load(self, data_dir=None):
        """See base class."""
        if self.options.dataset == "digits":
            return _load_digits(self.options)
        return image_folder.load(
            data_dir,
            self.options.image_size,
            self.options.classes,
            applications.preprocessing(self.options.model),
        )

    def build(self):
        """See base class. The output is [classes], logits."""
        options = self.options
        size = options.image_size
        shape = (size, size, _CHANNELS[options.dataset])
        if options.model == "cnn":
            return _build_cnn(options, shape)
        return applications.build(
            options.model,
            options.width,
            options.weights,
            input_shape=shape,
            classes=options.classes,
            classifier_activation=None,
        )


def _load_digits(options):
    """Loads the digits as float32 [n, size, size, 1] with values in [0, 1]."""
    digits = datasets.load_digits()
    pixels = digits.images.shape[1]
    factor, rest = divmod(options.image_size, pixels)
    if rest or options.classes != len(digits.target_names):
        raise ValueError(
            f"The digits have {len(digits.target_names)} classes and {pixels} "
            f"pixels: set `classes` to that, and `image_size` to a multiple."
        )
    images = digits.images.repeat(factor, axis=1).repeat(factor, axis=2)
    images = (images[..., None] / digits.images.max()).astype("float32")
    labels = digits.target.astype("int32")
    train_images, test_images, train_labels, test_labels = model_selection.train_test_split(
        images, labels, test_size=0.2, stratify=labels, random_state=0
    )
    return base.from_arrays(
        "digits", "1", "real", (train_images, train_labels), (test_images, test_labels)
    )


def _build_cnn(options, shape):
    inputs = keras.Input(shape)
    x = inputs
    for channels, strides in ((16, 1), (32, 2), (64, 2)):
        x = keras.layers.Conv2D(
            max(int(channels * options.width), 1),
            3,
            strides=strides,
            padding="same",
            use_bias=False,
        )(x)
        x = keras.layers.BatchNormalization(momentum=options.batch_norm_momentum)(x)
        x = keras.layers.ReLU()(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    outputs = keras.layers.Dense(options.classes)(x)
    return keras.Model(inputs, outputs, name="cnn")
