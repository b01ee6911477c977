"""Tests for text classification and its data."""

import sys

import numpy as np
import pytest
import tensorflow as tf
from tfmot_technique_kit.keras_api import keras

from tfmot_technique_kit.experiments import conversion
from tfmot_technique_kit.tasks import bert
from tfmot_technique_kit.tasks import bert_encoder
from tests.tasks import model_checks
from tfmot_technique_kit.tasks import synthetic_text

SYNTHETIC = {
  'dataset': 'synthetic',
  'vocabulary_size': 48,
  'sequence_length': 24,
  'layers': 1,
  'hidden': 16,
  'heads': 2,
  'intermediate': 16,
  'dropout': 0.0,
  'train_examples': 40,
  'test_examples': 20,
}
SST2 = {
  **SYNTHETIC,
  'dataset': 'sst2',
  'sequence_length': 8,
  'vocabulary_size': 20,
  'train_examples': None,
  'test_examples': None,
}
SENTENCES = ['a good film', 'a bad film', 'not good', 'Good, good film!']


@pytest.fixture(name='sst2_dir', scope='module')
def write_sst2(tmp_path_factory):
  """Writes four sentences per split in the format of TensorFlow Datasets."""
  tfds = pytest.importorskip('tensorflow_datasets')
  folder = tmp_path_factory.mktemp('datasets')
  examples = [
    (i, {'idx': i, 'sentence': text, 'label': int('bad' not in text)})
    for i, text in enumerate(SENTENCES)
  ]
  tfds.dataset_builders.store_as_tfds_dataset(
    name='glue',
    config='sst2',
    version='2.0.0',
    data_dir=folder,
    features=tfds.features.FeaturesDict(
      {
        'idx': np.int32,
        'label': tfds.features.ClassLabel(names=['negative', 'positive']),
        'sentence': tfds.features.Text(),
      }
    ),
    split_datasets={'train': examples, 'validation': examples[:2]},
    disable_shuffling=True,
  )
  return folder


def meaning(tokens):
  """Reads a sentence as its definition says: the label it should have."""
  quarter = (SYNTHETIC['vocabulary_size'] - synthetic_text.FIRST_WORD) // 4
  votes, sign = 0, 1
  for token in tokens:
    if token == synthetic_text.NEGATOR:
      sign = -1
    kind = (token - synthetic_text.FIRST_WORD) // quarter
    if token >= synthetic_text.FIRST_WORD and kind < 2:
      votes += sign * (2 * kind - 1)
  return int(votes > 0)


def test_synthetic_sentences_mean_what_their_labels_say():
  tokens, labels = synthetic_text.generate(300, 24, 48, seed=3)
  assert [meaning(sentence) for sentence in tokens] == list(labels)
  assert 0.4 < labels.mean() < 0.6
  assert (tokens[:, 0] == synthetic_text.START).all()
  # Without a look at the order many would be wrong.
  without = [meaning(row[row != synthetic_text.NEGATOR]) for row in tokens]
  assert np.mean(without == labels) < 0.85
  other, _ = synthetic_text.generate(300, 24, 48, seed=4)
  assert (tokens != other).any()


@pytest.mark.parametrize('technique', ['technique', 'pruning', 'clustering'])
def test_model_takes_techniques(technique):
  model_checks.trains_with(technique, bert.Bert(SYNTHETIC))


def test_padding_changes_nothing():
  model = bert.Bert(SYNTHETIC).build()
  tokens, _ = synthetic_text.generate(4, 24, 48, seed=0)
  tokens[:, 12:] = 0
  x = model(tokens).numpy()
  embedding = model.get_layer('word_embeddings')
  values = embedding.get_weights()[0]
  values[0] = np.linspace(-5, 5, SYNTHETIC['hidden'])
  embedding.set_weights([values])
  np.testing.assert_allclose(model(tokens), x, atol=1e-6)


def test_converts_with_a_relu_behind_gelu():
  # As a technique puts one there, whose threshold came out at zero.
  model = bert.Bert(SYNTHETIC).build()
  hidden = keras.layers.ReLU()(model.get_layer('intermediate_0').output)
  assert conversion.convert(keras.Model(model.inputs, hidden), 'float')


def test_attention_masks_survive_integer_quantization():
  model = bert.Bert(SYNTHETIC).build()
  # Scores that matter: as drawn they are so small that all tokens weigh alike.
  model.set_weights([3 * w for w in model.get_weights()])
  tokens, _ = synthetic_text.generate(60, 24, 48, seed=0)
  expected = model.predict(tokens, verbose=0)

  def error():
    run = model_checks.to_int8(model, tokens[:40])
    return np.abs(run(tokens) - expected).mean() / expected.std()

  bounded = error()
  attention = model.get_layer('attention_0')
  attention._softmax = keras.layers.Softmax(attention._softmax.axis)    np.testing.assert_allclose(
    model.predict(tokens, verbose=0), expected, atol=1e-5
  )
  assert bounded < error() / 2


