"""Classification of text by the BERT of Official Models."""

import tensorflow as tf
from official.nlp.modeling import models, networks

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import bert, bert_encoder, checkpoints

_CLASSES = 2
_TYPES = 2  # As published: first and second sentence.


class OfficialBert(bert.Bert):
    """As `tasks.bert`, with `BertClassifier` around an encoder as the model.

    Attributes:
        encoder: Class of the encoder: `networks.BertEncoder`, which is a Functional
            model, or `networks.BertEncoderV2`, which is one layer.
    """

    encoder = networks.BertEncoder

    def build(self):
        """See base class. The output is [2], logits."""
        options = self.options
        encoder = self.encoder(
            vocab_size=options.vocabulary_size,
            hidden_size=options.hidden,
            num_layers=options.layers,
            num_attention_heads=options.heads,
            max_sequence_length=options.sequence_length,
            type_vocab_size=_TYPES,
            inner_dim=options.intermediate,
            output_dropout=options.dropout,
            attention_dropout=options.dropout,
            # As published, 0.02, for the 768 values of BERT-base.
            initializer=keras.initializers.TruncatedNormal(stddev=(0.3 / options.hidden) ** 0.5),
        )
        classifier = models.BertClassifier(encoder, _CLASSES, dropout_rate=options.dropout)
        ids = keras.Input([options.sequence_length], dtype="int32", name="ids")
        inputs = {
            "input_word_ids": ids,
            "input_mask": tf.cast(ids > 0, tf.int32),
            "input_type_ids": tf.zeros_like(ids),
        }
        if isinstance(classifier.input, list):
            inputs = list(inputs.values())
        model = keras.Model(ids, classifier(inputs), name="official_bert")
        bert_encoder.bound_attention_masks(model)
        if options.checkpoint:
            checkpoints.load(model, options.checkpoint)
        return model
