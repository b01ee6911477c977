"""BERT, made of layers of Keras that TFMOT knows.

Source: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", https://arxiv.org/abs/1810.04805.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pydantic
from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from tfmot_technique_kit.keras_api import LEGACY, Tensor, keras, ops
from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.models import hugging_face, weights

# What is added to the attention scores of padding. Keras adds -1e9, which ruins full integer
# quantization: 256 steps have to reach that far, so all real scores fall on one. After the
# softmax there is no difference: exp(-30) is 1e-13.
_MASKED_SCORE = -30.0


class Options(base.Options):
    """Options of the model.

    Attributes:
        vocabulary_size: Number of tokens that there are.
        sequence_length: Number of tokens of a text, padding included.
        layers: Number of encoder blocks.
        hidden: Number of values that stand for a token.
        heads: Number of attention heads, a divisor of `hidden`.
        intermediate: Number of units between the two dense layers of a block.
        activation: Of that layer between: 'gelu_new' (by tanh, as in the code that BERT was
            published with) or 'gelu' (exact).
        epsilon: What layer normalization adds to the variance.
        dropout: Rate of dropout in training.
        checkpoint: What to start from: null, the path of weights that `save_weights` of this
            very model has written, or a folder as Hugging Face stores a BERT. Of a folder,
            `config.json` decides the options above but for `sequence_length` and `dropout`.
        vocabulary: Path of the `vocab.txt` of the tokenizer. With null it is that of the folder
            `checkpoint`; without one, the data decide what tokens are.
    """

    vocabulary_size: PositiveInt = 48
    sequence_length: PositiveInt = 24
    layers: PositiveInt = 1
    hidden: PositiveInt = 32
    heads: PositiveInt = 2
    intermediate: PositiveInt = 64
    activation: Literal["gelu", "gelu_new"] = "gelu_new"
    epsilon: PositiveFloat = 1e-12
    dropout: NonNegativeFloat = 0.0
    checkpoint: str | None = None
    vocabulary: str | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _read_folder(cls, values: Any) -> Any:
        folder = _folder(values.get("checkpoint")) if isinstance(values, dict) else None
        if folder is None:
            return values
        vocabulary = values.get("vocabulary") or str(folder / "vocab.txt")
        return {**values, **hugging_face.read_options(folder), "vocabulary": vocabulary}

    @pydantic.model_validator(mode="after")
    def _check(self) -> "Options":
        if self.hidden % self.heads:
            raise ValueError(
                "The option `hidden` must be a multiple of `heads`. "
                f"You gave: {self.hidden}, {self.heads}."
            )
        return self


def build(options: Options, classes: int) -> keras.Model:
    """Builds a BERT that classifies texts.

    Args:
        options: Its options.
        classes: Number of classes.

    Returns:
        A Functional model of token ids, int32 [sequence_length], 0 for padding, to logits
        [classes].

    Raises:
        UserError, FileNotFoundError: As `weights.load` or `hugging_face.load`.
    """
    ids = keras.Input([options.sequence_length], dtype="int32", name="ids")
    x = _encode(ids, options)
    # The first token stands for the text.
    x = keras.layers.Cropping1D((0, options.sequence_length - 1))(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(options.hidden, "tanh", name="pooler")(x)
    x = keras.layers.Dropout(options.dropout)(x)
    outputs = keras.layers.Dense(classes, name="classifier")(x)
    model = keras.Model(ids, outputs, name="bert")
    bound_attention_masks(model)
    if folder := _folder(options.checkpoint):
        hugging_face.load(model, folder, options.layers)
    elif options.checkpoint:
        weights.load(model, options.checkpoint, "checkpoint")
    return model


def create_initializer(options: Options) -> keras.initializers.Initializer:
    """Returns what draws weights: as published, 0.02, for the 768 values of BERT-base."""
    return keras.initializers.TruncatedNormal(stddev=(0.3 / options.hidden) ** 0.5)


def bound_attention_masks(model: keras.Model) -> None:
    """Makes the masks of the layers `MultiHeadAttention` fit for full integer quantization.

    The model computes the same. One that was loaded from a `.keras` file needs this again before
    it is converted: Keras does not save it.
    """
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.MultiHeadAttention):
            if LEGACY:
                layer._softmax = _BoundedSoftmax.from_config(layer._softmax.get_config())
            else:
                layer._compute_attention = functools.partial(_attend, layer)


def _folder(checkpoint: Any) -> Path | None:
    """Returns the folder of Hugging Face that an option names, or None."""
    if not isinstance(checkpoint, str) or not Path(checkpoint).expanduser().is_dir():
        return None
    return Path(checkpoint).expanduser()


def _encode(ids: Tensor, options: Options):
    """Returns float32 [batch, length, hidden] for token ids. Positions are learned."""
    hidden, dropout = options.hidden, options.dropout
    activation = gelu if options.activation == "gelu_new" else exact_gelu

    def embedding(size: int, name: str):
        return keras.layers.Embedding(size, hidden, create_initializer(options), name=name)

    def dense(units: int, name: str, activation: Callable[..., Tensor] | None = None):
        initializer = create_initializer(options)
        return keras.layers.Dense(units, activation, kernel_initializer=initializer, name=name)

    def add_and_norm(x: Tensor, update: Tensor, name: str):
        update = keras.layers.Dropout(dropout)(update)
        x = keras.layers.Add()([x, update])
        return keras.layers.LayerNormalization(epsilon=options.epsilon, name=name)(x)

    mask = keras.layers.Lambda(attention_mask, name="attention_mask")(ids)
    positions = keras.layers.Lambda(token_positions, name="positions")(ids)
    words = embedding(options.vocabulary_size, "word_embeddings")(ids)
    places = embedding(options.sequence_length, "position_embeddings")(positions)
    x = keras.layers.Add()([words, places])
    x = keras.layers.LayerNormalization(epsilon=options.epsilon, name="embedding_norm")(x)
    x = keras.layers.Dropout(dropout)(x)
    for i in range(options.layers):
        attention = keras.layers.MultiHeadAttention(
            options.heads,
            hidden // options.heads,
            dropout=dropout,
            kernel_initializer=create_initializer(options),
            name=f"attention_{i}",
        )(x, value=x, attention_mask=mask)
        x = add_and_norm(x, attention, f"attention_norm_{i}")
        update = dense(options.intermediate, f"intermediate_{i}", activation)(x)
        update = dense(hidden, f"output_{i}")(update)
        x = add_and_norm(x, update, f"output_norm_{i}")
    return x


class _Function:
    """A function that a `Lambda` layer of Keras 2 saves by its name, not as bytecode.

    Keras refuses to load that unless it is told that the file is safe.
    """

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        functools.update_wrapper(self, function)
        keras.utils.get_custom_objects()[self.__name__] = self

    def __call__(self, inputs: Tensor) -> Tensor:
        return self.__wrapped__(inputs)


_register = keras.utils.register_keras_serializable("experiments")
_saved_by_name = _Function if LEGACY else _register


@_saved_by_name
def token_positions(ids: Tensor) -> Tensor:
    """Returns int32 [batch, length]: the position of each token."""
    return ops.zeros_like(ids, dtype="int32") + ops.arange(ids.shape[1], dtype="int32")


@_saved_by_name
def attention_mask(ids: Tensor) -> Tensor:
    """Returns float32 [batch, 1, length]: 1 for tokens, 0 for padding."""
    return ops.cast(ids[:, None, :] > 0, "float32")


@_register
def gelu(x: Tensor) -> Tensor:
    """Returns GELU by tanh, as in the published code of BERT."""
    return keras.activations.gelu(x, approximate=True)


@_register
def exact_gelu(x: Tensor) -> Tensor:
    """Returns GELU, as Hugging Face computes it by default.

    Keras makes it of `Erfc`, which TensorFlow Lite only knows as a part of its own GELU. A ReLU
    that follows would hide that: the maximum, which changes nothing, is between.
    """
    return ops.maximum(keras.activations.gelu(x), -1.0)


class _BoundedSoftmax(keras.layers.Softmax):
    """A softmax of Keras 2 whose mask adds a number of the size of the scores."""

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is not None:
            inputs += (1.0 - ops.cast(mask, inputs.dtype)) * _MASKED_SCORE
        return super().call(inputs)


def _attend(
    attention: keras.layers.MultiHeadAttention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None = None,
    training: bool | None = None,
    *_: Any,
    **__: Any,
) -> tuple[Tensor, Tensor]:
    """Does what the method of Keras 3 does, which has no softmax of its own to replace."""
    query = query * attention._inverse_sqrt_key_dim
    scores = ops.einsum(attention._dot_product_equation, key, query)
    if attention_mask is not None:
        scores += (1.0 - ops.cast(attention_mask[:, None], scores.dtype)) * _MASKED_SCORE
    scores = attention._dropout_layer(ops.softmax(scores), training=training)
    return ops.einsum(attention._combine_equation, scores, value), scores
