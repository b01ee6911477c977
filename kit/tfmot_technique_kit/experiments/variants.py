"""Which models are compared: how each is trained, and how it is converted.

A training has a name made of its stages, `technique_qat` for one: after the baseline the technique,
then quantization-aware training. All trainings but the baseline start from its weights and have the
same number of epochs, which the stages share. `control` is the baseline trained on for as long:
what the technique has to be compared with. `technique@0.5` sets the level.

A variant is a training with a conversion to TensorFlow Lite: `technique` is float,
`technique+dynamic` has 8-bit weights, `technique+int8` 8-bit activations, too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tfmot_technique_kit.errors import UserError

STAGES = ("technique", "pruning", "clustering", "qat")
CONVERSIONS = ("float", "dynamic", "int8")
KERAS_2_ALONE = "TFMOT's pruning, clustering and qat work with Keras 2 alone"
BASELINE = "baseline"
CONTROL = "control"

_NAME = re.compile(r"(?P<stages>[a-z_]+)(@(?P<level>0(\.\d+)?))?(\+(?P<conversion>dynamic|int8))?")


@dataclass(frozen=True)
class Variant:
    """One model that is deployed and measured."""

    training: str  # its name, with the level if there is one
    stages: tuple[str, ...]  # what follows the baseline, of `STAGES`; none for the control
    level: float | None  # of the technique; None without it
    conversion: str  # one of `CONVERSIONS`

    @property
    def name(self) -> str:
        """Name of the variant, such as `technique@0.5+int8`."""
        suffix = "" if self.conversion == "float" else f"+{self.conversion}"
        return self.training + suffix

    @property
    def combination(self) -> str | None:
        """What the technique is combined with, such as `pruning`, or None."""
        others = [stage for stage in self.stages if stage != "technique"]
        return "_".join(others) or None


def model_file(training: str) -> str:
    """Returns the name of the file that a model of a training, such as `qat`, is kept in.

    The format is HDF5 for TFMOT's quantized layers, which `.keras` files do not load.
    """
    return "model.h5" if "qat" in training else "model.keras"


def tflite_file(conversion: str) -> str:
    """Returns the name of the file that a converted model is kept in."""
    return f"model_{conversion}.tflite"


def parse(name: str, levels: Sequence[float]) -> Variant:
    """Reads the name of a variant, such as `technique@0.5+int8`. The last level is the default.

    Raises:
        UserError: If there is no such variant.
    """
    match = _NAME.fullmatch(name)
    stages = match["stages"].split("_") if match else []
    is_plain = stages in ([BASELINE], [CONTROL])
    if not is_plain and not (stages and set(stages) <= set(STAGES)):
        raise UserError(
            f"There is no variant {name!r}. Its name is `baseline`, `control`, or "
            f"some of {', '.join(STAGES)} joined by `_`, then if you like a level as "
            "in `technique@0.5`, then a conversion, `+dynamic` or `+int8`."
        )
    stages = () if is_plain else tuple(stages)
    if match["level"] and "technique" not in stages:
        raise UserError(f"The variant {name!r} has no technique to set a level of.")
    level = float(match["level"] or levels[-1]) if "technique" in stages else None
    training = match["stages"] if level is None else f"{match['stages']}@{level:g}"
    conversion = match["conversion"] or "float"
    if "qat" in stages:
        conversion = "int8"  # What it was trained for.
    return Variant(training, stages, level, conversion)


def expand(trainings: Sequence[str], levels: Sequence[float]) -> list[Variant]:
    """Lists all variants of some trainings: each level, each conversion, the baseline first.

    `technique` alone stands for one training per level; combinations have the last level.
    """
    each_level = [f"technique@{level:g}" for level in levels]
    suffixes = ["" if conversion == "float" else f"+{conversion}" for conversion in CONVERSIONS]
    variants = [
        parse(name + suffix, levels)
        for training in (BASELINE, *trainings)
        for name in (each_level if training == "technique" else [training])
        for suffix in suffixes
    ]
    return list(dict.fromkeys(variants))
