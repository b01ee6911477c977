"""Tests for text classification and its data."""

import sys

import numpy as np
import pytest

from tfmot_technique_kit.errors import UserError

pytestmark = pytest.mark.tensorflow
SMALL = {"hidden": 16, "intermediate": 16, "train_examples": 60, "test_examples": 20}
SST2 = {"dataset": "sst2", "sequence_length": 8, "vocabulary_size": 20}
SENTENCES = ["a good film", "a bad film", "not good", "Good, good film!"]


@pytest.fixture
def task(create):
    return create("bert", **SMALL)


@pytest.fixture
def tokens(task):
    return np.array([tokens for tokens, _ in task.load().train.as_numpy_iterator()])


@pytest.fixture(name="sst2_dir", scope="module")
def write_sst2(tmp_path_factory):
    """Writes four sentences to train and two to validate, as TensorFlow Datasets does."""
    tfds = pytest.importorskip("tensorflow_datasets")
    folder = tmp_path_factory.mktemp("datasets")
    examples = [
        (i, {"idx": i, "sentence": text, "label": int("bad" not in text)})
        for i, text in enumerate(SENTENCES)
    ]
    tfds.dataset_builders.store_as_tfds_dataset(
        name="glue",
        config="sst2",
        version="2.0.0",
        data_dir=folder,
        features=tfds.features.FeaturesDict(
            {
                "idx": np.int32,
                "label": tfds.features.ClassLabel(names=["negative", "positive"]),
                "sentence": tfds.features.Text(),
            }
        ),
        split_datasets={"train": examples, "validation": examples[:2]},
        disable_shuffling=True,
    )
    return folder


def meaning(sentence):
    """Reads a sentence as its definition says: the label it should have."""
    from tfmot_technique_kit.tasks.data.synthetic_text import FIRST_WORD, NEGATOR

    votes, sign = 0, 1
    for token in sentence:
        if token == NEGATOR:
            sign = -1
        kind = (token - FIRST_WORD) // ((48 - FIRST_WORD) // 4)
        if token >= FIRST_WORD and kind < 2:
            votes += sign * (2 * kind - 1)
    return int(votes > 0)


def test_synthetic_sentences_mean_what_their_labels_say(create):
    from tfmot_technique_kit.tasks.data.synthetic_text import NEGATOR, START

    data = create("bert", train_examples=300, test_examples=300).load()
    tokens, labels = next(data.train.batch(300).as_numpy_iterator())
    assert [meaning(sentence) for sentence in tokens] == list(labels)
    assert 0.4 < labels.mean() < 0.6
    assert (tokens[:, 0] == START).all()
    # Without a look at the order many would be wrong.
    without = [meaning(row[row != NEGATOR]) for row in tokens]
    assert np.mean(without == labels) < 0.85
    assert (tokens != next(data.test.batch(300).as_numpy_iterator())[0]).any()


def test_padding_changes_nothing(task, tokens):
    model = task.build()
    tokens[:, 12:] = 0
    expected = model(tokens).numpy()
    embedding = model.get_layer("word_embeddings")
    values = embedding.get_weights()[0]
    values[0] = np.linspace(-5, 5, SMALL["hidden"])
    embedding.set_weights([values])
    np.testing.assert_allclose(model(tokens), expected, atol=1e-6)


def test_converts_with_a_relu_behind_gelu(task):
    from tfmot_technique_kit.experiments import conversion
    from tfmot_technique_kit.keras_api import keras

    # As a technique puts one there, whose threshold came out at zero.
    model = task.build()
    hidden = keras.layers.ReLU()(model.get_layer("intermediate_0").output)
    assert conversion.convert(keras.Model(model.inputs, hidden), "float")


def test_attention_masks_survive_integer_quantization(task, tokens):
    from tfmot_technique_kit.experiments import conversion
    from tfmot_technique_kit.keras_api import keras
    from tfmot_technique_kit.metrics import interpreter

    model = task.build()
    # Scores that matter: as drawn they are so small that all tokens weigh alike.
    model.set_weights([3 * w for w in model.get_weights()])
    expected = model.predict(tokens, verbose=0)

    def error():
        outputs = interpreter.predict(conversion.convert(model, "int8", tokens[:40]), tokens)
        return np.abs(outputs - expected).mean() / expected.std()

    bounded = error()
    attention = model.get_layer("attention_0")
    attention._softmax = keras.layers.Softmax(attention._softmax.axis)
    np.testing.assert_allclose(model.predict(tokens, verbose=0), expected, atol=1e-5)
    assert bounded < error() / 2


