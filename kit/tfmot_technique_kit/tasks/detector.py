"""Detectors: a backbone, features of several scales, and a head."""

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import applications, center_net

# Layers of the models of `keras.applications` that put out features for each 8,
# 16 and 32 pixels.
_FEATURES = {
    "mobilenet_v2": ("block_6_expand_relu", "block_13_expand_relu", "out_relu"),
    "resnet50": ("conv3_block4_out", "conv4_block6_out", "conv5_block3_out"),
}
_NECK_CHANNELS = {"cnn": 32, "mobilenet_v2": 128, "resnet50": 256}

# An image must have a multiple of so many pixels.
STRIDES = {"cnn": 8, "mobilenet_v2": 32, "resnet50": 32}


def build(model, image_size, classes, width, batch_norm_momentum, weights):
    """Builds a detector.

    Args:
        model: Backbone: 'cnn', 'mobilenet_v2' or 'resnet50'.
        image_size: Height and width of the RGB images.
        classes: Number of classes.
        width: Factor for the number of channels. ResNet50 takes 1 only.
        batch_norm_momentum: Momentum of the batch normalization outside of the
            models of `keras.applications`.
        weights: None, 'imagenet' or a path, for the models of `keras.applications`.

    Returns:
        A Functional `keras.Model` of float32 images [image_size, image_size, 3] to
        what `center_net` describes: a cell has 4 pixels, or 8 with a backbone of
        `keras.applications`.
    """
    inputs = keras.Input([image_size, image_size, 3])
    channels = max(int(_NECK_CHANNELS[model] * width), 8)

    def conv(x, filters, size=3, strides=1):
        x = keras.layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=batch_norm_momentum)(x)
        return keras.layers.ReLU()(x)

    if model == "cnn":
        fine = conv(conv(inputs, channels // 2, 3, 2), channels, 3, 2)
        features = [fine, conv(fine, channels * 3 // 2, 3, 2)]
    else:
        backbone = applications.build(model, width, weights, input_tensor=inputs, include_top=False)
        features = [backbone.get_layer(name).output for name in _FEATURES[model]]

    *finer, x = features
    x = conv(x, channels)
    for feature in reversed(finer):
        x = keras.layers.UpSampling2D()(x)
        x = keras.layers.Add()([x, conv(feature, channels, 1)])
        x = conv(x, channels)
    heat = keras.layers.Conv2D(
        classes,
        1,
        bias_initializer=keras.initializers.Constant(center_net.PRIOR_LOGIT),
        name="heat",
    )(x)
    boxes = keras.layers.Conv2D(center_net.BOX_VALUES, 1, name="boxes")(x)
    outputs = keras.layers.Concatenate()([heat, boxes])
    return keras.Model(inputs, outputs, name="detector")
