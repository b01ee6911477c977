"""Models that classify images: a small CNN, or one of `keras.applications`."""

import functools
from typing import Any, Literal

import tensorflow as tf
from pydantic import NonNegativeFloat, PositiveInt

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.models import weights

# Of ImageNet, as `keras.applications` subtracts them; its functions take tensors of the backend
# alone, and data are those of TensorFlow.
_BGR_MEANS = [103.939, 116.779, 123.68]


class BackboneOptions(base.Options):
    """Options of any model that starts with one of these.

    Attributes:
        model: 'cnn' (small), or one of `keras.applications`.
        image_size: Height and width of images, in pixels.
        width: Factor for the number of channels. ResNet50 takes 1 only.
        batch_norm_momentum: Momentum of batch normalization. With 0.99, the default of Keras, a
            run of a few hundred steps evaluates at chance: the moving averages have not arrived
            yet. The models of `keras.applications` keep their own with `weights`.
        weights: Weights of one of `keras.applications` to start from: null, 'imagenet', or
            the path of an `.h5` or `.keras` file of Keras 2 or 3. A detector has no use for
            those of the classifier: of `.h5` files it takes the ones with `no_top`.
    """

    model: Literal["cnn", "mobilenet_v2", "resnet50"] = "cnn"
    image_size: PositiveInt = 16
    width: NonNegativeFloat = 1.0
    batch_norm_momentum: NonNegativeFloat = 0.9
    weights: str | None = None

    def preprocess(self, images: tf.Tensor) -> tf.Tensor:
        """Returns RGB images in [0, 255] as the published weights expect them, or in [0, 1]."""
        if self.model == "cnn":
            return images / 255.0
        if self.model == "mobilenet_v2":
            return images / 127.5 - 1.0
        return images[..., ::-1] - _BGR_MEANS


class Options(BackboneOptions):
    """Options of a classifier."""

    classes: PositiveInt = 10  # how many there are


def build(options: Options, channels: int) -> keras.Model:
    """Builds the model.

    Returns:
        A Functional model of float32 images [image_size, image_size, channels] to logits
        [classes].

    Raises:
        UserError, FileNotFoundError: As `build_application`.
    """
    shape = (options.image_size, options.image_size, channels)
    if options.model != "cnn":
        return build_application(
            options, input_shape=shape, classes=options.classes, classifier_activation=None
        )
    x = inputs = keras.Input(shape)
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        filters = max(int(filters * options.width), 1)
        x = keras.layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=options.batch_norm_momentum)(x)
        x = keras.layers.ReLU()(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(options.classes)(x), name="cnn")


def build_application(options: BackboneOptions, **arguments: Any) -> keras.Model:
    """Builds a model of `keras.applications`, with arguments of its function.

    Raises:
        UserError, FileNotFoundError: If there is no such variant, or the weights do not load.
    """
    if options.model == "mobilenet_v2":
        create = functools.partial(keras.applications.MobileNetV2, alpha=options.width)
    elif options.width == 1:
        create = keras.applications.ResNet50
    else:
        raise UserError(f"ResNet50 takes the `width` 1 only. You gave: {options.width}.")
    if options.weights == "imagenet":
        try:
            return create(weights="imagenet", **arguments)
        except Exception as error:  # Keras has no type for a failed download.
            raise UserError(
                f"The published weights of {options.model} cannot be had: "
                f"{str(error).splitlines()[0]} Set `weights` to null, or to a file with them."
            ) from error
    model = create(weights=None, **arguments)
    if options.weights:
        weights.load(model, options.weights, "weights")
    else:
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = options.batch_norm_momentum
    return model
