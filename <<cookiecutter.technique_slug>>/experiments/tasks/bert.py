<% include 'license_header.txt' %>
"""Classification of text by BERT: invented sentences, film reviews or SST-2."""

from typing import Literal

from pydantic import PositiveInt
from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.data import movie_reviews
from tfmot_technique_kit.tasks.data import sst2
from tfmot_technique_kit.tasks.data import synthetic_text
from tfmot_technique_kit.tasks.models import bert


class Bert(base.Classification):
  """Tells whether a text is positive. The metric is accuracy."""

  class Options(bert.Options):
    """What `task` in configs/bert_*.yaml sets: the model's, and these.

    Attributes:
      dataset: 'synthetic' (see `synthetic_text`), 'movie_reviews' (see there)
        or 'sst2' (of GLUE, by TensorFlow Datasets). The last two are in the
        folder that `--data-dir` names.
      train_examples: Number of training examples; null for all of SST-2, or for
        1,200 invented ones. The film reviews are always all.
      test_examples: The same for measuring; null for all, or 500.
      download: Whether to download SST-2 if it is not there.
    """

    dataset: Literal['synthetic', 'movie_reviews', 'sst2'] = 'synthetic'
    train_examples: PositiveInt | None = None
    test_examples: PositiveInt | None = None
    download: bool = False

  def load(self, data_dir=None):
    """See base class. Inputs are token ids, int32 [sequence_length]."""
    options = self.options
    size = (options.sequence_length, options.vocabulary_size)
    if options.dataset == 'synthetic':
      counts = (options.train_examples or 1200, options.test_examples or 500)
      return synthetic_text.load(*size, *counts)
    if options.dataset == 'movie_reviews':
      return movie_reviews.load(*size, options.vocabulary, data_dir)
    return sst2.load(
      *size,
      options.vocabulary,
      data_dir=data_dir,
      train_examples=options.train_examples,
      test_examples=options.test_examples,
      download=options.download,
    )

  def build(self):
    """See base class. An encoder, and a layer that reads its first token."""
    return bert.build(self.options, classes=2)

  def prepare_conversion(self, model):
    """See base class. Files do not keep that the mask is bounded."""
    bert.bound_attention_masks(model)
