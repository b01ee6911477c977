"""Renames the technique in text: comments, docstrings, documents, notebooks."""

import re

_TFMOT = "import tensorflow_model_optimization as tfmot"


def rewrite(text, names):
    """Returns a text in which the technique is called as in TFMOT.

    What it shows of code keeps working: imports become those of TFMOT, and pip
    installs that.

    Args:
        text: The text.
        names: The Names.
    """
    package, public = re.escape(names.package), names.public
    text = _with_imports(text, names)
    for here, there in names.paths.items():
        text = re.sub(rf"(?<![\w/.-]){re.escape(here)}(?![\w/-])", there, text)
    text = re.sub(rf"\b{package}/keras\b", names.core, text)
    text = re.sub(rf"\b{package}\b", public, text)
    here = rf"(git\+{re.escape(names.repository)}\S*|\b{names.distribution}\b)"
    quoted = rf"['\"]?{here}(\[[\w,-]*\])?['\"]?"
    return re.sub(quoted, "tensorflow-model-optimization", text)


def _with_imports(text, names):
    keras = f"{names.public}.keras"
    package = re.escape(names.package)
    has_tfmot = _TFMOT in text
    added = []

    def replaced(match):
        indent, name = match["indent"], match["name"]
        alias = match["alias"] or name
        path = keras if match["module"] is None else f"{keras}.{name}"
        lines = [] if has_tfmot or added else [indent + _TFMOT]
        added.append(alias)
        return "\n".join([*lines, f"{indent}{alias} = {path}"])

    return re.sub(
        rf"^(?P<indent>[ \t]*)from {package}(?P<module>\.keras)? import "
        r"(?P<name>\w+)(?: as (?P<alias>\w+))?$",
        replaced,
        text,
        flags=re.MULTILINE,
    )
