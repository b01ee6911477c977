"""Trains the models that are compared."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.experiments.variants import Variant
from tfmot_technique_kit.keras_api import LEGACY, keras
from tfmot_technique_kit.project import Api
from tfmot_technique_kit.tasks.base import Data, Task


class NotApplicableError(UserError):
    """A technique cannot be applied to a model. The message says why."""


@contextlib.contextmanager
def loading_scope(api: Api) -> Iterator[None]:
    """A scope to make models from their configurations in, those of TFMOT with Keras 2."""
    with contextlib.ExitStack() as scopes:
        scopes.enter_context(api.scope())
        if LEGACY:
            import tensorflow_model_optimization as tfmot

            scopes.enter_context(tfmot.quantization.keras.quantize_scope())
        yield


def create_strategy(name: str) -> tf.distribute.Strategy | None:
    """Returns a distribution strategy, None for training on one device.

    Args:
        name: `none`, `mirrored` or `multiworker`. Without GPUs `mirrored` has a replica on each
            of two logical CPUs; `multiworker` reads `TF_CONFIG`.
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


def is_chief(strategy: tf.distribute.Strategy | None) -> bool:
    """Returns whether this process writes results: one worker does."""
    resolver = strategy and strategy.cluster_resolver
    jobs = resolver.cluster_spec().jobs if resolver else ()
    if "chief" in jobs:
        return resolver.task_type == "chief"
    return not jobs or resolver.task_id == 0


class Trainer:
    """Trains the models of one plan on the data of its task, by a strategy or on one device."""

    def __init__(
        self, plan: Plan, task: Task, data: Data, strategy: tf.distribute.Strategy | None = None
    ) -> None:
        self._plan = plan
        self._task = task
        self._data = data
        self._strategy = strategy
        self._stages = _stages(plan.project.api)
        self._batch_size = plan.config["training"]["batch_size"]
        self._steps_per_epoch = math.ceil(data.info["splits"]["train"] / self._batch_size)

    def train(
        self, variant: Variant, baseline: Sequence[np.ndarray] | None = None
    ) -> tuple[keras.Model, dict[str, Any]]:
        """Trains a model.

        Args:
            variant: Its conversion does not matter.
            baseline: The weights of the baseline. None to train it.

        Returns:
            The trained model without wrappers, and a dict with `steps`, `epochs`, `wall_s` and
            `cpu_s` (seconds).

        Raises:
            NotApplicableError: If a stage does not support the model.
            UserError: If the hyper-parameters do not fit each other.
        """
        keras.backend.clear_session()
        keras.utils.set_random_seed(self._plan.seed)
        wall, cpu = time.perf_counter(), time.process_time()
        options = self._plan.config["training"]
        strategy = self._strategy
        epochs = options["epochs" if baseline is None else "fine_tune_epochs"]
        with strategy.scope() if strategy else contextlib.nullcontext():
            model = self._task.build()
            if baseline is None:
                self._fit(model, epochs, options["learning_rate"])
            else:
                model.set_weights(baseline)
                model = self._fine_tune(model, variant, epochs)
        if strategy:  # A copy is used on one device, as all others are.
            trained = model
            with loading_scope(self._plan.project.api):
                model = keras.models.clone_model(trained)
            model.set_weights(trained.get_weights())
        return model, {
            "steps": epochs * self._steps_per_epoch,
            "epochs": epochs,
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
        }

    def _fine_tune(self, model: keras.Model, variant: Variant, epochs: int) -> keras.Model:
        rate = self._plan.config["training"]["fine_tune_learning_rate"]
        if not variant.stages:
            self._fit(model, epochs, rate)
            return model
        count = len(variant.stages)
        if epochs < count:
            raise NotApplicableError(
                f"{epochs} epochs are too few for the {count} stages of {variant.training}: raise "
                "training.fine_tune_epochs."
            )
        for i, name in enumerate(variant.stages):
            # Each stage has its part of the epochs, the last one what is left.
            part = epochs // count + (epochs % count if i == count - 1 else 0)
            stage = self._stages[name]
            schedule = self._schedule(part)
            # TFMOT has many types for "not supported". In the technique, others than
            # ValueError are mistakes.
            expected = ValueError if name == "technique" else Exception
            try:
                model = stage.apply(model, schedule, variant.level)
            except expected as error:
                reason = results.in_one_line(error, self._plan.project.root)
                raise NotApplicableError(f"{name}: {reason}") from error
            self._fit(model, part, rate, stage.callbacks())
            model = stage.strip(model)
        return model

    def _fit(
        self, model: keras.Model, epochs: int, learning_rate: float, callbacks: Sequence[Any] = ()
    ) -> None:
        count = self._data.info["splits"]["train"]
        batches = (
            self._data.train.shuffle(min(count, 10_000), seed=self._plan.seed)
            .batch(self._batch_size)
            .prefetch(2)
        )
        optimizer = keras.optimizers.Adam(learning_rate)
        # The first step would make its variables, and then be traced once more.
        optimizer.build(model.trainable_variables)
        model.compile(optimizer, self._task.loss())
        model.fit(batches, epochs=epochs, callbacks=list(callbacks), shuffle=False, verbose=0)

    def _schedule(self, epochs: int) -> Callable[[type, float], Any]:
        """Returns a function that makes a schedule of a class of TFMOT's form, up to a level.

        The level rises for the first 70 % of the steps; the weights get used to it in the rest.
        """
        frequency = self._plan.config["technique"]["update_frequency"]
        updates = int(0.7 * epochs * self._steps_per_epoch / frequency)
        if not updates:
            raise UserError(
                f"{epochs} epochs end before the technique is updated twice: lower "
                "technique.update_frequency or raise training.fine_tune_epochs."
            )
        return lambda cls, level: cls(0.0, level, 0, updates * frequency, frequency=frequency)