def test_attention_masks_are_bounded_again(tmp_path):
  model = bert.Bert(SYNTHETIC).build()
  model.save(tmp_path / 'model.keras')
  loaded = keras.models.load_model(tmp_path / 'model.keras')

  def softmax(model):
    return model.get_layer('attention_0')._softmax  
  scores, mask = np.array([[[[4.0, 0.0]]]]), np.array([[[[0.0, 1.0]]]])
  expected = [[[[0.0, 1.0]]]]
  np.testing.assert_allclose(softmax(model)(scores, mask), expected, atol=1e-9)
  assert type(softmax(loaded)) is keras.layers.Softmax
  bert_encoder.bound_attention_masks(loaded)
  assert type(softmax(loaded)) is type(softmax(model))
  np.testing.assert_allclose(softmax(loaded)(scores, mask), expected, atol=1e-9)


def test_model_is_loaded_from_a_file(tmp_path):
  model = bert.Bert(SYNTHETIC).build()
  model.save(tmp_path / 'model.keras')
  loaded = keras.models.load_model(tmp_path / 'model.keras')
  tokens, _ = synthetic_text.generate(4, 24, 48, seed=0)
  np.testing.assert_allclose(loaded(tokens), model(tokens), atol=1e-6)


@pytest.mark.parametrize('file', ['weights.h5', 'checkpoint'])
def test_checkpoint(tmp_path, file):
  path = str(tmp_path / file)
  model = bert.Bert(SYNTHETIC).build()
  model.save_weights(path)
  options = {**SYNTHETIC, 'checkpoint': path}
  loaded = bert.Bert(options).build()
  for mine, theirs in zip(
    loaded.get_weights(), model.get_weights(), strict=True
  ):
    np.testing.assert_array_equal(mine, theirs)
  with pytest.raises(ValueError, match='does not fit the model'):
    bert.Bert({**options, 'hidden': 8}).build()
  with pytest.raises(FileNotFoundError, match='no checkpoint nowhere.h5'):
    bert.Bert({**options, 'checkpoint': 'nowhere.h5'}).build()


def test_sst2_by_words(sst2_dir):
  data = bert.Bert(SST2).load(sst2_dir)
  assert data.info['splits'] == {'train': 4, 'test': 2}
  assert data.info['version'] == '2.0.0'
  (a_good_film, _), (a_bad_film, label), _, (good_good_film, _) = (
    data.train.as_numpy_iterator()
  )
  assert a_good_film.shape == (8,)
  assert a_good_film.dtype == np.int32
  assert a_good_film[0] == 1
  assert list(a_good_film[4:]) == [0, 0, 0, 0]
  assert label == 0
  start, a, good, film = a_good_film[:4]
  assert list(good_good_film[:4]) == [start, good, good, film]
  assert list(a_bad_film[[0, 1, 3]]) == [start, a, film]
  assert len({start, a, good, film, a_bad_film[2], 0}) == 6
  first = bert.Bert({**SST2, 'train_examples': 3, 'test_examples': 1})
  assert first.load(sst2_dir).info['splits'] == {'train': 3, 'test': 1}


def test_sst2_by_word_pieces(sst2_dir, tmp_path):
  pytest.importorskip('tokenizers')
  vocabulary = tmp_path / 'vocab.txt'
  pieces = '[PAD] [UNK] [CLS] [SEP] [MASK] a go ##od film bad'.split()
  vocabulary.write_text('\n'.join(pieces) + '\n', encoding='utf-8')
  options = {**SST2, 'vocabulary': str(vocabulary)}
  tokens, _ = next(bert.Bert(options).load(sst2_dir).train.as_numpy_iterator())
  assert list(tokens) == [2, 5, 6, 7, 8, 3, 0, 0]
  with pytest.raises(ValueError, match='has 10 tokens: `vocabulary_size` must'):
    bert.Bert({**options, 'vocabulary_size': 9}).load(sst2_dir)
  vocabulary.write_text('a\nb\n', encoding='utf-8')
  with pytest.raises(ValueError, match='is no vocabulary of BERT'):
    bert.Bert(options).load(sst2_dir)
  with pytest.raises(FileNotFoundError, match='Set `vocabulary` to'):
    bert.Bert({**options, 'vocabulary': 'nowhere'}).load(sst2_dir)


def test_missing_data_set_is_named_at_once(tmp_path):
  pytest.importorskip('tensorflow_datasets')
  message = (
    f"no data set in {tmp_path}/glue/sst2. Pass .* tfds.load.'glue/sst2'"
  )
  with pytest.raises(FileNotFoundError, match=message):
    bert.Bert(SST2).load(tmp_path)


def test_missing_library_is_named(monkeypatch):
  monkeypatch.setitem(sys.modules, 'tensorflow_datasets', None)
  with pytest.raises(ValueError, match=r"pip install '\.\[datasets\]'"):
    bert.Bert(SST2).load()


@pytest.mark.parametrize(
  'change, message',
  [
    ({'heads': 3}, 'must be a multiple of `heads`. You gave: 16, 3'),
    ({'train_examples': None}, 'needs the options train_examples and test_exa'),
  ],
)
def test_impossible_options_are_explained(change, message):
  with pytest.raises(ValueError, match=message):
    bert.Bert({**SYNTHETIC, **change})


def test_synthetic_text_needs_room():
  with pytest.raises(ValueError, match='at least 12'):
    bert.Bert({**SYNTHETIC, 'sequence_length': 11}).load()


def test_labels_are_those_of_the_model():
  task = bert.Bert(SYNTHETIC)
  inputs, labels = next(iter(task.load().test.batch(20)))
  assert task.build()(inputs).shape == (20, 2)
  assert inputs.dtype == tf.int32
  assert task.score(np.eye(2)[labels], labels) == 1.0
