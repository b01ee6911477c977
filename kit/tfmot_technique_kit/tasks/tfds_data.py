"""Loads data sets by TensorFlow Datasets, without surprises.

What is missing is said at once: left alone, the library first tries to reach
the network for minutes.
"""

import os

import tensorflow as tf

from tfmot_technique_kit.tasks import base


def load(name, splits, data_dir=None, download=False):
    """Loads the splits of a data set in a fixed order.

    Args:
        name: Name of the data set for `tfds.load`, such as 'glue/sst2'.
        splits: Dict with the splits for `train` and for `test`, in the notation of
            TensorFlow Datasets, such as 'train' or 'train[:1000]'.
        data_dir: Folder of TensorFlow Datasets. By default its own,
            `~/tensorflow_datasets`.
        download: Whether to download and prepare what is not there.

    Returns:
        A `base.Data`. Its examples are dicts, as the data set has them.

    Raises:
        ValueError: If TensorFlow Datasets is not installed.
        FileNotFoundError: If the data set is not there, and `download` is False.
    """
    try:
        import tensorflow_datasets as tfds  # An extra, and slow to import.
    except ImportError as error:
        raise ValueError(
            f"{name} needs TensorFlow Datasets: pip install '.[datasets]' ({error})."
        ) from error
    folder = os.path.expanduser(data_dir or tfds.core.constants.DATA_DIR)
    prepared = os.path.join(folder, *name.split("/"))
    if not download and not tf.io.gfile.glob(os.path.join(prepared, "*", "dataset_info.json")):
        raise FileNotFoundError(
            f"There is no data set in {prepared}. Pass the folder that has it as "
            '--data_dir, or prepare it: python -c "import tensorflow_datasets as '
            f"tfds; tfds.load('{name}', data_dir='{folder}')\""
        )
    (train, test), info = tfds.load(
        name,
        split=[splits["train"], splits["test"]],
        data_dir=folder,
        download=download,
        shuffle_files=False,
        with_info=True,
    )
    return base.Data(
        train=train,
        test=test,
        info={
            "name": name,
            "version": str(info.version),
            "splits": {"train": len(train), "test": len(test)},
            "source": "real",
            "sha256": None,
        },
    )


def first(split, count):
    """Returns the notation for the first examples of a split.

    Args:
        split: Name of the split.
        count: Number of examples, or None for all.

    Returns:
        A string for `tfds.load`.
    """
    return split if count is None else f"{split}[:{count}]"
