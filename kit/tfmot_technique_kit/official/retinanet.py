"""The RetinaNet of Official Models: a model, its loss, and what it finds."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf
from official.vision.configs import backbones, common, decoders, retinanet
from official.vision.losses import focal_loss
from official.vision.modeling import factory
from official.vision.ops import anchor, box_ops

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.keras_api import keras
from tfmot_technique_kit.tasks.average_precision import average_precision
from tfmot_technique_kit.tasks.models import center_net

_BOX_VALUES = 4
_FINEST, _COARSEST = 3, 7  # Features of level n have a cell for each 2**n pixels.
_CHANNELS = 256  # Of the features and the head.
_MAX_DETECTIONS = 100
_LOSSES = retinanet.Losses()


class RetinaNet:
    """RetinaNet around the MobileNetV2 or the ResNet50 of Official Models.

    Its output is [anchors, classes + 4], logits and encoded boxes of all levels: the form that
    is trained and deployed. `score` finds the boxes in it. Labels are boxes as those of
    `tasks.models.center_net`.

    Args:
        options: Options of the detector that it takes the place of.
        classes: Number of classes.

    Raises:
        UserError: If there is no RetinaNet of these options.
    """

    def __init__(self, options: center_net.Options, classes: int) -> None:
        if options.model == "cnn" or options.weights:
            raise UserError(
                "RetinaNet needs the `model` mobilenet_v2 or resnet50 and the `weights` null. "
                f"You gave: {options.model}, {options.weights}."
            )
        if options.model == "resnet50" and options.width != 1:
            raise UserError(f"ResNet50 takes the `width` 1 only. You gave: {options.width}.")
        self._size = size = options.image_size
        # Small images have too few cells on coarse levels.
        levels = [n for n in range(_FINEST, _COARSEST + 1) if size % 2**n == 0 and size >= 2 * 2**n]
        if options.model == "mobilenet_v2":
            mobilenet = backbones.MobileNet(filter_size_scale=options.width)
            backbone = backbones.Backbone(type="mobilenet", mobilenet=mobilenet)
        else:
            backbone = backbones.Backbone(type="resnet", resnet=backbones.ResNet(model_id=50))
        channels = max(int(_CHANNELS * options.width), 8)
        self._config = config = retinanet.RetinaNet(
            num_classes=classes,
            input_size=[size, size, 3],
            min_level=_FINEST,
            max_level=levels[-1],
            backbone=backbone,
            decoder=decoders.Decoder(type="fpn", fpn=decoders.FPN(num_filters=channels)),
            head=retinanet.RetinaNetHead(num_filters=channels),
            norm_activation=common.NormActivation(norm_momentum=options.batch_norm_momentum),
        )
        self._anchors = anchor.Anchor(
            min_level=config.min_level,
            max_level=config.max_level,
            num_scales=config.anchor.num_scales,
            aspect_ratios=config.anchor.aspect_ratios,
            anchor_size=config.anchor.anchor_size,
            image_size=[size, size],
        ).multilevel_boxes

    def build(self) -> keras.Model:
        """Builds a Functional model of float32 images [image_size, image_size, 3]."""
        shape = self._config.input_size
        model = factory.build_retinanet(keras.layers.InputSpec(shape=[None, *shape]), self._config)
        # RetinaNetModel is a subclassed model, which cannot be cloned. Its parts make a
        # Functional one.
        images = keras.Input(shape)
        scores, boxes, _ = model.head(model.decoder(model.backbone(images)))

        def flatten(levels: dict[str, tf.Tensor], size: int):
            flat = [keras.layers.Reshape([-1, size])(x) for x in levels.values()]
            return keras.layers.Concatenate(axis=1)(flat)

        parts = [flatten(scores, self._config.num_classes), flatten(boxes, _BOX_VALUES)]
        outputs = keras.layers.Concatenate()(parts)
        return keras.Model(images, outputs, name="official_retinanet")

    def loss(self) -> keras.losses.Loss:
        """Returns the loss of RetinaNet: focal loss, and Huber's for boxes."""
        return _Loss(self._anchors, self._config)

    def score(self, outputs: Iterable[np.ndarray], labels: Iterable[np.ndarray]) -> float:
        """Returns AP50: average precision at half overlap."""
        return average_precision(map(self._decode, outputs), labels)

    def _decode(self, output: np.ndarray):
        """Returns rows of (ymin, xmin, ymax, xmax, class, score) of an image."""
        classes = self._config.num_classes
        anchors = tf.concat([tf.reshape(x, [-1, 4]) for x in self._anchors.values()], axis=0)
        boxes = box_ops.decode_boxes(tf.constant(output[:, classes:]), anchors)
        boxes, scores, labels, count = tf.image.combined_non_max_suppression(
            (boxes / self._size)[None, :, None],
            tf.sigmoid(output[None, :, :classes]),
            max_output_size_per_class=_MAX_DETECTIONS,
            max_total_size=_MAX_DETECTIONS,
        )
        rows = tf.concat([boxes[0], labels[0, :, None], scores[0, :, None]], axis=1)
        return rows[: count[0]].numpy()


class _Loss(keras.losses.Loss):
    def __init__(self, anchors: dict[str, tf.Tensor], config: Any) -> None:
        super().__init__()
        self._anchors = anchors
        self._config = config
        self._labeler = anchor.AnchorLabeler()
        none = keras.losses.Reduction.NONE
        self._class_loss = focal_loss.FocalLoss(
            _LOSSES.focal_loss_alpha, _LOSSES.focal_loss_gamma, none
        )
        self._box_loss = keras.losses.Huber(_LOSSES.huber_loss_delta, none)

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        classes, boxes, class_weights, box_weights = self.encode(y_true)
        count = self._config.num_classes
        class_loss = self._class_loss(tf.one_hot(classes, count), y_pred[..., :count])
        class_loss = tf.reduce_sum(class_loss * class_weights[..., None], [1, 2])
        box_loss = self._box_loss(boxes, y_pred[..., count:])
        box_loss = tf.reduce_sum(box_loss * box_weights, 1)
        found = tf.reduce_sum(box_weights, 1) + 1.0
        return (class_loss + _LOSSES.box_loss_weight * box_loss) / found

    def encode(self, labels: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Makes what the output should be for labels, [batch, boxes, 5].

        Returns:
            Class of each anchor, int32 [batch, anchors], negative for none; box, encoded,
            float32 [batch, anchors, 4]; weights of the classes and of the boxes, float32
            [batch, anchors].
        """
        shapes = (
            ([None], tf.int32),
            ([None, _BOX_VALUES], tf.float32),
            *[([None], tf.float32)] * 2,
        )
        signature = tuple(tf.TensorSpec(*shape) for shape in shapes)
        labels = tf.cast(labels, tf.float32)
        return tf.map_fn(self._encode_one, labels, fn_output_signature=signature)

    def _encode_one(self, rows: tf.Tensor):
        rows = tf.boolean_mask(rows, rows[:, 4] >= 0)
        classes, boxes, _, class_weights, box_weights = self._labeler.label_anchors(
            self._anchors, rows[:, :4] * self._config.input_size[0], tf.cast(rows[:, 4:], tf.int32)
        )
        classes = tf.concat([tf.reshape(x, [-1]) for x in classes.values()], 0)
        boxes = tf.concat([tf.reshape(x, [-1, _BOX_VALUES]) for x in boxes.values()], 0)
        return tf.cast(classes, tf.int32), boxes, class_weights, box_weights
