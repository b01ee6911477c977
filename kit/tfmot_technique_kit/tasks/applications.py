"""Models of `keras.applications`: how to build them, and what they eat."""

import pathlib

from tfmot_technique_kit.keras_api import keras

_MODULES = {
    "mobilenet_v2": keras.applications.mobilenet_v2,
    "resnet50": keras.applications.resnet50,
}


def build(model, width, weights, **arguments):
    """Builds a model of `keras.applications`.

    Args:
        model: 'mobilenet_v2' or 'resnet50'.
        width: Factor for the number of channels. ResNet50 takes 1 only.
        weights: None, 'imagenet', or the path of a file with weights.
        **arguments: Arguments of the function of Keras, such as `input_shape`.

    Returns:
        A `keras.Model`.

    Raises:
        ValueError: If the model has no such variant.
        FileNotFoundError: If there is no such file.
    """
    if weights not in (None, "imagenet") and not pathlib.Path(weights).exists():
        raise FileNotFoundError(
            f"There is no file {weights}. Set `weights` to null, to imagenet, or to "
            "a file with the weights of the model."
        )
    if model == "mobilenet_v2":
        return keras.applications.MobileNetV2(alpha=width, weights=weights, **arguments)
    if width != 1:
        raise ValueError(f"ResNet50 comes in the width 1 only, not {width}.")
    return keras.applications.ResNet50(weights=weights, **arguments)


def preprocessing(model):
    """Returns the function that prepares images for a model.

    Args:
        model: The name of one of `keras.applications`, or of a model of our own.

    Returns:
        A function of a float tensor of RGB values in [0, 255] to a tensor of the
        same shape: as the published weights expect it, or in [0, 1].
    """
    if model in _MODULES:
        return _MODULES[model].preprocess_input
    return lambda images: images / 255.0
