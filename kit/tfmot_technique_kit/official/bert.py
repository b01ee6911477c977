"""The BERT of Official Models that classifies texts."""

import tensorflow as tf
from official.nlp.modeling import models, networks

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks.models import bert, weights


def build(
    options: bert.Options, classes: int, encoder: type[keras.layers.Layer] = networks.BertEncoder
) -> keras.Model:
    """Builds `BertClassifier` around an encoder; as `tasks.models.bert.build` otherwise.

    The encoder is `networks.BertEncoder`, which is a Functional model, or
    `networks.BertEncoderV2`, which is one layer.
    """
    network = encoder(
        vocab_size=options.vocabulary_size,
        hidden_size=options.hidden,
        num_layers=options.layers,
        num_attention_heads=options.heads,
        max_sequence_length=options.sequence_length,
        type_vocab_size=2,  # As published: first and second sentence.
        inner_dim=options.intermediate,
        output_dropout=options.dropout,
        attention_dropout=options.dropout,
        initializer=bert.create_initializer(options),
    )
    classifier = models.BertClassifier(network, classes, dropout_rate=options.dropout)
    ids = keras.Input([options.sequence_length], dtype="int32", name="ids")
    inputs = {
        "input_word_ids": ids,
        "input_mask": tf.cast(ids > 0, tf.int32),
        "input_type_ids": tf.zeros_like(ids),
    }
    if isinstance(classifier.input, list):
        inputs = list(inputs.values())
    model = keras.Model(ids, classifier(inputs), name="official_bert")
    bert.bound_attention_masks(model)
    if options.checkpoint:
        weights.load(model, options.checkpoint, "checkpoint")
    return model
