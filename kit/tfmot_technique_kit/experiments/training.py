"""Trains the models that are compared."""

import contextlib
import math
import time

import tensorflow as tf
import tensorflow_model_optimization as tfmot

from tfmot_technique_kit.experiments import results, technique
from tfmot_technique_kit.keras_api import keras


class NotApplicableError(ValueError):
    """A technique cannot be applied to a model. The message says why."""


def create_strategy(name):
    """Returns a distribution strategy, None for training on one device.

    Args:
        name: `none`, `mirrored` or `multiworker`. Without GPUs `mirrored` has a
            replica on each of two logical CPUs; `multiworker` reads `TF_CONFIG`.
    """
    if name == "none":
        return None
    if name == "multiworker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    if kind == "CPU":
        (cpu,) = tf.config.list_physical_devices("CPU")
        logical = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, logical)
    devices = tf.config.list_logical_devices(kind)
    # The default for CPUs fails when a process makes a second strategy.
    return tf.distribute.MirroredStrategy(
        [device.name for device in devices], cross_device_ops=tf.distribute.ReductionToOneDevice()
    )


def is_chief(strategy):
    """Returns whether this process writes results: one worker does."""
    if strategy is None:
        return True
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.cluster_spec().jobs:
        return True
    has_chief = "chief" in resolver.cluster_spec().jobs
    return resolver.task_type == "chief" or (not has_chief and resolver.task_id == 0)


class Trainer:
    """Trains the models of one task and one seed.

    Args:
        task: A `tasks.base.Task`.
        data: Its `tasks.base.Data`.
        config: The hyper-parameters.
        seed: Int.
        strategy: A `tf.distribute.Strategy` or None.
    """

    def __init__(self, task, data, config, seed, strategy=None) -> None:
        self._task = task
        self._data = data
        self._config = config
        self._seed = seed
        self._strategy = strategy

    def train(self, variant, baseline=None):
        """Trains a model.

        Args:
            variant: A `variants.Variant`. Its conversion does not matter.
            baseline: List of arrays, the weights of the baseline. None to train it.

        Returns:
            The trained `keras.Model` without wrappers, and a dict with `steps`,
            `epochs`, `wall_s` and `cpu_s` (seconds).

        Raises:
            NotApplicableError: If a stage does not support the model.
        """
        keras.backend.clear_session()
        keras.utils.set_random_seed(self._seed)
        self._steps = 0
        wall, cpu = time.perf_counter(), time.process_time()
        options = self._config["training"]
        strategy = self._strategy
        with strategy.scope() if strategy else contextlib.nullcontext():
            model = self._task.build()
            if baseline is None:
                epochs = options["epochs"]
                self._fit(model, epochs, options["learning_rate"])
            else:
                model.set_weights(baseline)
                epochs = options["fine_tune_epochs"]
                model = self._fine_tune(model, variant, epochs)
        if strategy:
            model = _copy(model)  # To be used on one device, as all others are.
        return model, {
            "steps": self._steps,
            "epochs": epochs,
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
        }

    def _fine_tune(self, model, variant, epochs):
        rate = self._config["training"]["fine_tune_learning_rate"]
        if not variant.stages:
            self._fit(model, epochs, rate)
            return model
        if epochs < len(variant.stages):
            raise NotApplicableError(
                f"{epochs} epochs are too few for the {len(variant.stages)} stages of "
                f"{variant.training}: raise training.fine_tune_epochs."
            )
        for index, name in enumerate(variant.stages):
            # Each stage has its part of the epochs, the last one what is left.
            part = epochs // len(variant.stages)
            if index == len(variant.stages) - 1:
                part = epochs - index * part
            apply, callbacks, strip = _STAGES[name]
            schedule = self._schedule(part)
            # TFMOT has many types for "not supported". In the technique, others than
            # ValueError are mistakes.
            expected = ValueError if name == "technique" else Exception
            try:
                model = apply(model, schedule, variant.level)
            except expected as error:
                reason = results.in_one_line(error)
                raise NotApplicableError(f"{name}: {reason}") from error
            self._fit(model, part, rate, callbacks())
            model = strip(model)
        return model

    def _fit(self, model, epochs, learning_rate, callbacks=()):
        options = self._config["training"]
        count = self._data.info["splits"]["train"]
        batches = (
            self._data.train.shuffle(min(count, 10_000), seed=self._seed)
            .batch(options["batch_size"])
            .prefetch(2)
        )
        optimizer = keras.optimizers.Adam(learning_rate)
        # The first step would make its variables, and then be traced once more.
        optimizer.build(model.trainable_variables)
        model.compile(optimizer, self._task.loss())
        model.fit(batches, epochs=epochs, callbacks=list(callbacks), verbose=0)
        self._steps += epochs * self._steps_per_epoch()

    def _steps_per_epoch(self):
        count = self._data.info["splits"]["train"]
        return math.ceil(count / self._config["training"]["batch_size"])

    def _schedule(self, epochs):
        """Returns a function that makes a schedule of a class of TFMOT's form.

        The level rises for the first 70 % of the steps; the weights get used to the
        last level in the rest.
        """
        frequency = self._config["technique"]["update_frequency"]
        updates = int(0.7 * epochs * self._steps_per_epoch() / frequency)
        if not updates:
            raise ValueError(
                f"{epochs} epochs end before the technique is updated twice: lower "
                "technique.update_frequency or raise training.fine_tune_epochs."
            )

        def create(cls, level):
            return cls(0.0, level, 0, updates * frequency, frequency=frequency)

        return create


