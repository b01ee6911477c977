"""SST-2 of GLUE, by TensorFlow Datasets: sentences of film reviews, as tokens of a BERT.

Source: Socher et al., "Recursive Deep Models for Semantic Compositionality Over a Sentiment
Treebank", https://aclanthology.org/D13-1170.
"""

from typing import Any

from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.data import tfds, tokens


def load(
    sequence_length: int, vocabulary_size: int, vocabulary: str | None = None, **source: Any
) -> base.Data:
    """Loads the sentences, with arguments of `tokens.tokenize` and of `tfds.load`.

    Returns:
        Token ids, int32 [sequence_length], 0 for padding, and labels: 1 for positive, else 0.

    Raises:
        FileNotFoundError, UserError: As these two.
    """
    data = tfds.load("glue/sst2", **source)
    return tokens.tokenize(data, sequence_length, vocabulary_size, vocabulary)
