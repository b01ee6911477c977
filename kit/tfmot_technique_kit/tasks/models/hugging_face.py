"""A pretrained BERT in a folder as Hugging Face stores it.

The folder holds `config.json` (the sizes), `vocab.txt` (the tokens) and `model.safetensors` (the
weights).
"""

import itertools
import math
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pydantic
from pydantic import Field, PositiveFloat, PositiveInt

from tfmot_technique_kit.errors import UserError, in_one_line
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import extras


class _Config(pydantic.BaseModel):
    """What `config.json` says, under the names of our options."""

    vocabulary_size: PositiveInt = Field(validation_alias="vocab_size")
    layers: PositiveInt = Field(validation_alias="num_hidden_layers")
    hidden: PositiveInt = Field(validation_alias="hidden_size")
    heads: PositiveInt = Field(validation_alias="num_attention_heads")
    intermediate: PositiveInt = Field(validation_alias="intermediate_size")
    activation: Literal["gelu", "gelu_new"] = Field("gelu", validation_alias="hidden_act")
    epsilon: PositiveFloat = Field(1e-12, validation_alias="layer_norm_eps")
    # Other models have the same sizes, and compute something else.
    model_type: Literal["bert"] = Field("bert", exclude=True)
    position_embedding_type: Literal["absolute"] = Field("absolute", exclude=True)


def read_options(folder: Path) -> dict[str, Any]:
    """Returns the options of `bert` that a folder decides.

    Raises:
        FileNotFoundError, UserError: If it has no `config.json`, or not that of a BERT.
    """
    path = _find(folder, "config.json")
    try:
        return _Config.model_validate_json(path.read_bytes()).model_dump()
    except pydantic.ValidationError as error:
        raise UserError(f"{path} is not that of a BERT: {in_one_line(error)}.") from error


def load(model: keras.Model, folder: Path, layers: int) -> None:
    """Loads the weights of a folder, but for those of heads, such as a classifier.

    The model is made by `bert.build` with the options of the folder, and so many encoder blocks.

    Raises:
        FileNotFoundError: If there is no `model.safetensors`.
        UserError: If it does not fit the model, or safetensors is not installed.
    """
    path = _find(folder, "model.safetensors")
    tensors = _read(path)

    def take(name: str, *shape: int) -> np.ndarray:
        """Takes a tensor of a shape, whose -1 stands for any length."""
        if name not in tensors:
            raise UserError(f"{path} has no {name}.")
        tensor = tensors.pop(name)
        pairs = itertools.zip_longest(shape, tensor.shape)
        if not all(expected in (-1, length) for expected, length in pairs):
            raise UserError(
                f"{path}: {name} has the shape {list(tensor.shape)}; by config.json it is "
                f"{list(shape)}."
            )
        return tensor.astype(np.float32)

    def fill(layer: str, *modules: str) -> None:
        """Sets the weights of a layer, which are a kernel and a bias of each module in turn."""
        values, weights = [], iter(model.get_layer(layer).weights)
        for module in modules:
            kernel, bias = (list(weight.shape) for weight in (next(weights), next(weights)))
            # Kernels are stored as [out, in]. Those of attention are square, and split by head.
            shape = [hidden, hidden] if len(kernel) == 3 else kernel[::-1]
            values.append(take(f"{module}.weight", *shape).T.reshape(kernel))
            values.append(take(f"{module}.bias", math.prod(bias)).reshape(bias))
        model.get_layer(layer).set_weights(values)

    words, positions = (model.get_layer(f"{name}_embeddings") for name in ("word", "position"))
    size, hidden = words.weights[0].shape
    length = positions.input.shape[1]
    words.set_weights([take("embeddings.word_embeddings.weight", size, hidden)])
    rows = take("embeddings.position_embeddings.weight", -1, hidden)
    if len(rows) < length:
        raise UserError(
            f"{path} has {len(rows)} positions: `sequence_length` must be at most that. It is "
            f"{length}."
        )
    # All tokens are of the first of two texts.
    kinds = take("embeddings.token_type_embeddings.weight", -1, hidden)
    positions.set_weights([rows[:length] + kinds[0]])
    fill("embedding_norm", "embeddings.LayerNorm")
    for i in range(layers):
        block = f"encoder.layer.{i}"
        parts = ("self.query", "self.key", "self.value", "output.dense")
        fill(f"attention_{i}", *(f"{block}.attention.{part}" for part in parts))
        fill(f"attention_norm_{i}", f"{block}.attention.output.LayerNorm")
        fill(f"intermediate_{i}", f"{block}.intermediate.dense")
        fill(f"output_{i}", f"{block}.output.dense")
        fill(f"output_norm_{i}", f"{block}.output.LayerNorm")
    fill("pooler", "pooler.dense")
    left = sorted(n for n in tensors if n.startswith(("embeddings.", "encoder.", "pooler.")))
    if left:
        raise UserError(f"{path} has {left[0]}, which a BERT of its config.json does not have.")


def _find(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no file {path}. Set `checkpoint` to a folder with config.json, vocab.txt "
            "and model.safetensors, as Hugging Face stores a BERT."
        )
    return path


def _read(path: Path) -> dict[str, np.ndarray]:
    """Returns the tensors of a file, under the names that `BertModel` has for them."""
    extras.require("safetensors", f"{path} needs the library safetensors")
    from safetensors import SafetensorError, numpy

    try:
        found = numpy.load_file(path)
    except SafetensorError as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} cannot be read: {reason}") from error
    tensors = {}
    for name, tensor in found.items():
        # With a head, the model is a part called `bert`. Old files have names of TensorFlow, and
        # a list of positions.
        name = name.removeprefix("bert.").replace("LayerNorm.gamma", "LayerNorm.weight")
        tensors[name.replace("LayerNorm.beta", "LayerNorm.bias")] = tensor
    tensors.pop("embeddings.position_ids", None)
    return tensors
