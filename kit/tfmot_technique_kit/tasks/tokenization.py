"""Turns text into the token ids that the BERT model takes."""

import pathlib

import numpy as np
import tensorflow as tf

from tfmot_technique_kit.keras_api import keras

# Without a vocabulary file 0 is padding and 1 the start, as in synthetic text.
_START = 1


def words(texts, sequence_length, vocabulary_size):
    """Makes a tokenizer whose tokens are the most frequent words of a text.

    Args:
        texts: `tf.data.Dataset` of string scalars, the text to count words in.
        sequence_length: Number of tokens of a result, the start included.
        vocabulary_size: Number of different tokens.

    Returns:
        A function of a string scalar tensor to an int32 tensor [sequence_length]:
        a start token, the words, padding with 0.
    """
    vectorize = keras.layers.TextVectorization(
        max_tokens=vocabulary_size - 1, output_sequence_length=sequence_length - 1
    )
    vectorize.adapt(texts.batch(1024))

    def tokenize(text):
        ids = tf.cast(vectorize(text), tf.int32)
        return tf.concat([[_START], ids + tf.cast(ids > 0, tf.int32)], axis=0)

    return tokenize


def word_pieces(path, sequence_length, vocabulary_size):
    """Makes the tokenizer of an uncased BERT of its vocabulary file.

    Args:
        path: Path of the file `vocab.txt`: one word piece per line, the first of
            which is `[PAD]`.
        sequence_length: Number of tokens of a result, `[CLS]` and `[SEP]` included.
        vocabulary_size: Number of tokens that the model knows.

    Returns:
        A function of a string scalar tensor to an int32 tensor [sequence_length].

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file does not fit, or the library is not installed.
    """
    try:
        import tokenizers  # An extra.
    except ImportError as error:
        raise ValueError(
            f"A `vocabulary` needs the library tokenizers: pip install '.[datasets]' ({error})."
        ) from error
    if not pathlib.Path(path).exists():
        raise FileNotFoundError(
            f"There is no file {path}. Set `vocabulary` to the vocab.txt of a BERT, "
            "or to null for the words of the training text."
        )
    with open(path, encoding="utf-8") as file:
        pieces = [line.rstrip("\n") for line in file]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    if pieces[:1] != special[:1] or not set(special) <= set(pieces):
        raise ValueError(
            f"{path} is no vocabulary of BERT: [PAD] has to be in its first line, "
            f"and {', '.join(special[1:])} in others."
        )
    if len(pieces) > vocabulary_size:
        raise ValueError(
            f"{path} has {len(pieces)} tokens: `vocabulary_size` must be at least "
            f"that. It is {vocabulary_size}."
        )
    tokenizer = tokenizers.BertWordPieceTokenizer(str(path))
    tokenizer.enable_truncation(sequence_length)
    tokenizer.enable_padding(length=sequence_length)

    def encode(text):
        ids = tokenizer.encode(text.numpy().decode("utf-8")).ids
        return np.array(ids, np.int32)

    def tokenize(text):
        ids = tf.py_function(encode, [text], tf.int32)
        return tf.ensure_shape(ids, [sequence_length])

    return tokenize
