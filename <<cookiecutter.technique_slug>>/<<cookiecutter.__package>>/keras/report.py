<% include 'license_header.txt' %>
"""A report on what the technique did to each layer of a model."""

import dataclasses
import gzip

import numpy as np

from <<cookiecutter.__package>>.keras import cloning
from <<cookiecutter.__package>>.keras import wrapper
from <<cookiecutter.__package>>.keras.compat import keras

_LEVEL = '<<cookiecutter.level>>'


@dataclasses.dataclass(frozen=True)
class LayerReport:
  """What the technique did to a layer.

  Attributes:
    name: Name of the layer, without the wrapper's prefix.
    level: The <<cookiecutter.__level_words>> that the layer has reached, a float:
      the mean over its weights, or outputs, by their size. None without that.
    parameters: Number of parameters while training.
    stripped_parameters: Number of parameters after strip.
    size: Bytes of the stripped parameters.
    compressed_size: Bytes of the stripped parameters after gzip.
  """

  name: str
  level: float | None
  parameters: int
  stripped_parameters: int
  size: int
  compressed_size: int


class <<cookiecutter.__camel>>Report:
  """A table with one row per layer that has parameters. Printing shows it.

  Attributes:
    layers: List of `LayerReport`.
    total: `LayerReport` with the sums over all layers.

  Args:
    layers: List of `LayerReport`.
  """

  def __init__(self, layers):
    self.layers = layers
    counts = [dataclasses.astuple(layer)[2:] for layer in layers]
    sums = map(sum, zip(*counts, strict=True)) if layers else [0] * 4
    self.total = LayerReport('total', None, *sums)

  def __str__(self):
    """Returns the table."""
    header = ('layer', _LEVEL, 'parameters', 'stripped', 'bytes', 'gzipped')
    rows = [header, *map(_cells, [*self.layers, self.total])]
    name, *numbers = (max(map(len, cells)) for cells in zip(*rows, strict=True))
    form = f'{{:{name}}}' + ''.join(f'  {{:>{width}}}' for width in numbers)
    return '\n'.join(form.format(*row) for row in rows)


def _cells(row):
  level = '-' if row.level is None else f'{row.level:.4f}'
  return [row.name, level, *map('{:,}'.format, dataclasses.astuple(row)[2:])]


def report_<<cookiecutter.technique_slug>>(model):
  """Reports per layer the level, the parameters and the bytes after strip.

  The model is not changed.

  >>> model = keras.Sequential([keras.layers.Dense(4, input_shape=(8,))])
  >>> report = report_<<cookiecutter.technique_slug>>(model)
  >>> report.total.parameters
  36
  >>> print(report)
  layer ...
  dense... 36 ...
  total... 36 ...

  Args:
    model: A built Sequential or Functional `keras.Model`, wrapped or stripped.

  Returns:
    A `<<cookiecutter.__camel>>Report`.

  Raises:
    ValueError: If the object is no model, or the model is not built.
  """
  if not isinstance(model, keras.Model):
    raise ValueError(
      'Expected a `keras.Model`. You passed an object of type '
      f'{type(model).__name__}.'
    )
  if not model.built:
    raise ValueError(
      f'Model {model.name} is not built: call it on data, or give its first '
      'layer an `input_shape`.'
    )
  reports = [_report(layer) for layer in cloning.find_layers(model)]
  return <<cookiecutter.__camel>>Report([r for r in reports if r.parameters])


def _report(layer):
  is_wrapped = isinstance(layer, wrapper.<<cookiecutter.__wrapper>>)
  own = layer.layer if is_wrapped else layer
  values = stripped = own.get_weights()
  level = None
  if is_wrapped:
    level = _find_level(layer)
    try:
      stripped = [v for new in layer.strip() for v in new.get_weights()]
    finally:
      own.set_weights(values)  # Only looked at: training may go on.
  content = b''.join(value.tobytes() for value in stripped)
  return LayerReport(
    own.name,
    level,
    sum(value.size for value in values),
    sum(value.size for value in stripped),
    len(content),
    len(gzip.compress(content, mtime=0)),
  )


def _find_level(layer):
  """Returns the mean level of a wrapped layer, None if there is none."""
  summary = layer.summarize()
  slots = [slot for slot in layer.slots if f'{slot.path}/{_LEVEL}' in summary]
  if not slots:
    return None
  levels = [float(summary[f'{slot.path}/{_LEVEL}']) for slot in slots]
  # The elements of an example, for an output: the size of the batch varies.
  sizes = [np.prod([size or 1 for size in slot.spec.shape]) for slot in slots]
  return float(np.average(levels, weights=sizes))
