"""What a task is: data, a model, a loss and a score.

A file in a project's folder `tasks` is a task: it has one class, derived from `Task` or
`Classification`. `tasks.data` and `tasks.models` have data and models for it.
"""

import abc
import dataclasses
import hashlib
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pydantic
import tensorflow as tf

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras

Arrays: TypeAlias = tuple[np.ndarray, np.ndarray]  # inputs and labels


class Options(pydantic.BaseModel):
    """What the part `task` of the hyper-parameters can say: fields with types and defaults.

    A value must have the type of its field, without conversion. `pydantic.PositiveInt` and
    the like say more of it; `pydantic.model_validator` checks several together.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclasses.dataclass(frozen=True)
class Data:
    """The examples of a task, and where they come from."""

    train: tf.data.Dataset  # unbatched, of (input, label), of a known length
    test: tf.data.Dataset  # the same, in a fixed order: for measuring
    name: str
    version: str
    source: str = "real"  # or 'synthetic'
    sha256: str | None = None  # of the content; None where the version alone stands for it

    @property
    def info(self) -> dict[str, Any]:
        """What results say of the data."""
        return {
            "name": self.name,
            "version": self.version,
            "splits": {"train": len(self.train), "test": len(self.test)},
            "source": self.source,
            "sha256": self.sha256,
        }

    def map(self, convert: Callable[..., Any]) -> "Data":
        """Returns the data with each example converted by a function of TensorFlow."""
        return dataclasses.replace(self, train=self.train.map(convert), test=self.test.map(convert))


class Task(abc.ABC):
    """One problem: its data, model and metric, in the sizes that options say.

    Args:
        name: Name of the task, that of its file.
        options: The part `task` of its hyper-parameters. What is missing has its default.

    Attributes:
        metric: Name of what `score` returns, such as 'accuracy'.
        Options: The class of the options.

    Raises:
        UserError: If an option is missing, unknown or impossible.
    """

    metric: str
    Options: type[Options] = Options

    def __init__(self, name: str, options: Mapping[str, Any] | None = None) -> None:
        self.name = name
        try:
            self.options = self.Options.model_validate({} if options is None else options)
        except pydantic.ValidationError as error:
            raise UserError(_explain(error, name, self.Options)) from error

    @abc.abstractmethod
    def load(self, data_dir: str | Path | None = None) -> Data:
        """Loads the data.

        Args:
            data_dir: Folder of the data sets that do not come with a library.

        Raises:
            FileNotFoundError: If the data are not there. The message says how to get them.
            UserError: If something else is missing for them, or they do not fit the options.
        """

    @abc.abstractmethod
    def build(self) -> keras.Model:
        """Builds the model, its weights drawn with the global random seed.

        Returns:
            An uncompiled Functional model with one input and one output.

        Raises:
            UserError, FileNotFoundError: If the options fit no model, or their weights do not load.
        """

    @abc.abstractmethod
    def loss(self) -> keras.losses.Loss:
        """Returns the loss to compile the model with."""

    @abc.abstractmethod
    def score(self, outputs: Iterable[np.ndarray], labels: Iterable[Any]) -> float:
        """Returns the quality: a number in [0, 1], higher is better.

        Args:
            outputs: The model's outputs for each test example: a float array, the first
                axis of which goes over the examples, or an iterable.
            labels: The labels of the same examples, alike.
        """

    def prepare_conversion(self, model: keras.Model) -> None:
        """Changes what a trained model needs before it is converted: here, nothing."""
        del model


class Classification(Task):
    """A task whose model returns logits, and whose labels are numbers of classes."""

    metric = "accuracy"

    def loss(self) -> keras.losses.Loss:
        """See base class."""
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def score(self, outputs: Iterable[np.ndarray], labels: Iterable[Any]) -> float:
        """See base class. The share of examples with the right class on top."""
        return float(np.mean(np.argmax(outputs, axis=-1) == np.asarray(labels)))


def split(inputs: np.ndarray, labels: np.ndarray, test_size: float) -> tuple[Arrays, Arrays]:
    """Returns inputs and labels to train with, and a fraction to measure with, alike by class."""
    from sklearn import model_selection  # Slow to import.

    parts = model_selection.train_test_split(
        inputs, labels, test_size=test_size, stratify=labels, random_state=0
    )
    return (parts[0], parts[2]), (parts[1], parts[3])


def from_arrays(train: Arrays, test: Arrays, name: str, version: str, source: str = "real") -> Data:
    """Makes `Data` of inputs and labels, arrays the first axes of which go over the examples."""
    digest = hashlib.sha256()
    for array in (*train, *test):
        # Little endian everywhere, so that the hash is that of the values.
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    train_set, test_set = map(tf.data.Dataset.from_tensor_slices, (train, test))
    return Data(train_set, test_set, name, version, source, digest.hexdigest())


def _explain(error: pydantic.ValidationError, task: str, options: type[Options]) -> str:
    """Says in one line which option of a task is wrong, and what it must be."""
    first = error.errors(include_url=False)[0]
    name, kind, given = ".".join(map(str, first["loc"])), first["type"], repr(first["input"])
    reason = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be", 1)
    if kind == "model_type":
        return f"The options of the task {task} must be a mapping. You gave: {given}."
    if not name:  # A check of several together, which says what it was given.
        return f"The task {task}: {reason}"
    if kind == "extra_forbidden":
        return f"The task {task} has no option {name}. It has: {', '.join(options.model_fields)}."
    if kind == "missing":
        return f"The task {task} needs the option {name}."
    field = options.model_fields.get(name)
    if field and type(None) in typing.get_args(field.annotation):
        reason += " or null"
    return f"The option {name} of the task {task} {reason}. You gave: {given}."