def test_a_loaded_model_is_the_same_and_is_bounded_again(task, tokens, tmp_path):
    from tfmot_technique_kit.keras_api import keras

    model = task.build()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(tokens), model(tokens), atol=1e-6)

    def softmax():
        return loaded.get_layer("attention_0")._softmax

    assert type(softmax()) is keras.layers.Softmax
    task.prepare_conversion(loaded)
    assert type(softmax()) is type(model.get_layer("attention_0")._softmax)
    scores, mask = np.array([[[[4.0, 0.0]]]]), np.array([[[[0.0, 1.0]]]])
    np.testing.assert_allclose(softmax()(scores, mask), [[[[0.0, 1.0]]]], atol=1e-9)


@pytest.mark.parametrize("file", ["weights.h5", "checkpoint"])
def test_checkpoint(create, task, tmp_path, file):
    model = task.build()
    model.save_weights(str(tmp_path / file))
    options = {**SMALL, "checkpoint": str(tmp_path / file)}
    loaded = create("bert", **options).build()
    for mine, theirs in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(UserError, match="does not fit the model"):
        create("bert", **{**options, "hidden": 8}).build()
    with pytest.raises(FileNotFoundError, match=r"no checkpoint nowhere.h5"):
        create("bert", checkpoint="nowhere.h5").build()


def test_sst2_by_words(create, sst2_dir):
    data = create("bert", **SST2).load(sst2_dir)
    assert data.info["splits"] == {"train": 4, "test": 2}
    assert data.version == "2.0.0"
    (a_good_film, _), (a_bad_film, label), _, (good_good_film, _) = data.train.as_numpy_iterator()
    assert a_good_film.shape == (8,)
    assert a_good_film.dtype == np.int32
    assert a_good_film[0] == 1
    assert list(a_good_film[4:]) == [0, 0, 0, 0]
    assert label == 0
    start, a, good, film = a_good_film[:4]
    assert list(good_good_film[:4]) == [start, good, good, film]
    assert list(a_bad_film[[0, 1, 3]]) == [start, a, film]
    assert len({start, a, good, film, a_bad_film[2], 0}) == 6
    first = create("bert", **SST2, train_examples=3, test_examples=1).load(sst2_dir)
    assert first.info["splits"] == {"train": 3, "test": 1}


def test_sst2_by_word_pieces(create, sst2_dir, tmp_path):
    pytest.importorskip("tokenizers")
    vocabulary = tmp_path / "vocab.txt"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "go", "##od", "film", "bad"]
    vocabulary.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    options = {**SST2, "vocabulary": str(vocabulary)}
    tokens, _ = next(create("bert", **options).load(sst2_dir).train.as_numpy_iterator())
    assert list(tokens) == [2, 5, 6, 7, 8, 3, 0, 0]
    with pytest.raises(UserError, match="has 10 tokens: `vocabulary_size` must"):
        create("bert", **{**options, "vocabulary_size": 9}).load(sst2_dir)
    vocabulary.write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(UserError, match="is no vocabulary of BERT"):
        create("bert", **options).load(sst2_dir)
    with pytest.raises(FileNotFoundError, match="Set `vocabulary` to"):
        create("bert", **{**options, "vocabulary": "nowhere"}).load(sst2_dir)


@pytest.mark.parametrize(
    ("name", "options", "place"),
    [("bert", SST2, "glue/sst2"), ("detection", {"dataset": "coco"}, "coco/2017")],
)
def test_a_missing_data_set_is_named_at_once(create, tmp_path, monkeypatch, name, options, place):
    pytest.importorskip("tensorflow_datasets")
    message = f"no data set in {tmp_path}/{place}. Pass .* as --data-dir.*load.'{place}'"
    with pytest.raises(FileNotFoundError, match=message):
        create(name, **options).load(tmp_path)


def test_a_missing_library_is_named(create, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(UserError, match=r"pip install 'tfmot-technique-kit\[datasets\]'"):
        create("bert", **SST2).load()


def test_synthetic_text_needs_room(create):
    with pytest.raises(UserError, match="at least 12"):
        create("bert", sequence_length=11).load()