class _Stage(NamedTuple):
    """How a stage of a training changes a model."""

    apply: Callable[..., keras.Model]  # takes a model, a function that makes schedules, a level
    strip: Callable[[keras.Model], keras.Model]
    callbacks: Callable[[], list[Any]] = list


def _stages(api: Api) -> dict[str, _Stage]:
    technique = _Stage(
        lambda model, schedule, level: api.apply(
            model, schedule=schedule(api.PolynomialDecay, level), policy=api.SkipUnsupportedLayers()
        ),
        api.strip,
        lambda: [api.UpdateStep()],
    )
    return {"technique": technique, **(_tfmot_stages() if LEGACY else {})}


def _tfmot_stages() -> dict[str, _Stage]:
    # Importing it turns Keras 2 on.
    import tensorflow_model_optimization as tfmot

    sparsity = tfmot.sparsity.keras
    clustering = tfmot.clustering.keras

    def strip_clustering(model: keras.Model) -> keras.Model:
        stripped = clustering.strip_clustering(model)
        for layer in stripped._flatten_layers():
            if isinstance(layer, keras.layers.MultiHeadAttention):
                _restore_kernels(layer)
        return stripped

    return {
        "pruning": _Stage(
            lambda model, schedule, _: sparsity.prune_low_magnitude(
                model, schedule(sparsity.PolynomialDecay, 0.5)
            ),
            sparsity.strip_pruning,
            lambda: [sparsity.UpdatePruningStep()],
        ),
        "clustering": _Stage(
            lambda model, *_: clustering.cluster_weights(
                model,
                number_of_clusters=16,
                # Others fail on weights with fewer values than clusters.
                cluster_centroids_init=clustering.CentroidInitialization.LINEAR,
                preserve_sparsity=True,
            ),
            strip_clustering,
        ),
        # Its quantizers stay in the model: the converter reads their ranges.
        "qat": _Stage(
            lambda model, *_: tfmot.quantization.keras.quantize_model(model), lambda model: model
        ),
    }


def _restore_kernels(attention: keras.layers.Layer) -> None:
    """Puts kernels back where files are loaded to.

    TFMOT leaves them as attributes of the layer itself, with names such as `_query_dense.kernel`.
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
