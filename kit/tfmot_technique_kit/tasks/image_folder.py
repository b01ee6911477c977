"""Loads images from folders named for their classes, as ImageNet comes."""

import pathlib

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import base

_LAYOUT = (
    "Put the images into train/<class>/ and validation/<class>/ in one folder, "
    "and pass that folder as --data_dir."
)


def load(data_dir, image_size, classes, preprocess):
    """Loads images from `train` and `validation`.

    Files come by class, so the training files are shuffled once, always in the
    same way, and their images in a buffer again whenever they are read.

    Args:
        data_dir: Folder that holds both.
        image_size: Height and width to resize to, in pixels.
        classes: Number of classes that there must be.
        preprocess: Function of a float32 tensor [image_size, image_size, 3] with
            values in [0, 255].

    Returns:
        A `base.Data` of float32 images and int32 labels. Classes are numbered in
        the order of their names.

    Raises:
        FileNotFoundError: If the folders are not there.
        ValueError: If the number of classes is another one, or the two folders do
            not have the same.
    """
    if data_dir is None:
        raise FileNotFoundError(f"No folder of images was given. {_LAYOUT}")
    folders = {
        "train": pathlib.Path(data_dir) / "train",
        "test": pathlib.Path(data_dir) / "validation",
    }
    names = {}
    for split, folder in folders.items():
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no folder {folder}. {_LAYOUT}")
        names[split] = sorted(p.name for p in folder.iterdir() if p.is_dir())
        if len(names[split]) != classes:
            raise ValueError(
                f"{folder} has {len(names[split])} folders of classes, but the option "
                f"`classes` is {classes}."
            )
    different = set(names["train"]) ^ set(names["test"])
    if different:
        raise ValueError(
            f"Classes that only one of {folders['train']} and {folders['test']} has: "
            f"{', '.join(sorted(different))}."
        )

    def read(split, **arguments):
        return keras.utils.image_dataset_from_directory(
            folders[split], batch_size=None, image_size=(image_size, image_size), **arguments
        )

    train = read("train", shuffle=True, seed=0)
    test = read("test", shuffle=False)
    return base.Data(
        train=train.map(lambda image, label: (preprocess(image), label)),
        test=test.map(lambda image, label: (preprocess(image), label)),
        info={
            "name": pathlib.Path(data_dir).resolve().name,
            "version": "unknown",
            "splits": {"train": len(train), "test": len(test)},
            "source": "real",
            "sha256": None,
        },
    )
