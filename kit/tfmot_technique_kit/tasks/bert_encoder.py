"""The encoder of BERT, made of layers of Keras that TFMOT knows.

Source: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers
for Language Understanding", https://arxiv.org/abs/1810.04805.
"""

import tensorflow as tf

from tfmot_technique_kit.keras_api import keras

# What is added to the attention scores of padding. Keras adds -1e9, which ruins
# full integer quantization: 256 steps have to reach that far, so all real
# scores fall on one. After the softmax there is no difference: exp(-30) is
# 1e-13.
_MASKED_SCORE = -30.0
_EPSILON = 1e-12


class _Function:
    """A function that a `Lambda` layer saves by its name.

    Keras saves Python functions as bytecode, and refuses to load that unless it
    is told that the file is safe.
    """

    def __init__(self, function) -> None:
        self.__name__ = function.__name__
        self.__module__ = function.__module__
        self.__doc__ = function.__doc__
        self._function = function
        keras.utils.get_custom_objects()[self.__name__] = self

    def __call__(self, inputs):
        return self._function(inputs)


@_Function
def token_positions(ids):
    """Returns int32 [batch, length]: the position of each token."""
    return tf.zeros_like(ids) + tf.range(ids.shape[1])


@_Function
def attention_mask(ids):
    """Returns float32 [batch, 1, length]: 1 for tokens, 0 for padding."""
    return tf.cast(ids[:, None, :] > 0, tf.float32)


@keras.utils.register_keras_serializable("experiments")
def gelu(x):
    """Returns GELU by tanh, as in the published code of BERT.

    The exact one is made of `Erfc`, which TensorFlow Lite only knows as a part of
    its own GELU. What follows the layer, such as a ReLU, can hide it.

    Args:
        x: Float tensor.
    """
    return keras.activations.gelu(x, approximate=True)


class _BoundedSoftmax(keras.layers.Softmax):
    """A softmax whose mask adds a number of the size of the scores."""

    def call(self, inputs, mask=None):
        if mask is not None:
            masked = 1.0 - tf.cast(mask, inputs.dtype)
            inputs += masked * _MASKED_SCORE
        return super().call(inputs)


def bound_attention_masks(model) -> None:
    """Makes the attention masks of a model fit for full integer quantization.

    The model computes the same. A model that was loaded from a `.keras` file
    needs this again before it is converted: Keras does not save it.

    Args:
        model: A `keras.Model`. Its layers `MultiHeadAttention` are changed, wrapped
            ones too.
    """
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.MultiHeadAttention):
            config = layer._softmax.get_config()
            layer._softmax = _BoundedSoftmax.from_config(config)


def encode(ids, vocabulary_size, layers, hidden, heads, intermediate, dropout):
    """Builds the encoder, with learned positions and GELU.

    Args:
        ids: Input of a Functional model, int32 [batch, length]. 0 is padding.
        vocabulary_size: Number of tokens.
        layers: Number of blocks.
        hidden: Number of values that stand for a token.
        heads: Number of attention heads.
        intermediate: Number of units between the two dense layers of a block.
        dropout: Rate of dropout in training.

    Returns:
        A tensor of the Functional model, float32 [batch, length, hidden].
    """

    def initializer():
        # As published, 0.02, for the 768 values of BERT-base.
        return keras.initializers.TruncatedNormal(stddev=(0.3 / hidden) ** 0.5)

    def embedding(size, name):
        return keras.layers.Embedding(size, hidden, initializer(), name=name)

    def add_and_norm(x, update, name):
        update = keras.layers.Dropout(dropout)(update)
        x = keras.layers.Add()([x, update])
        return keras.layers.LayerNormalization(epsilon=_EPSILON, name=name)(x)

    mask = keras.layers.Lambda(attention_mask, name="attention_mask")(ids)
    positions = keras.layers.Lambda(token_positions, name="positions")(ids)
    x = keras.layers.Add()(
        [
            embedding(vocabulary_size, "word_embeddings")(ids),
            embedding(ids.shape[1], "position_embeddings")(positions),
        ]
    )
    x = keras.layers.LayerNormalization(epsilon=_EPSILON, name="embedding_norm")(x)
    x = keras.layers.Dropout(dropout)(x)
    for i in range(layers):
        attention = keras.layers.MultiHeadAttention(
            heads,
            hidden // heads,
            dropout=dropout,
            kernel_initializer=initializer(),
            name=f"attention_{i}",
        )(x, value=x, attention_mask=mask)
        x = add_and_norm(x, attention, f"attention_norm_{i}")
        dense = keras.layers.Dense(
            intermediate, gelu, kernel_initializer=initializer(), name=f"intermediate_{i}"
        )(x)
        dense = keras.layers.Dense(hidden, kernel_initializer=initializer(), name=f"output_{i}")(
            dense
        )
        x = add_and_norm(x, dense, f"output_norm_{i}")
    return x
