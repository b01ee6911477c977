"""Loads weights into a model."""

import glob


def load(model, path) -> None:
    """Loads weights that `save_weights` of the same model has written.

    Args:
        model: A `keras.Model`. It gets the weights.
        path: Path of the file, or prefix of the files of a TensorFlow checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the weights are those of another model.
    """
    if not glob.glob(f"{glob.escape(path)}*"):
        raise FileNotFoundError(
            f"There is no checkpoint {path}. Set `checkpoint` to a file that "
            "`save_weights` of this model has written, or to null."
        )
    try:
        status = model.load_weights(path)
        if status is not None:  # A TensorFlow checkpoint, which may lack some.
            status.expect_partial().assert_existing_objects_matched()
    except (AssertionError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"The checkpoint {path} does not fit the model that the options say: {reason}"
        ) from error
