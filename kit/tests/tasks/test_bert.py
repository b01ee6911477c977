"""Tests for text classification and its data."""

import json
import shutil
import sys

import numpy as np
import pytest

from tests.conftest import DATA
from tfmot_technique_kit.errors import UserError

pytestmark = pytest.mark.tensorflow
SMALL = {"hidden": 16, "intermediate": 16, "train_examples": 60, "test_examples": 20}
SST2 = {"dataset": "sst2", "sequence_length": 8, "vocabulary_size": 20}


@pytest.fixture
def task(create):
    return create("bert", **SMALL)


@pytest.fixture
def tokens(task):
    return np.array([tokens for tokens, _ in task.load().train.as_numpy_iterator()])


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

    attention = loaded.get_layer("attention_0")
    assert type(attention._softmax) is keras.layers.Softmax
    task.prepare_conversion(loaded)
    assert type(attention._softmax) is type(model.get_layer("attention_0")._softmax)
    scores, mask = np.array([[[[4.0, 0.0]]]]), np.array([[[[0.0, 1.0]]]])
    np.testing.assert_allclose(attention._softmax(scores, mask), [[[[0.0, 1.0]]]], atol=1e-9)


@pytest.mark.parametrize("file", ["weights.h5", "checkpoint"])
def test_checkpoint_of_keras(create, task, tmp_path, file):
    model = task.build()
    model.save_weights(str(tmp_path / file))
    options = {**SMALL, "checkpoint": str(tmp_path / file)}
    loaded = create("bert", **options).build()
    for mine, theirs in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(UserError, match="does not fit the model"):
        create("bert", **{**options, "hidden": 8}).build()


@pytest.fixture
def folder(tmp_path):
    """A copy of a small BERT as Hugging Face stores it."""
    pytest.importorskip("safetensors")
    return shutil.copytree(DATA / "bert_checkpoint", tmp_path / "bert")


@pytest.fixture
def change(folder):
    """A function that changes what the files of that BERT hold."""
    from safetensors import numpy as files

    def run(config=(), rename=lambda name: name, **tensors):
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **dict(config)}))
        path = folder / "model.safetensors"
        kept = {rename(name): value for name, value in files.load_file(path).items()}
        kept |= {name.replace("__", "."): value for name, value in tensors.items()}
        files.save_file({name: value for name, value in kept.items() if value is not None}, path)

    return run


def in_names_of_tensorflow(name):
    return "bert." + name.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta")


@pytest.mark.parametrize("activation", ["gelu", "gelu_new"])
@pytest.mark.parametrize("rename", [str, in_names_of_tensorflow])
def test_a_bert_of_hugging_face_computes_the_same(create, folder, change, activation, rename):
    from tfmot_technique_kit.keras_api import keras

    # By `transformers`: see data/make_bert_checkpoint.py.
    expected = np.load(folder / f"expected_{activation}.npz")
    ids = expected["ids"]  # with padding
    heads = {"classifier__weight": np.ones([2, 16], np.float32)}
    change({"hidden_act": activation}, rename, **heads)
    # The sizes are those of the folder.
    options = {"checkpoint": str(folder), "hidden": 64, "layers": 9, "dropout": 0.1}
    model = create("bert", **options, sequence_length=ids.shape[1]).build()
    outputs = [model.get_layer(name).output for name in ("output_norm_1", "pooler")]
    hidden, pooled = keras.Model(model.inputs, outputs)(ids)
    np.testing.assert_allclose(hidden, expected["hidden"], atol=1e-5)
    np.testing.assert_allclose(pooled, expected["pooled"], atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"config": {"model_type": "roberta"}}, "is not that of a BERT: model_type: .*'bert'"),
        ({"config": {"hidden_act": "relu"}}, "hidden_act: .*'gelu' or 'gelu_new'"),
        ({"config": {"vocab_size": None}}, "vocab_size: .*valid integer"),
        ({"config": {"num_attention_heads": 3}}, "multiple of `heads`"),
        ({"config": {"hidden_size": 32}}, r"word_embeddings.weight .*\[24, 16\].* \[24, 32\]"),
        ({"config": {"intermediate_size": 8}}, r"layer.0.intermediate.* \[40, 16\].*\[8, 16\]"),
        ({"config": {"num_hidden_layers": 3}}, "has no encoder.layer.2.attention.self.query"),
        ({"config": {"num_hidden_layers": 1}}, "has encoder.layer.1.*, which a BERT of its"),
        ({"pooler__dense__bias": None}, "has no pooler.dense.bias"),
        ({"pooler__dense__bias": np.zeros(3)}, r"pooler.dense.bias .*\[3\].* \[16\]"),
    ],
)
def test_what_does_not_fit_in_a_folder_is_one_line(create, folder, change, changes, message):
    change(**changes)
    with pytest.raises(UserError, match=message) as error:
        create("bert", checkpoint=str(folder), sequence_length=8).build()
    assert "\n" not in str(error.value)


def test_files_that_are_missing_or_broken_are_named(create, folder, monkeypatch):
    def fails(error, message, length=8):
        with pytest.raises(error, match=message):
            create("bert", checkpoint=str(folder), sequence_length=length).build()

    fails(UserError, r"has 20 positions: `sequence_length` must .*It is 24", 24)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "safetensors", None)
        fails(UserError, r"kit\[datasets\]")
    (folder / "model.safetensors").write_bytes(b"version https://git-lfs")
    fails(UserError, "model.safetensors cannot be read")
    (folder / "model.safetensors").unlink()
    fails(FileNotFoundError, "no file .*/model.safetensors. Set `checkpoint`")
    (folder / "config.json").write_text("{")
    fails(UserError, "config.json is not that of a BERT: .*JSON")
    (folder / "config.json").unlink()
    fails(FileNotFoundError, "no file .*/config.json. Set `checkpoint`")


