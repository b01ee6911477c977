"""Loads data sets by TensorFlow Datasets.

What is missing is said at once: the library first tries to reach the network for minutes.
"""

import sys
from pathlib import Path

from tfmot_technique_kit.tasks import base, extras


def load(
    name: str,
    data_dir: str | Path | None = None,
    train_examples: int | None = None,
    test_examples: int | None = None,
    download: bool = False,
) -> base.Data:
    """Loads a data set in a fixed order. Its split `validation` is for measuring.

    Args:
        name: Name of the data set, such as 'glue/sst2'.
        data_dir: Folder of TensorFlow Datasets; by default its own, `~/tensorflow_datasets`.
        train_examples: Number of training examples, the first ones; None for all.
        test_examples: The same for the test examples.
        download: Whether to download and prepare what is not there.

    Returns:
        The data. Examples are dicts, as the data set has them.

    Raises:
        UserError, FileNotFoundError: If the library, or the data set without `download`, is
            missing.
    """
    extras.require("tensorflow_datasets", f"{name} needs TensorFlow Datasets")
    import tensorflow_datasets  # Slow to import.

    core = tensorflow_datasets.core
    # A path of the library, which may lie in a bucket.
    folder = core.as_path(data_dir or core.constants.DATA_DIR).expanduser()
    if not download and not any((folder / name).glob("*/dataset_info.json")):
        raise FileNotFoundError(
            f"There is no data set in {folder / name}. Pass the folder that has it as --data-dir, "
            'or prepare it: python -c "import tensorflow_datasets as tfds; '
            f"tfds.load('{name}', data_dir='{folder}')\""
        )
    if not sys.stderr.isatty():
        tensorflow_datasets.disable_progress_bar()  # In a file, a bar is long lines.
    # The labels of the splits called `test` are not published.
    counts = {"train": train_examples, "validation": test_examples}
    (train, test), info = tensorflow_datasets.load(
        name,
        split=[split if n is None else f"{split}[:{n}]" for split, n in counts.items()],
        data_dir=folder,
        download=download,
        shuffle_files=False,
        with_info=True,
    )
    return base.Data(train, test, name, str(info.version))
