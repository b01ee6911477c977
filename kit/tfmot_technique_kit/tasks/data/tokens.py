"""Makes tokens of texts: the words of the training texts, or the word pieces of a BERT."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import base, extras

# Without a vocabulary file 0 is padding and 1 the start, as in synthetic text.
_START = 1


def tokenize(
    data: base.Data, sequence_length: int, vocabulary_size: int, vocabulary: str | None = None
) -> base.Data:
    """Makes tokens of sentences.

    Args:
        data: Examples are dicts with a `sentence`, a string, and a `label`.
        sequence_length: Number of tokens of a sentence: longer ones are cut, shorter padded.
        vocabulary_size: Number of tokens that the model knows.
        vocabulary: Path of the `vocab.txt` of a BERT. With None, tokens are the most
            frequent words of the training sentences.

    Returns:
        Token ids, int32 [sequence_length], 0 for padding, and the labels.

    Raises:
        FileNotFoundError: If there is no such file.
        UserError: If the file does not fit, or a library is not installed.
    """
    if vocabulary:
        convert = _word_pieces(Path(vocabulary).expanduser(), sequence_length, vocabulary_size)
    else:
        sentences = data.train.map(lambda example: example["sentence"])
        convert = _words(sentences, sequence_length, vocabulary_size)
    return data.map(lambda example: (convert(example["sentence"]), example["label"]))


def _words(texts: tf.data.Dataset, sequence_length: int, vocabulary_size: int):
    """Makes a tokenizer whose tokens are the most frequent words of texts."""
    vectorize = keras.layers.TextVectorization(
        max_tokens=vocabulary_size - 1, output_sequence_length=sequence_length - 1
    )
    vectorize.adapt(texts.batch(1024))

    def tokenize(text: tf.Tensor):
        ids = tf.cast(vectorize(text), tf.int32)
        ids = tf.concat([[_START], ids + tf.cast(ids > 0, tf.int32)], axis=0)
        return tf.ensure_shape(ids, [sequence_length])  # The layer does not tell.

    return tokenize


def _word_pieces(path: Path, sequence_length: int, vocabulary_size: int):
    """Makes the tokenizer of a BERT of its vocabulary file."""
    extras.require("tokenizers", "A `vocabulary` needs the library tokenizers")
    import tokenizers

    if not path.exists():
        raise FileNotFoundError(
            f"There is no file {path}. Set `vocabulary` to the vocab.txt of a BERT, or to null "
            "for the words of the training text."
        )
    pieces = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    if pieces[:1] != special[:1] or not set(special) <= set(pieces):
        raise UserError(
            f"{path} is no vocabulary of BERT: [PAD] has to be in its first line, and "
            f"{', '.join(special[1:])} in others."
        )
    if len(pieces) > vocabulary_size:
        raise UserError(
            f"{path} has {len(pieces)} tokens: `vocabulary_size` must be at least that. It is "
            f"{vocabulary_size}."
        )
    is_cased = any(piece != piece.lower() for piece in pieces if not piece.startswith("["))
    tokenizer = tokenizers.BertWordPieceTokenizer(str(path), lowercase=not is_cased)
    tokenizer.enable_truncation(sequence_length)
    tokenizer.enable_padding(length=sequence_length)

    def encode(text: tf.Tensor):
        return np.array(tokenizer.encode(text.numpy().decode()).ids, np.int32)

    def tokenize(text: tf.Tensor):
        return tf.ensure_shape(tf.py_function(encode, [text], tf.int32), [sequence_length])

    return tokenize
