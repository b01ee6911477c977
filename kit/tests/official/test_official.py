"""Tests of the technique on Official Models. Needs the extra `official`."""

import numpy as np
import pytest
import tensorflow as tf
from tfmot_technique_kit.experiments import conversion, names, technique
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.metrics import interpreter
from tfmot_technique_kit.official import opaque

BERT = {
    "dataset": "synthetic",
    "vocabulary_size": 48,
    "sequence_length": 24,
    "layers": 2,
    "hidden": 32,
    "heads": 2,
    "intermediate": 64,
    "dropout": 0.1,
    "train_examples": 24,
    "test_examples": 8,
}
RETINANET = {
    "dataset": "shapes",
    "model": "mobilenet_v2",
    "image_size": 64,
    "width": 0.25,
    "batch_norm_momentum": 0.9,
    "max_boxes": 3,
    "train_examples": 24,
    "test_examples": 8,
}
LEVEL = 0.75
STEPS = 3


def create_bert(encoder):
    from official.nlp.modeling import networks
    from tfmot_technique_kit.official import bert

    task = bert.OfficialBert(BERT)
    task.encoder = getattr(networks, encoder)
    return task


def create_retinanet():
    from tfmot_technique_kit.official import retinanet

    return retinanet.OfficialRetinaNet(RETINANET)


# How to create a task, and parts of the names of layers that hold others.
MODELS = {
    "bert": (
        lambda: create_bert("BertEncoder"),
        ["transformer/layer_0", "transformer/layer_1", "sentence_prediction"],
    ),
    "bert_v2": (lambda: create_bert("BertEncoderV2"), ["bert_encoder_v2", "sentence_prediction"]),
    "retinanet": (
        create_retinanet,
        ["conv2dbn_block", "inverted_bottleneck_block", "retina_net_head"],
    ),
}


class Trained:
    """A model in its states, what it put out, and a few examples."""

    def __init__(self, name) -> None:
        create, self.opaque_layers = MODELS[name]
        keras.utils.set_random_seed(0)
        self.task = create()
        data = self.task.load()
        inputs, labels = next(iter(data.train.batch(24)))
        self.inputs, self.labels = next(iter(data.test.batch(8)))
        model = self.task.build()
        self.parameters = model.count_params()
        self.original_outputs = model(self.inputs).numpy()
        schedule = technique.PolynomialDecay(0.0, LEVEL, 0, 2, frequency=1)
        wrapped = opaque.apply(model, schedule=schedule)
        self.wrapped_outputs = wrapped(self.inputs).numpy()
        wrapped.compile("adam", self.task.loss())
        self.loss = wrapped.fit(
            inputs,
            labels,
            batch_size=len(inputs) // STEPS,
            callbacks=[technique.UpdateStep()],
            verbose=0,
        ).history["loss"][0]
        self.trained_outputs = wrapped(self.inputs).numpy()
        self.levels = {
            wrapper.slots[0].path: float(value)
            for wrapper in opaque.find_wrappers(wrapped)
            for key, value in wrapper.summarize().items()
            if key.endswith(f"/{names.LEVEL}")
        }
        self.inside = [
            layer.name for layer in opaque.find_opaque(wrapped) if opaque.find_wrappers(layer)
        ]
        self.stripped = opaque.strip(wrapped)


@pytest.fixture(scope="module", name="trained", params=MODELS)
def _trained(request):
    pytest.importorskip("official", reason="needs the extra `official`")
    return Trained(request.param)


def test_wraps_layers_inside_of_opaque_ones(trained) -> None:
    for part in trained.opaque_layers:
        assert any(part in name for name in trained.inside), part
    np.testing.assert_allclose(trained.wrapped_outputs, trained.original_outputs, atol=1e-5)


def test_reaches_the_level(trained) -> None:
    assert np.isfinite(trained.loss)
    assert trained.levels
    # Some layers are too small for it, such as those of rank 2.
    assert np.median(list(trained.levels.values())) > 0.6
    difference = np.abs(trained.trained_outputs - trained.original_outputs)
    assert difference.max() > 1e-3


def test_strips_to_what_was_trained(trained) -> None:
    assert not opaque.find_wrappers(trained.stripped)
    assert trained.stripped.count_params() <= trained.parameters
    outputs = trained.stripped(trained.inputs)
    np.testing.assert_allclose(outputs, trained.trained_outputs, atol=1e-4)


def test_converted_model_answers_as_the_stripped_one(trained) -> None:
    content = conversion.convert(trained.stripped, "float")
    outputs = interpreter.predict(content, trained.inputs.numpy())
    np.testing.assert_allclose(outputs, trained.stripped(trained.inputs), atol=1e-3)
    assert 0 <= trained.task.score(outputs, trained.labels.numpy()) <= 1


def test_retinanet_finds_the_boxes_it_is_trained_for() -> None:
    pytest.importorskip("official", reason="needs the extra `official`")
    task = create_retinanet()
    _, labels = next(iter(task.load().test.batch(8)))
    classes, boxes, _, _ = task.loss().encode(labels)
    count = task.build().output_shape[-1] - 4
    logits = np.where(tf.one_hot(classes, count), 10.0, -10.0)
    outputs = np.concatenate([logits, boxes], axis=-1).astype("float32")
    assert task.score(outputs, labels.numpy()) > 0.99


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"model": "cnn"}, "mobilenet_v2 or resnet50"),
        ({"model": "resnet50"}, "ResNet50 takes the `width` 1"),
        ({"image_size": 60}, "multiple of"),
    ],
)
def test_options_that_do_not_fit_are_one_clear_line(options, expected) -> None:
    pytest.importorskip("official", reason="needs the extra `official`")
    from tfmot_technique_kit.official import retinanet

    with pytest.raises(ValueError, match=expected) as raised:
        retinanet.OfficialRetinaNet({**RETINANET, **options})
    assert len(str(raised.value).splitlines()) == 1
