"""What every task offers: data, a model, a loss and a score."""

import abc
import dataclasses
import hashlib

import numpy as np
import tensorflow as tf

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import option_parsing


@dataclasses.dataclass(frozen=True)
class Data:
    """The examples of a task, and where they come from.

    Attributes:
        train: Unbatched `tf.data.Dataset` of (input, label), finite.
        test: The same, in a fixed order: for measuring.
        info: Dict with the `name` and `version` of the data, `splits` with the
            number of examples in `train` and `test`, `source` ('real' or
            'synthetic') and `sha256` of the content, or None where only the version
            stands for it.
    """

    train: tf.data.Dataset
    test: tf.data.Dataset
    info: dict


class Task(abc.ABC):
    """One problem: its data, model and metric, in the sizes that options say.

    Attributes:
        name: Name of the task.
        metric: Name of what `score` returns. Higher is better.
        Options: The dataclass of the options.
        options: An `Options`.
    """

    name: str
    metric: str
    Options: type

    def __init__(self, options) -> None:
        """Creates the task.

        Args:
            options: Dict, the part `task` of the YAML file.

        Raises:
            ValueError: If an option is missing, unknown or impossible.
        """
        self.options = option_parsing.parse(self.Options, options, self.name)

    @abc.abstractmethod
    def load(self, data_dir=None):
        """Loads the data.

        Args:
            data_dir: Folder of the data sets that do not come with a library.

        Returns:
            A `Data`.

        Raises:
            FileNotFoundError: If the data are not there. The message says how to get
                them.
            ValueError: If something else is missing for them, or they do not fit the
                options.
        """

    @abc.abstractmethod
    def build(self):
        """Builds the model, its weights drawn with the global random seed.

        Returns:
            An uncompiled Functional `keras.Model` with one input and one output.

        Raises:
            ValueError, FileNotFoundError: If the weights that the options ask for
                cannot be loaded.
        """

    def prepare_conversion(self, model) -> None:
        """Changes what a model needs before it is converted: here, nothing.

        Args:
            model: A `keras.Model` that was trained, and may have been loaded.
        """
        del model

    @abc.abstractmethod
    def loss(self):
        """Returns the loss to compile the model with, a `keras.losses.Loss`."""

    @abc.abstractmethod
    def score(self, outputs, labels):
        """Measures quality.

        Args:
            outputs: What the model puts out for each test example: a float array,
                the first axis of which goes over the examples, or an iterable.
            labels: The labels of the same examples, alike.

        Returns:
            A float in [0, 1], higher is better.
        """


class Classification(Task):
    """A task whose model puts out logits, and whose labels are class numbers."""

    metric = "accuracy"

    def loss(self):
        """See base class."""
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def score(self, outputs, labels):
        """See base class. The share of examples with the right class on top."""
        return float(np.mean(np.argmax(outputs, axis=-1) == np.asarray(labels)))


def from_arrays(name, version, source, train, test):
    """Makes `Data` of arrays.

    Args:
        name: Name of the data.
        version: Their version, a string.
        source: 'real' or 'synthetic'.
        train: Tuple of an array of inputs and an array of labels.
        test: The same for measuring.

    Returns:
        A `Data`, with a hash of the values.
    """
    digest = hashlib.sha256()
    for array in (*train, *test):
        # Little endian everywhere, so that the hash is that of the values.
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return Data(
        train=tf.data.Dataset.from_tensor_slices(train),
        test=tf.data.Dataset.from_tensor_slices(test),
        info={
            "name": name,
            "version": version,
            "splits": {"train": len(train[0]), "test": len(test[0])},
            "source": source,
            "sha256": digest.hexdigest(),
        },
    )
