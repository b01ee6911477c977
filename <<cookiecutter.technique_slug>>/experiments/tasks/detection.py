<% include 'license_header.txt' %>
"""Object detection: shapes in seconds, composed digits, or COCO 2017."""

from typing import Literal

from pydantic import PositiveInt
from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.average_precision import average_precision
from tfmot_technique_kit.tasks.data import coco
from tfmot_technique_kit.tasks.data import composed_digits
from tfmot_technique_kit.tasks.data import shapes
from tfmot_technique_kit.tasks.models import center_net

_DATA = {'shapes': shapes, 'digits': composed_digits, 'coco': coco}


class Detection(base.Task):
  """Finds objects. The metric is average precision at half overlap."""

  metric = 'ap50'

  class Options(center_net.Options):
    """What `task` in configs/detection_*.yaml sets: the model's, and these.

    Attributes:
      dataset: 'shapes' (synthetic), 'digits' (of MNIST, on photographs), or
        'coco' (COCO 2017, by TensorFlow Datasets, in the folder that
        `--data-dir` names).
      max_boxes: Number of boxes of an image that are kept, the largest first.
      train_examples: Number of images; null for all, or for 800 made ones.
      test_examples: The same for measuring; null for all, or 200.
      download: Whether to download COCO if it is not there.
    """

    dataset: Literal['shapes', 'digits', 'coco'] = 'shapes'
    max_boxes: PositiveInt = 3
    train_examples: PositiveInt | None = None
    test_examples: PositiveInt | None = None
    download: bool = False

  def load(self, data_dir=None):
    """See base class. Labels are boxes, float32 [max_boxes, 5]."""
    options = self.options
    size = (options.image_size, options.max_boxes)
    if options.dataset != 'coco':
      counts = (options.train_examples or 800, options.test_examples or 200)
      return _DATA[options.dataset].load(*size, *counts)
    return coco.load(
      *size,
      options.preprocess,
      data_dir=data_dir,
      train_examples=options.train_examples,
      test_examples=options.test_examples,
      download=options.download,
    )

  def build(self):
    """See base class. A backbone with the head of CenterNet."""
    return center_net.build(self.options, _DATA[self.options.dataset].CLASSES)

  def loss(self):
    """See base class."""
    return center_net.Loss()

  def score(self, outputs, labels):
    """See base class."""
    return average_precision(map(center_net.decode, outputs), labels)
