<% include 'license_header.txt' %>
"""Tests for report."""

import gzip

import numpy as np
import tensorflow as tf

from <<cookiecutter.__package>>.keras import base_algorithm
from <<cookiecutter.__package>>.keras import policy
from <<cookiecutter.__package>>.keras import report
from <<cookiecutter.__package>>.keras import test_algorithms
from <<cookiecutter.__package>>.keras import test_models
from <<cookiecutter.__package>>.keras.compat import keras
from <<cookiecutter.__package>>.keras.compat import ops

apply = test_algorithms.apply
strip = test_algorithms.strip
_LEVEL = '<<cookiecutter.level>>'


class _Zeros(base_algorithm.Algorithm):
  """Strips to zeros, and reports a level that depends on the weight."""

  def create_state(self, tensor):
    return {}

  def update_state(self, tensor, state, level):
    return {}

  def apply(self, tensor, state):
    return ops.zeros_like(tensor)

  def summarize(self, tensor, state):
    return {_LEVEL: 0.25 if tensor.shape[0] == 4 else 0.5}


class _Halves(_Zeros):
  """Puts two layers in the place of a dense layer, and reports no level."""

  def replace(self, layer, states):
    layers = []
    for units in [layer.units // 2, layer.units]:
      config = {**layer.get_config(), 'units': units, 'use_bias': False}
      config.pop('batch_input_shape', None)
      config['name'] = f'{layer.name}_{units}'
      config['kernel_initializer'] = 'zeros'
      layers.append(keras.layers.Dense.from_config(config))
    return layers

  def summarize(self, tensor, state):
    return {}


def _build_model():
  return keras.Sequential(
    [
      keras.layers.Dense(8, name='wide', input_shape=(4,)),
      keras.layers.BatchNormalization(name='norm'),
      keras.layers.ReLU(name='relu'),
      keras.layers.Dense(2, name='narrow'),
    ]
  )


def _wrap(algorithm, names=('wide', 'narrow')):
  only = policy.OnlyLayers(names)
  return apply(_build_model(), algorithm=algorithm, policy=only)


def _report(model):
  return report.report_<<cookiecutter.technique_slug>>(model)


class ReportTest(test_models.TestCase):
  """Tests for the report."""

  def testHasARowPerLayerWithParameters(self):
    reported = _report(_wrap(_Zeros()))
    self.assertIsInstance(reported, report.<<cookiecutter.__camel>>Report)
    layers = reported.layers
    self.assertEqual([row.name for row in layers], ['wide', 'norm', 'narrow'])
    self.assertEqual([row.parameters for row in layers], [40, 32, 18])
    self.assertEqual([row.stripped_parameters for row in layers], [40, 32, 18])
    self.assertEqual([row.size for row in layers], [160, 128, 72])

  def testReportsTheLevelOfWrappedLayersAlone(self):
    levels = [row.level for row in _report(_wrap(_Zeros(), ['wide'])).layers]
    self.assertEqual(levels, [0.25, None, None])

  def testAveragesTheLevelOfWeightsByTheirSize(self):
    cell = keras.layers.LSTM(3, input_shape=(None, 4))
    model = keras.Sequential([cell])
    wrapped = apply(model, algorithm=_Zeros())
    (row,) = _report(wrapped).layers
    # Kernel [4, 12], recurrent kernel [3, 12].
    self.assertAllClose(row.level, (48 * 0.25 + 36 * 0.5) / 84)

  def testALevelThatIsNotReportedIsNone(self):
    self.assertIsNone(_report(_wrap(_Halves())).layers[0].level)

  def testCompressesWhatStripLeaves(self):
    wide = _report(_wrap(_Zeros(), ['wide'])).layers[0]
    zeros = gzip.compress(np.zeros(40, np.float32).tobytes(), mtime=0)
    self.assertEqual(wide.compressed_size, len(zeros))

  def testCountsTheLayersThatReplaceALayer(self):
    wide = _report(_wrap(_Halves(), ['wide'])).layers[0]
    self.assertEqual(wide.parameters, 40)
    self.assertEqual(wide.stripped_parameters, 4 * 4 + 4 * 8)

  def testAddsUp(self):
    made = _report(_wrap(_Zeros()))
    for key in ['parameters', 'stripped_parameters', 'size', 'compressed_size']:
      parts = [getattr(row, key) for row in made.layers]
      self.assertEqual(getattr(made.total, key), sum(parts))

  def testDoesNotChangeTheModel(self):
    wrapped = _wrap(_Zeros())
    before = wrapped.get_weights()
    _report(wrapped)
    self.assertAllEqual(before[0], wrapped.get_weights()[0])
    self.assertGreater(np.abs(wrapped.get_weights()[0]).sum(), 0)

  def testEntersNestedModels(self):
    outer = keras.Sequential([_wrap(_Zeros()), keras.layers.Dense(1)])
    self.assertLen(_report(outer).layers, 4)

  def testPrintsATableWithAlignedColumns(self):
    lines = str(_report(_wrap(_Zeros(), ['wide']))).splitlines()
    self.assertLen(lines, 5)
    self.assertLen({len(line) for line in lines}, 1)
    self.assertEqual(lines[0].split()[:3], ['layer', _LEVEL, 'parameters'])
    self.assertEqual(lines[1].split()[:3], ['wide', '0.2500', '40'])
    self.assertEqual(lines[-1].split()[:3], ['total', '-', '90'])

  def testWorksWithTheAlgorithmOfTheProject(self):
    wrapped = apply(_build_model())
    made = _report(wrapped)
    self.assertEqual(made.total.parameters, 90)
    stripped = _report(strip(wrapped))
    self.assertEqual(made.total.stripped_parameters, stripped.total.parameters)

  def testRefusesWhatIsNoBuiltModel(self):
    with self.assertRaisesRegex(ValueError, 'Expected a `keras.Model`'):
      _report(keras.layers.Dense(1))
    with self.assertRaisesRegex(ValueError, 'is not built'):
      _report(keras.Sequential([keras.layers.Dense(1)]))


if __name__ == '__main__':
  tf.test.main()