def _copy(model):
    with technique.scope(), tfmot.quantization.keras.quantize_scope():
        copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def _apply_technique(model, schedule, level):
    return technique.apply(
        model,
        schedule=schedule(technique.PolynomialDecay, level),
        policy=technique.SkipUnsupportedLayers(),
    )


def _prune(model, schedule, level):
    del level
    return tfmot.sparsity.keras.prune_low_magnitude(
        model, schedule(tfmot.sparsity.keras.PolynomialDecay, 0.5)
    )


def _cluster(model, schedule, level):
    del schedule, level
    initialization = tfmot.clustering.keras.CentroidInitialization
    return tfmot.clustering.keras.cluster_weights(
        model,
        number_of_clusters=16,
        # Others fail on weights with fewer values than clusters.
        cluster_centroids_init=initialization.LINEAR,
        preserve_sparsity=True,
    )


def _quantize(model, schedule, level):
    del schedule, level
    return tfmot.quantization.keras.quantize_model(model)


def _strip_clustering(model):
    stripped = tfmot.clustering.keras.strip_clustering(model)
    for layer in stripped._flatten_layers():
        if isinstance(layer, keras.layers.MultiHeadAttention):
            _restore_kernels(layer)
    return stripped


def _restore_kernels(attention):
    """Puts kernels back where files are loaded to.

    TFMOT leaves them as attributes of the attention layer itself, with names such
    as `_query_dense.kernel`.
    """
    for name in [name for name in vars(attention) if "." in name]:
        part, _, attribute = name.rpartition(".")
        part = getattr(attention, part)
        kernel = getattr(attention, name)
        delattr(attention, name)
        # Files hold the kernel first, and weights in the order they were set.
        bias = part.bias
        del part.bias
        setattr(part, attribute, kernel)
        part.bias = bias


# How each stage wraps a model, the callbacks that it needs, how it strips.
_STAGES = {
    "technique": (_apply_technique, lambda: [technique.UpdateStep()], technique.strip),
    "pruning": (
        _prune,
        lambda: [tfmot.sparsity.keras.UpdatePruningStep()],
        tfmot.sparsity.keras.strip_pruning,
    ),
    "clustering": (_cluster, list, _strip_clustering),
    # Its quantizers stay in the model: the converter reads their ranges.
    "qat": (_quantize, list, lambda model: model),
}
