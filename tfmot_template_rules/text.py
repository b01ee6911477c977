"""How free text gets into files of any format."""

import json
import re
from typing import Any


def jsonify(value: Any, indent: int = 4) -> str:
    """Returns a value as JSON; a text, so, as a literal of Python, TOML and YAML too.

    Cookiecutter's filter of this name escapes what is not ASCII, some characters as
    two halves, which TOML does not take. This one escapes the delimiters of the
    template's placeholders instead: a rendered file never looks unrendered.
    """
    text = json.dumps(value, sort_keys=True, indent=indent, ensure_ascii=False)
    return re.sub("<(?=[#%<])", r"\\u003c", text)
