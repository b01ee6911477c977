"""Which models are compared: how each is trained, and how it is converted.

A training has a name made of its stages, `technique_qat` for one: after the
baseline the technique, then quantization-aware training. All trainings but the
baseline start from its weights and have the same number of epochs, which the
stages share. `control` is the baseline trained on for as long: what the
technique has to be compared with. `technique@0.5` sets the level.

A variant is a training with a conversion to TensorFlow Lite: `technique` is
float, `technique+dynamic` has 8-bit weights, `technique+int8` 8-bit
activations, too.
"""

import dataclasses
import re

STAGES = ("technique", "pruning", "clustering", "qat")
CONVERSIONS = ("float", "dynamic", "int8")
BASELINE = "baseline"
CONTROL = "control"

_NAME = re.compile(r"(?P<stages>[a-z_]+)(@(?P<level>0(\.\d+)?))?(\+(?P<conversion>dynamic|int8))?")


@dataclasses.dataclass(frozen=True)
class Variant:
    """One model that is deployed and measured.

    Attributes:
        training: Name of the training, with the level if there is one.
        stages: Tuple of what follows the baseline, of `STAGES`. Empty for the
            baseline and the control.
        level: Float, the level of the technique. None without it.
        conversion: One of `CONVERSIONS`.
    """

    training: str
    stages: tuple
    level: float | None
    conversion: str

    @property
    def name(self):
        """Name of the variant, such as `technique@0.5+int8`."""
        suffix = "" if self.conversion == "float" else f"+{self.conversion}"
        return self.training + suffix

    @property
    def combination(self):
        """What the technique is combined with, such as `pruning`, or None."""
        others = [stage for stage in self.stages if stage != "technique"]
        return "_".join(others) or None


def model_file(training) -> str:
    """Returns the name of the file that a trained model is kept in.

    It is HDF5 for TFMOT's quantized layers, which `.keras` files do not load.

    Args:
        training: Name of the training, such as `technique_qat@0.8`.
    """
    stages = training.partition("@")[0].split("_")
    return "model.h5" if "qat" in stages else "model.keras"


def parse(name, levels):
    """Reads the name of a variant.

    Args:
        name: String, such as `technique@0.5+int8`.
        levels: List of the levels of the technique; the last one is the default.

    Returns:
        A `Variant`.

    Raises:
        ValueError: If there is no such variant.
    """
    match = _NAME.fullmatch(name)
    stages = match["stages"].split("_") if match else []
    is_plain = stages in ([BASELINE], [CONTROL])
    if not is_plain and not (stages and set(stages) <= set(STAGES)):
        raise ValueError(
            f"There is no variant {name!r}. Its name is `baseline`, `control`, or "
            f"some of {', '.join(STAGES)} joined by `_`, then if you like a level as "
            "in `technique@0.5`, then a conversion, `+dynamic` or `+int8`."
        )
    stages = () if is_plain else tuple(stages)
    if match["level"] and "technique" not in stages:
        raise ValueError(f"The variant {name!r} has no technique to set a level of.")
    level = float(match["level"] or levels[-1]) if "technique" in stages else None
    training = match["stages"] if level is None else f"{match['stages']}@{level:g}"
    conversion = match["conversion"] or "float"
    if "qat" in stages:
        conversion = "int8"  # What it was trained for.
    return Variant(training, stages, level, conversion)


def expand(trainings, levels):
    """Lists all variants of some trainings: each level, each conversion.

    Args:
        trainings: List of names of trainings. `technique` alone stands for one
            training per level; combinations have the last level.
        levels: List of floats.

    Returns:
        A list of `Variant`, without duplicates, the baseline first.
    """
    names = [BASELINE]
    for training in trainings:
        if training == "technique":
            names += [f"technique@{level:g}" for level in levels]
        else:
            names.append(training)
    variants = [
        parse(name if conversion == "float" else f"{name}+{conversion}", levels)
        for name in names
        for conversion in CONVERSIONS
    ]
    return list(dict.fromkeys(variants))
