"""Weights that a model starts from, in a file of Keras."""

import glob
from pathlib import Path

import tensorflow as tf

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras


def load(model: keras.Model, path: str, option: str) -> None:
    """Loads what `save` or `save_weights` of the same model has written, as an option says.

    The path is that of an `.h5` or `.keras` file, of Keras 2 or 3, or the prefix of the files of a
    TensorFlow checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        UserError: If the weights are those of another model, or the file has none.
    """
    place = Path(path).expanduser()
    if not any(place.parent.glob(f"{glob.escape(place.name)}*")):
        raise FileNotFoundError(
            f"There is no file {path}. Set `{option}` to a file that `save` or `save_weights` of "
            "this model has written, or to null."
        )
    try:
        status = model.load_weights(str(place))
        if status is not None:  # A TensorFlow checkpoint, which may lack some.
            status.expect_partial().assert_existing_objects_matched()
    except (AssertionError, KeyError, OSError, ValueError, tf.errors.OpError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"The file {path} of `{option}` does not fit the model that the options say: {reason}"
        ) from error
