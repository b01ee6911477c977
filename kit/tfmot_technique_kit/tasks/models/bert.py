"""BERT, made of layers of Keras that TFMOT knows.

Source: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", https://arxiv.org/abs/1810.04805.
"""

import functools
from collections.abc import Callable
from pathlib import Path

import pydantic
import tensorflow as tf
from pydantic import NonNegativeFloat, PositiveInt

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import base

# What is added to the attention scores of padding. Keras adds -1e9, which ruins full integer
# quantization: 256 steps have to reach that far, so all real scores fall on one. After the
# softmax there is no difference: exp(-30) is 1e-13.
_MASKED_SCORE = -30.0
_EPSILON = 1e-12


class Options(base.Options):
    """Options of the model.

    Attributes:
        vocabulary_size: Number of tokens that there are.
        sequence_length: Number of tokens of a text, padding included.
        layers: Number of encoder blocks.
        hidden: Number of values that stand for a token.
        heads: Number of attention heads, a divisor of `hidden`.
        intermediate: Number of units between the two dense layers of a block.
        dropout: Rate of dropout in training.
        checkpoint: Path of weights to start from, saved by `save_weights` of this very model,
            or null.
    """

    vocabulary_size: PositiveInt = 48
    sequence_length: PositiveInt = 24
    layers: PositiveInt = 1
    hidden: PositiveInt = 32
    heads: PositiveInt = 2
    intermediate: PositiveInt = 64
    dropout: NonNegativeFloat = 0.0
    checkpoint: str | None = None

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
        UserError, FileNotFoundError: As `load_checkpoint`.
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
    if options.checkpoint:
        load_checkpoint(model, options.checkpoint)
    return model


def create_initializer(options: Options) -> keras.initializers.Initializer:
    """Returns what draws weights: as published, 0.02, for the 768 values of BERT-base."""
    return keras.initializers.TruncatedNormal(stddev=(0.3 / options.hidden) ** 0.5)


def bound_attention_masks(model: keras.Model) -> None:
    """Makes the attention masks of a model fit for full integer quantization.

    The model computes the same. A model that was loaded from a `.keras` file needs this again
    before it is converted: Keras does not save it.

    Args:
        model: Its layers `MultiHeadAttention` are changed, wrapped ones too.
    """
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.MultiHeadAttention):
            layer._softmax = _BoundedSoftmax.from_config(layer._softmax.get_config())


def load_checkpoint(model: keras.Model, path: str) -> None:
    """Loads weights that `save_weights` of the same model has written.

    Args:
        model: It gets the weights.
        path: Path of the file, or prefix of the files of a TensorFlow checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        UserError: If the weights are those of another model.
    """
    folder, prefix = Path(path).parent, Path(path).name
    if not folder.is_dir() or not any(file.name.startswith(prefix) for file in folder.iterdir()):
        raise FileNotFoundError(
            f"There is no checkpoint {path}. Set `checkpoint` to a file that `save_weights` of "
            "this model has written, or to null."
        )
    try:
        status = model.load_weights(path)
        if status is not None:  # A TensorFlow checkpoint, which may lack some.
            status.expect_partial().assert_existing_objects_matched()
    except (AssertionError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"The checkpoint {path} does not fit the model that the options say: {reason}"
        ) from error


def _encode(ids: tf.Tensor, options: Options):
    """Returns float32 [batch, length, hidden] for token ids. Positions are learned."""
    hidden, dropout = options.hidden, options.dropout

    def embedding(size: int, name: str):
        return keras.layers.Embedding(size, hidden, create_initializer(options), name=name)

    def dense(units: int, name: str, activation: Callable[..., tf.Tensor] | None = None):
        initializer = create_initializer(options)
        return keras.layers.Dense(units, activation, kernel_initializer=initializer, name=name)

    def add_and_norm(x: tf.Tensor, update: tf.Tensor, name: str):
        update = keras.layers.Dropout(dropout)(update)
        x = keras.layers.Add()([x, update])
        return keras.layers.LayerNormalization(epsilon=_EPSILON, name=name)(x)

    mask = keras.layers.Lambda(attention_mask, name="attention_mask")(ids)
    positions = keras.layers.Lambda(token_positions, name="positions")(ids)
    x = keras.layers.Add()(
        [
            embedding(options.vocabulary_size, "word_embeddings")(ids),
            embedding(options.sequence_length, "position_embeddings")(positions),
        ]
    )
    x = keras.layers.LayerNormalization(epsilon=_EPSILON, name="embedding_norm")(x)
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
        update = dense(options.intermediate, f"intermediate_{i}", gelu)(x)
        update = dense(hidden, f"output_{i}")(update)
        x = add_and_norm(x, update, f"output_norm_{i}")
    return x


class _Function:
    """A function that a `Lambda` layer saves by its name.

    Keras saves Python functions as bytecode, and refuses to load that unless it is told that
    the file is safe.
    """

    def __init__(self, function: Callable[[tf.Tensor], tf.Tensor]) -> None:
        functools.update_wrapper(self, function)
        keras.utils.get_custom_objects()[self.__name__] = self

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        return self.__wrapped__(inputs)


@_Function
def token_positions(ids: tf.Tensor) -> tf.Tensor:
    """Returns int32 [batch, length]: the position of each token."""
    return tf.zeros_like(ids) + tf.range(ids.shape[1])


@_Function
def attention_mask(ids: tf.Tensor) -> tf.Tensor:
    """Returns float32 [batch, 1, length]: 1 for tokens, 0 for padding."""
    return tf.cast(ids[:, None, :] > 0, tf.float32)


@keras.utils.register_keras_serializable("experiments")
def gelu(x: tf.Tensor) -> tf.Tensor:
    """Returns GELU by tanh, as in the published code of BERT.

    The exact one is made of `Erfc`, which TensorFlow Lite only knows as a part of its own
    GELU. What follows the layer, such as a ReLU, can hide it.
    """
    return keras.activations.gelu(x, approximate=True)


class _BoundedSoftmax(keras.layers.Softmax):
    """A softmax whose mask adds a number of the size of the scores."""

    def call(self, inputs: tf.Tensor, mask: tf.Tensor | None = None) -> tf.Tensor:
        if mask is not None:
            inputs += (1.0 - tf.cast(mask, inputs.dtype)) * _MASKED_SCORE
        return super().call(inputs)
