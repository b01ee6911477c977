"""Sentences of invented words whose sentiment hangs on the order of words.

A sentence has one word of sentiment among words that say nothing. It may have a negator: before
the word of sentiment it turns the meaning round, after it it says nothing. So which words there
are tells only a part, and a model must attend to their positions. Sentences without negation
would not do: every model reaches 1.0, whatever was done to it.
"""

import numpy as np

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.tasks import base

PADDING = 0
START = 1
NEGATOR = 2
FIRST_WORD = 3

_MIN_WORDS = 6
_NEGATED = 0.6  # Share of the sentences that have a negator.


def load(
    sequence_length: int, vocabulary_size: int, train_examples: int, test_examples: int
) -> base.Data:
    """Generates sentences, always the same ones: some for training, others for measuring.

    Returns:
        Token ids, int32 [sequence_length], and int32 labels: 1 for positive, else 0.

    Raises:
        UserError: If sentences have less than 12 tokens, or the vocabulary less than 30.
    """
    train = _generate(train_examples, sequence_length, vocabulary_size, seed=0)
    test = _generate(test_examples, sequence_length, vocabulary_size, seed=1)
    return base.from_arrays(train, test, "synthetic_text", "1", "synthetic")


def _generate(count: int, sequence_length: int, vocabulary_size: int, seed: int):
    if sequence_length < 12 or vocabulary_size < 30:
        raise UserError(
            "Synthetic text needs a `sequence_length` of at least 12, and a `vocabulary_size` of "
            f"at least 30. You gave: {sequence_length}, {vocabulary_size}."
        )
    random = np.random.RandomState(seed)
    # A quarter of the words is negative, one is positive, the rest is neutral.
    quarter = (vocabulary_size - FIRST_WORD) // 4
    tokens = np.full([count, sequence_length], PADDING, np.int32)
    tokens[:, 0] = START
    labels = np.zeros([count], np.int32)
    for i in range(count):
        length = random.randint(_MIN_WORDS, sequence_length)
        words = random.randint(FIRST_WORD + 2 * quarter, vocabulary_size, length)
        place, negator = random.permutation(length)[:2]
        positive = random.randint(2)
        words[place] = FIRST_WORD + positive * quarter + random.randint(quarter)
        if random.uniform() < _NEGATED:
            words[negator] = NEGATOR
        turned = words[negator] == NEGATOR and negator < place
        tokens[i, 1 : 1 + length] = words
        labels[i] = positive != turned
    return tokens, labels
