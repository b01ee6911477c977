"""Digits that come with scikit-learn, and a model that is trained in a second."""

import pydantic
from sklearn.datasets import load_digits

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import base


class Tiny(base.Classification):
    """Tells digits apart."""

    class Options(base.Options):
        """The width of the model, and whether it has a layer that TFMOT cannot quantize."""

        width: pydantic.PositiveInt = 16
        normalized: bool = False

    def load(self, data_dir=None):  # noqa: ARG002
        """See base class. The images are float32 [n, 64] in [0, 1]."""
        images, labels = load_digits(return_X_y=True)
        images, labels = (images / 16).astype("float32"), labels.astype("int32")
        train, test = slice(1200), slice(1200, None)
        return base.from_arrays(
            (images[train], labels[train]), (images[test], labels[test]), "digits", "1"
        )

    def build(self):
        """See base class."""
        x = inputs = keras.Input([64])
        for _ in range(2):
            x = keras.layers.Dense(self.options.width, activation="relu")(x)
        if self.options.normalized:
            x = keras.layers.LayerNormalization()(x)
        return keras.Model(inputs, keras.layers.Dense(10)(x))
