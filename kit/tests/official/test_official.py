"""Tests for a technique inside of layers that it does not know, on Official Models as well.

Those need `tf-models-official`, which takes minutes and some gigabytes; in the folder of the kit:

    python3 -m venv /tmp/official && . /tmp/official/bin/activate
    pip install -e . cookiecutter pytest setuptools tensorflow-model-optimization
    pip install 'tf-models-official==2.20.*' 'tensorflow==2.20.*' 'tf-keras==2.20.*'
    python -m pytest -m tensorflow -rs tests/official  # none may be skipped
"""

from types import SimpleNamespace

import numpy as np
import pytest

from tfmot_technique_kit import tasks
from tfmot_technique_kit.errors import UserError

pytestmark = pytest.mark.tensorflow
WIDTH = 16
BERT = {"layers": 2, "dropout": 0.1, "train_examples": 24, "test_examples": 8}
RETINANET = {"model": "mobilenet_v2", "width": 0.25, "train_examples": 24, "test_examples": 8}


@pytest.fixture(scope="module")
def project(bake):
    """A generated project: wrappers that strip themselves are what a technique has there."""
    return bake()


def create_block(project):
    """A model around a layer that holds others in all the ways that Official Models do."""
    from tfmot_technique_kit.keras_api import keras

    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__(name="block")
            self.norm = keras.layers.LayerNormalization()
            self.same_norm = self.norm
            self.attention = keras.layers.MultiHeadAttention(2, WIDTH // 2)
            self.dense = [keras.layers.Dense(WIDTH, "relu") for _ in range(2)]
            self.by_name = {"out": keras.layers.Dense(WIDTH, "relu")}
            inputs = keras.Input([None, WIDTH])
            self.graph = keras.Model(inputs, keras.layers.Dense(WIDTH, "relu")(inputs))
            self.scale = self.add_weight("scale", [WIDTH], initializer="ones")

        def call(self, inputs):
            x = self.same_norm(inputs)
            x = inputs + self.attention(query=x, value=x)  # By names, as no wrapper is called.
            for layer in [*self.dense, self.by_name["out"], self.graph]:
                x = layer(x)
            return self.norm(x * self.scale)

    inputs = keras.Input([6, WIDTH])
    x = keras.layers.Flatten()(Block()(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3, name="logits")(x))
    examples = np.random.default_rng(0).normal(size=[24, 6, WIDTH]).astype("float32")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return SimpleNamespace(
        model=model, train=(examples, np.arange(24) % 3), loss=loss, opaque=["block"]
    )


def create_bert(project, encoder, *opaque):
    pytest.importorskip("official")
    from official.nlp.modeling import networks

    from tfmot_technique_kit.official import bert

    task = tasks.create(project, "bert", BERT)
    model = bert.build(task.options, 2, getattr(networks, encoder))
    train = next(task.load().train.batch(24).as_numpy_iterator())
    return SimpleNamespace(model=model, train=train, loss=task.loss(), opaque=opaque)


def create_network(project, **options):
    """Returns a RetinaNet, and the data of the task that it is for."""
    pytest.importorskip("official")
    from tfmot_technique_kit.official import retinanet

    task = tasks.create(project, "detection", RETINANET | options)
    return retinanet.RetinaNet(task.options, classes=3), task.load()


def create_retinanet(project):
    network, data = create_network(project)
    train = next(data.train.batch(24).as_numpy_iterator())
    opaque = ["conv2dbn_block", "inverted_bottleneck_block", "retina_net_head"]
    return SimpleNamespace(model=network.build(), train=train, loss=network.loss(), opaque=opaque)


MODELS = {
    "block": create_block,
    "bert": lambda project: create_bert(
        project, "BertEncoder", "transformer/layer_0", "transformer/layer_1", "sentence_prediction"
    ),
    "bert_v2": lambda project: create_bert(
        project, "BertEncoderV2", "bert_encoder_v2", "sentence_prediction"
    ),
    "retinanet": create_retinanet,
}


@pytest.mark.parametrize("name", MODELS)
def test_trains_strips_and_converts_what_is_inside(project, name):
    from tfmot_technique_kit.experiments import conversion
    from tfmot_technique_kit.keras_api import keras
    from tfmot_technique_kit.metrics import interpreter
    from tfmot_technique_kit.official import opaque

    api = project.api
    keras.utils.set_random_seed(0)
    made = MODELS[name](project)
    inputs, labels = made.train
    parameters, expected = made.model.count_params(), made.model(inputs).numpy()
    schedule = api.PolynomialDecay(0.0, 0.75, 0, 2, frequency=1)
    wrapped = opaque.apply(api, made.model, schedule=schedule)
    np.testing.assert_allclose(wrapped(inputs), expected, atol=1e-5)
    holders = [
        layer.name for layer in opaque.find_opaque(api, wrapped) if opaque.find_wrappers(api, layer)
    ]
    for part in made.opaque:
        assert any(part in holder for holder in holders), part

    wrapped.compile("adam", made.loss)
    callbacks = [api.UpdateStep()]
    history = wrapped.fit(inputs, labels, batch_size=8, callbacks=callbacks, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    levels = [
        float(value)
        for wrapper in opaque.find_wrappers(api, wrapped)
        for key, value in wrapper.summarize().items()
        if key.endswith(f"/{project.technique.level}")
    ]
    # Some layers are too small for it, such as those of rank 2.
    assert np.median(levels) > 0.6
    trained = wrapped(inputs).numpy()
    assert np.abs(trained - expected).max() > 1e-3

    stripped = opaque.strip(api, wrapped)
    assert not opaque.find_wrappers(api, stripped)
    assert stripped.count_params() <= parameters
    np.testing.assert_allclose(stripped(inputs), trained, atol=1e-4)
    outputs = interpreter.predict(conversion.convert(stripped, "float"), inputs[:8])
    np.testing.assert_allclose(outputs, trained[:8], atol=1e-3)


def test_each_inner_layer_is_wrapped_once_and_weights_keep_their_order(project):
    from tfmot_technique_kit.official import opaque

    api, model = project.api, create_block(project).model
    expected = model.get_weights()
    wrapped = opaque.apply(api, model)
    kinds = [type(w.layer).__name__ for w in opaque.find_wrappers(api, wrapped)]
    # Attention is not wrapped itself: its four inner layers are.
    counted = ("Dense", "EinsumDense", "LayerNormalization", "MultiHeadAttention")
    assert [kinds.count(kind) for kind in counted] == [5, 4, 1, 0]
    block = wrapped.get_layer("block")
    assert block.norm is block.same_norm
    stripped = opaque.strip(api, wrapped)
    for value, other in zip(stripped.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(value, other)


def test_what_is_stripped_can_be_kept_as_a_saved_model(project, tmp_path):
    import tensorflow as tf

    from tfmot_technique_kit.official import opaque

    made = create_block(project)
    stripped = opaque.strip(project.api, opaque.apply(project.api, made.model))
    stripped = opaque.strip(project.api, stripped)  # Once more changes nothing.
    tf.saved_model.save(stripped, tmp_path)
    inputs = made.train[0]
    outputs = tf.saved_model.load(tmp_path)(inputs)
    np.testing.assert_allclose(outputs, stripped(inputs), atol=1e-5)


def test_models_that_cannot_be_wrapped_are_one_clear_line(project):
    from tfmot_technique_kit.keras_api import keras
    from tfmot_technique_kit.official import opaque

    class Scale(keras.layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight("scale", input_shape[-1:])

        def call(self, inputs):
            return inputs * self.scale

    with pytest.raises(UserError, match="Functional model of its parts"):
        opaque.apply(project.api, type("Subclassed", (keras.Model,), {})())
    inputs = keras.Input([4])
    with pytest.raises(UserError, match="no layer of small"):
        opaque.apply(project.api, keras.Model(inputs, Scale()(inputs), name="small"))


def test_retinanet_finds_the_boxes_it_is_trained_for(project):
    network, data = create_network(project)
    _, labels = next(data.test.batch(8).as_numpy_iterator())
    classes, boxes, _, _ = map(np.asarray, network.loss().encode(labels))
    logits = np.where(classes[..., None] == np.arange(3), 10.0, -10.0)
    outputs = np.concatenate([logits, boxes], axis=-1).astype("float32")
    assert outputs.shape[1:] == network.build().output_shape[1:]
    assert network.score(outputs, labels) > 0.99


@pytest.mark.parametrize(
    ("options", "message"),
    [({"model": "cnn"}, "mobilenet_v2 or resnet50"), ({"model": "resnet50"}, "`width` 1 only")],
)
def test_options_without_a_retinanet_are_one_clear_line(project, options, message):
    with pytest.raises(UserError, match=message):
        create_network(project, **options)
