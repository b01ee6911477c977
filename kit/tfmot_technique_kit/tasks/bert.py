"""Classification of text by a BERT encoder: synthetic sentences, or SST-2."""

import dataclasses
import typing

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import (
    base,
    bert_encoder,
    checkpoints,
    synthetic_text,
    tfds_data,
    tokenization,
)

_CLASSES = 2
_TEST_SEED = 1  # The training sentences are those of seed 0.


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of the task.

    Attributes:
        dataset: 'synthetic' (see `synthetic_text`), or 'sst2' (of GLUE, by
            TensorFlow Datasets).
        vocabulary_size: Number of tokens.
        sequence_length: Number of tokens of a text: longer ones are cut, shorter
            ones padded.
        layers: Number of encoder blocks.
        hidden: Number of values that stand for a token.
        heads: Number of attention heads, a divisor of `hidden`.
        intermediate: Number of units between the two dense layers of a block.
        dropout: Rate of dropout in training.
        train_examples: Number of training examples; null for all that the data set
            has, which synthetic text has not.
        test_examples: The same for the test examples.
        checkpoint: Path of weights to start from, saved by `save_weights` of this
            very model, or null.
        vocabulary: Path of the `vocab.txt` of an uncased BERT. With null, tokens
            are the most frequent words of the training text.
        download: Whether to download SST-2 if it is not there.
    """

    dataset: typing.Literal["synthetic", "sst2"]
    vocabulary_size: int
    sequence_length: int
    layers: int
    hidden: int
    heads: int
    intermediate: int
    dropout: float
    train_examples: int | None = None
    test_examples: int | None = None
    checkpoint: str | None = None
    vocabulary: str | None = None
    download: bool = False


class Bert(base.Classification):
    """Tells whether a text is positive."""

    name = "bert"
    Options = Options

    def __init__(self, options) -> None:
        """See base class."""
        super().__init__(options)
        options = self.options
        if options.hidden % options.heads:
            raise ValueError(
                "The option `hidden` of the task bert must be a multiple of `heads`. "
                f"You gave: {options.hidden}, {options.heads}."
            )
        counts = (options.train_examples, options.test_examples)
        if options.dataset == "synthetic" and None in counts:
            raise ValueError(
                "Synthetic text has no end: the task bert needs the options "
                "train_examples and test_examples."
            )

    def load(self, data_dir=None):
        """See base class. Inputs are token ids, int32 [sequence_length]."""
        options = self.options
        if options.dataset == "synthetic":
            size = (options.sequence_length, options.vocabulary_size)
            return base.from_arrays(
                "synthetic_text",
                synthetic_text.VERSION,
                "synthetic",
                synthetic_text.generate(options.train_examples, *size, seed=0),
                synthetic_text.generate(options.test_examples, *size, _TEST_SEED),
            )
        data = tfds_data.load(
            "glue/sst2",
            {
                "train": tfds_data.first("train", options.train_examples),
                # The labels of the split `test` are not published.
                "test": tfds_data.first("validation", options.test_examples),
            },
            data_dir,
            options.download,
        )
        tokenize = self._tokenizer(data.train)

        def convert(example):
            return tokenize(example["sentence"]), example["label"]

        return dataclasses.replace(data, train=data.train.map(convert), test=data.test.map(convert))

    def _tokenizer(self, train):
        size = (self.options.sequence_length, self.options.vocabulary_size)
        if self.options.vocabulary:
            return tokenization.word_pieces(self.options.vocabulary, *size)
        return tokenization.words(train.map(lambda x: x["sentence"]), *size)

    def build(self):
        """See base class. The output is [2], logits."""
        options = self.options
        ids = keras.Input([options.sequence_length], dtype="int32", name="ids")
        x = bert_encoder.encode(
            ids,
            options.vocabulary_size,
            options.layers,
            options.hidden,
            options.heads,
            options.intermediate,
            options.dropout,
        )
        # The first token stands for the text.
        x = keras.layers.Cropping1D((0, options.sequence_length - 1))(x)
        x = keras.layers.Flatten()(x)
        x = keras.layers.Dense(options.hidden, "tanh", name="pooler")(x)
        x = keras.layers.Dropout(options.dropout)(x)
        outputs = keras.layers.Dense(_CLASSES, name="classifier")(x)
        model = keras.Model(ids, outputs, name="bert")
        bert_encoder.bound_attention_masks(model)
        if options.checkpoint:
            checkpoints.load(model, options.checkpoint)
        return model

    def prepare_conversion(self, model) -> None:
        """See base class. Files do not keep that the mask is bounded."""
        bert_encoder.bound_attention_masks(model)
