"""Object detection by the RetinaNet of Official Models."""

import numpy as np
import tensorflow as tf
from official.vision.configs import backbones, common, decoders, retinanet
from official.vision.losses import focal_loss
from official.vision.modeling import factory
from official.vision.ops import anchor, box_ops

from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks import average_precision, detection

_BOX_VALUES = 4
_FINEST = 3  # Features of level n have a cell for each 2**n pixels.
_COARSEST = 7
_CHANNELS = 256  # Of the features and the head.
_MAX_DETECTIONS = 100
_LOSSES = retinanet.Losses()


class OfficialRetinaNet(detection.Detection):
    """As `tasks.detection`, with RetinaNet as the model.

    The backbone is the MobileNetV2 or the ResNet50 of Official Models. The output
    is [anchors, classes + 4], logits and encoded boxes of all levels: the form
    that is trained and deployed. `score` finds the boxes in it.
    """

    def __init__(self, options) -> None:
        """See base class."""
        super().__init__(options)
        options = self.options
        if options.model == "cnn" or options.weights:
            raise ValueError(
                "RetinaNet needs the `model` mobilenet_v2 or resnet50 and the `weights`"
                f" null. You gave: {options.model}, {options.weights}."
            )
        size = options.image_size
        # Small images have too few cells on coarse levels.
        levels = [
            level
            for level in range(_FINEST, _COARSEST + 1)
            if size % 2**level == 0 and size >= 2 * 2**level
        ]
        self._config = config = retinanet.RetinaNet(
            num_classes=detection._CLASSES[options.dataset],
            input_size=[size, size, 3],
            min_level=_FINEST,
            max_level=levels[-1],
            backbone=_BACKBONES[options.model](options.width),
            norm_activation=common.NormActivation(norm_momentum=options.batch_norm_momentum),
        )
        channels = max(int(_CHANNELS * options.width), 8)
        config.decoder = decoders.Decoder(type="fpn", fpn=decoders.FPN(num_filters=channels))
        config.head = retinanet.RetinaNetHead(num_filters=channels)
        self._anchors = anchor.Anchor(
            min_level=config.min_level,
            max_level=config.max_level,
            num_scales=config.anchor.num_scales,
            aspect_ratios=config.anchor.aspect_ratios,
            anchor_size=config.anchor.anchor_size,
            image_size=[size, size],
        )

    def build(self):
        """See base class."""
        shape = self._config.input_size
        model = factory.build_retinanet(keras.layers.InputSpec(shape=[None, *shape]), self._config)
        # RetinaNetModel is a subclassed model, which cannot be cloned. Its parts
        # make a Functional one.
        images = keras.Input(shape)
        scores, boxes, _ = model.head(model.decoder(model.backbone(images)))

        def flatten(levels, size):
            flat = [keras.layers.Reshape([-1, size])(x) for x in levels.values()]
            return keras.layers.Concatenate(axis=1)(flat)

        parts = [flatten(scores, self._config.num_classes), flatten(boxes, _BOX_VALUES)]
        outputs = keras.layers.Concatenate()(parts)
        return keras.Model(images, outputs, name="official_retinanet")

    def loss(self):
        """See base class. That of RetinaNet: focal loss, and Huber's for boxes."""
        return _Loss(self._anchors, self._config)

    def score(self, outputs, labels):
        """See base class. AP50: average precision at half overlap."""
        return average_precision.average_precision(
            (self._decode(output) for output in outputs),
            (rows[rows[:, 4] >= 0] for rows in map(np.asarray, labels)),
        )

    def _decode(self, output):
        """Returns rows of (ymin, xmin, ymax, xmax, class, score) of an image."""
        classes = self._config.num_classes
        anchors = tf.concat(
            [tf.reshape(x, [-1, 4]) for x in self._anchors.multilevel_boxes.values()], axis=0
        )
        boxes = box_ops.decode_boxes(tf.constant(output[:, classes:]), anchors)
        boxes, scores, labels, count = tf.image.combined_non_max_suppression(
            (boxes / self.options.image_size)[None, :, None],
            tf.sigmoid(output[None, :, :classes]),
            max_output_size_per_class=_MAX_DETECTIONS,
            max_total_size=_MAX_DETECTIONS,
        )
        rows = tf.concat([boxes[0], labels[0, :, None], scores[0, :, None]], axis=1)
        return rows[: count[0]].numpy()


def _mobilenet(width):
    config = backbones.MobileNet(filter_size_scale=width)
    return backbones.Backbone(type="mobilenet", mobilenet=config)


def _resnet(width):
    if width != 1:
        raise ValueError(f"ResNet50 takes the `width` 1 only. You gave: {width}.")
    config = backbones.ResNet(model_id=50)
    return backbones.Backbone(type="resnet", resnet=config)


_BACKBONES = {"mobilenet_v2": _mobilenet, "resnet50": _resnet}


class _Loss(keras.losses.Loss):
    """The loss of RetinaNet, of boxes as `tasks.detection` labels them."""

    def __init__(self, anchors, config) -> None:
        super().__init__()
        self._anchors = anchors.multilevel_boxes
        self._config = config
        self._labeler = anchor.AnchorLabeler()
        none = keras.losses.Reduction.NONE
        self._class_loss = focal_loss.FocalLoss(
            _LOSSES.focal_loss_alpha, _LOSSES.focal_loss_gamma, none
        )
        self._box_loss = keras.losses.Huber(_LOSSES.huber_loss_delta, none)

    def call(self, y_true, y_pred):
        """See base class. Returns one value per example."""
        classes, boxes, class_weights, box_weights = self.encode(y_true)
        count = self._config.num_classes
        class_loss = self._class_loss(tf.one_hot(classes, count), y_pred[..., :count])
        class_loss = tf.reduce_sum(class_loss * class_weights[..., None], [1, 2])
        box_loss = self._box_loss(boxes, y_pred[..., count:])
        box_loss = tf.reduce_sum(box_loss * box_weights, 1)
        found = tf.reduce_sum(box_weights, 1) + 1.0
        return (class_loss + _LOSSES.box_loss_weight * box_loss) / found

    def encode(self, labels):
        """Makes what the output should be.

        Args:
            labels: Tensor [batch, boxes, 5], as `tasks.detection` has them.

        Returns:
            Class of each anchor, int32 [batch, anchors], negative for none; box,
            encoded, float32 [batch, anchors, 4]; weights of the classes and of the
            boxes, float32 [batch, anchors].
        """
        weights = tf.TensorSpec([None], tf.float32)
        return tf.map_fn(
            self._encode_one,
            tf.cast(labels, tf.float32),
            fn_output_signature=(
                tf.TensorSpec([None], tf.int32),
                tf.TensorSpec([None, _BOX_VALUES], tf.float32),
                weights,
                weights,
            ),
        )

    def _encode_one(self, rows):
        rows = tf.boolean_mask(rows, rows[:, 4] >= 0)
        classes, boxes, _, class_weights, box_weights = self._labeler.label_anchors(
            self._anchors, rows[:, :4] * self._config.input_size[0], tf.cast(rows[:, 4:], tf.int32)
        )
        classes = [tf.reshape(x, [-1]) for x in classes.values()]
        boxes = [tf.reshape(x, [-1, _BOX_VALUES]) for x in boxes.values()]
        return (
            tf.cast(tf.concat(classes, 0), tf.int32),
            tf.concat(boxes, 0),
            class_weights,
            box_weights,
        )
