"""Libraries that only some need: the extras of the kit."""

import importlib

from tfmot_technique_kit.errors import UserError


def require(library: str, what: str, extra: str = "datasets") -> None:
    """Imports a library; raises UserError, with what to install for what, if it is missing."""
    try:
        importlib.import_module(library)
    except ImportError as error:
        raise UserError(f"{what}: pip install 'tfmot-technique-kit[{extra}]' ({error}).") from error