@pytest.mark.parametrize("activation", ["gelu", "gelu_new"])
def test_converts_with_a_relu_behind_gelu(create, activation):
    from tfmot_technique_kit.experiments import conversion
    from tfmot_technique_kit.keras_api import keras

    # As a technique puts one there, whose threshold came out at zero.
    model = create("bert", **SMALL, activation=activation).build()
    hidden = keras.layers.ReLU()(model.get_layer("intermediate_0").output)
    assert conversion.convert(keras.Model(model.inputs, hidden), "float")


def test_sst2_by_words(create, sst2_dir):
    data = create("bert", **SST2).load(sst2_dir)
    assert (data.info["splits"], data.version) == ({"train": 4, "test": 2}, "2.0.0")
    (a_good_film, _), (a_bad_film, label), _, (good_good_film, _) = data.train.as_numpy_iterator()
    assert (a_good_film.dtype, label) == (np.int32, 0)
    start, a, good, film, *padding = a_good_film
    assert (start, padding) == (1, [0, 0, 0, 0])
    assert list(good_good_film[:4]) == [start, good, good, film]
    assert list(a_bad_film[[0, 1, 3]]) == [start, a, film]
    assert len({start, a, good, film, a_bad_film[2], 0}) == 6
    first = create("bert", **SST2, train_examples=3, test_examples=1).load(sst2_dir)
    assert first.info["splits"] == {"train": 3, "test": 1}
    # Without the length, layers cannot be built.
    assert data.train.element_spec[0].shape == (8,)


def test_sst2_by_word_pieces(create, sst2_dir, tmp_path):
    pytest.importorskip("tokenizers")
    vocabulary = tmp_path / "vocab.txt"
    pieces = (DATA / "bert_checkpoint" / "vocab.txt").read_text(encoding="utf-8").split()

    def load(words, **options):
        vocabulary.write_text("\n".join(words), encoding="utf-8")
        return create("bert", **{**SST2, "vocabulary": str(vocabulary), **options}).load(sst2_dir)

    *_, (tokens, _) = load([*pieces, "G", "##ood"]).train.as_numpy_iterator()  # Good, good film!
    assert list(tokens[:5]) == [2, 10, 11, 1, 6]
    with pytest.raises(UserError, match="has 10 tokens: `vocabulary_size` must"):
        load(pieces, vocabulary_size=9)
    with pytest.raises(UserError, match="is no vocabulary of BERT"):
        load(["a", "b"])
    with pytest.raises(FileNotFoundError, match="Set `vocabulary` to"):
        load([], vocabulary="nowhere")


@pytest.mark.parametrize(
    ("name", "options", "place"),
    [("bert", SST2, "glue/sst2"), ("detection", {"dataset": "coco"}, "coco/2017")],
)
def test_a_missing_data_set_or_library_is_named(
    create, tmp_path, monkeypatch, name, options, place
):
    pytest.importorskip("tensorflow_datasets")
    message = f"no data set in {tmp_path}/{place}. Pass .* as --data-dir.*load.'{place}'"
    with pytest.raises(FileNotFoundError, match=message):
        create(name, **options).load(tmp_path)
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(UserError, match=r"pip install 'tfmot-technique-kit\[datasets\]'"):
        create(name, **options).load()


def test_film_reviews_from_the_archive(create, movie_reviews_dir):
    task = create("bert", **{**SST2, "dataset": "movie_reviews"})
    data = task.load(movie_reviews_dir)
    # Without those that are rated near zero.
    assert (data.info["splits"], data.source) == ({"train": 16, "test": 4}, "real")
    assert len(data.sha256) == 64
    examples = [*data.train.as_numpy_iterator(), *data.test.as_numpy_iterator()]
    assert [label for _, label in examples].count(1) == 10
    lengths = {(label, np.count_nonzero(tokens)) for tokens, label in examples}
    assert lengths == {(1, 4), (0, 4), (0, 2)}  # The start counts.
    assert task.build()(examples[0][0][None]).shape == (1, 2)


def test_a_missing_or_broken_archive_is_one_line(create, movie_reviews_dir):
    task = create("bert", **{**SST2, "dataset": "movie_reviews"})
    with pytest.raises(FileNotFoundError, match=r"pip download .* DIR vaderSentiment==3\.3\.2"):
        task.load(movie_reviews_dir / "elsewhere")
    path = movie_reviews_dir / "vaderSentiment-3.3.2.tar.gz"
    for content in (path.read_bytes()[:-100], b"<html>"):
        path.write_bytes(content)
        with pytest.raises(UserError, match="is broken: remove it and get it again"):
            task.load(movie_reviews_dir)


def test_sst2_has_the_tokens_of_a_checkpoint(create, sst2_dir, folder):
    task = create("bert", **{**SST2, "checkpoint": str(folder)})
    data = task.load(sst2_dir)
    tokens, _ = next(data.train.as_numpy_iterator())
    assert list(tokens) == [2, 5, 6, 7, 8, 3, 0, 0]
    assert task.build()(tokens[None]).shape == (1, 2)
