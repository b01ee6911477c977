"""What the template's Jinja extension sets up: filters and safeguards.

`tfmot_template_ext.py` imports this module again for each version of the template.

Templates use these filters:
    valid: `<< cookiecutter | valid('verb') >>` validates the answer to a prompt.
    suggest: `<< cookiecutter | suggest('verb') >>` gives a prompt's default.
    derive: `<< cookiecutter | derive('entry') >>` gives a derived name.
    jsonify, pystring: Give any text as a literal of Python, TOML, YAML and JSON.
    kit_requirement: `<< cookiecutter | kit_requirement >>` says where pip gets the kit from
        (`rendering` sets it up).
"""

import importlib.util
from pathlib import Path
from typing import Any

from jinja2 import Environment

from tfmot_template_rules import names, place, rendering, text
from tfmot_template_rules.asking import Asker, RefusedError, refuse_names_from_outside


def install(environment: Environment, root: Path) -> None:
    """Sets up an environment of Cookiecutter's.

    Args:
        environment: The environment, before it renders anything.
        root: The template's folder.
    """
    refuse_names_from_outside()
    _require_nbformat()
    asker = Asker(root)
    environment.filters["valid"] = asker.valid
    environment.filters["suggest"] = names.suggest
    environment.filters["derive"] = names.derive
    environment.filters["jsonify"] = environment.filters["pystring"] = text.jsonify

    def before_writing(context: dict[str, Any]) -> None:
        asker.check_all(context)
        place.check(context, root)
        place.guard(context, environment)

    guard = rendering.TemplateOnly(environment, root, before_writing)
    environment.from_string = guard  # type: ignore[method-assign]
    environment.get_template = rendering.laid_out(environment)  # type: ignore[method-assign]


def _require_nbformat() -> None:
    """Stops before anything is asked or written if notebooks could not be filled in."""
    if importlib.util.find_spec("nbformat") is None:
        raise RefusedError(
            "ERROR: nbformat is missing; add it with: pip install nbformat, or "
            "pipx inject cookiecutter nbformat, or uvx --with nbformat cookiecutter ..."
        )
