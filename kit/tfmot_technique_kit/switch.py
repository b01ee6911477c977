"""Which Keras runs, and on which backend: the variables of TensorFlow and Keras that say so."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
LEGACY = "TF_USE_LEGACY_KERAS"
BACKEND = "KERAS_BACKEND"


class Switch(NamedTuple):
    """A setting that runs can have. The default is the one that TFMOT itself works with."""

    keras: int = 2  # 2 for `tf_keras`, or 3.
    backend: str = "tensorflow"  # A key of `BACKENDS`; Keras 2 has TensorFlow alone.

    @classmethod
    def of(cls, run: Mapping[str, Any]) -> "Switch":
        """Returns the setting of a run. Those of earlier versions name none: they have Keras 2."""
        return cls(**{name: run[name] for name in cls._fields if name in run})

    @classmethod
    def chosen(cls, variables: Mapping[str, str] = os.environ) -> "Switch":
        """Returns the setting of a program with these variables, which a technique follows."""
        if variables.get(LEGACY) in ("1", "true", "True"):  # as TensorFlow reads it
            return cls()
        return cls(3, variables.get(BACKEND) or "tensorflow")

    @property
    def title(self) -> str:
        """The setting in words, such as `Keras 3, JAX`."""
        return f"Keras {self.keras}" + f", {BACKENDS[self.backend]}" * (self.keras > 2)

    @property
    def parts(self) -> tuple[str, ...]:
        """What the setting adds to the parts of a file name: nothing for the default."""
        return () if self == DEFAULT else (f"keras{self.keras}-{self.backend}",)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that turn it on, before anything imports Keras."""
        return {LEGACY: str(int(self.keras == 2)), BACKEND: self.backend}


DEFAULT = Switch()
ALL = (DEFAULT, *(Switch(3, backend) for backend in BACKENDS))


def set_default() -> None:
    """Turns the default on where nothing else is set. Do it before a technique is imported."""
    for name, value in DEFAULT.variables.items():
        os.environ.setdefault(name, value)


def is_legacy() -> bool:
    """Returns whether this process works with Keras 2, as it does unless it is told otherwise."""
    return Switch.chosen(DEFAULT.variables | os.environ).keras == 2
