"""Fills in the template's notebooks.

They are real notebooks. What Jinja would put into one of their JSON strings would have to be
escaped, and template and result would not be the same kind of file; so they are rendered cell
by cell.
"""

import html
import json
from collections.abc import Callable, Mapping
from typing import Any

import jinja2

from tfmot_template_rules import text
from tfmot_template_rules.asking import RefusedError

Context = Mapping[str, Any]


def fill(source: str, name: str, context: Context, loader: Any, syntax: Mapping[str, Any]) -> str:
    """Renders the placeholders in a notebook.

    The result is written the way TensorFlow's `nbfmt` wants it: format 4.0, cell ids
    in the metadata, sorted keys. A cell of which nothing is left is dropped.

    Args:
        source: The notebook.
        name: What to call it in an error.
        context: The answers and derived names.
        loader: Jinja's, finds the files that cells import and include.
        syntax: What placeholders look like.

    Raises:
        RefusedError: If a placeholder cannot be rendered.
    """
    import nbformat  # takes as long as all the rest of Cookiecutter's imports

    notebook = nbformat.reads(source, as_version=nbformat.NO_CONVERT)
    code = _environment(loader, syntax, str)
    prose = _environment(loader, syntax, _escaped)
    notebook.metadata = _rendered(notebook.metadata, code, context)
    for number, cell in enumerate(notebook.cells, start=1):
        try:
            environment = code if cell.cell_type == "code" else prose
            cell.source = _rendered(cell.source, environment, context).strip("\n")
        except jinja2.TemplateError as error:
            raise RefusedError(f"ERROR: {name}: cell {number}: {error}") from error
        cell_id = cell.pop("id", None)
        if cell_id:
            cell.metadata.setdefault("id", cell_id)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    notebook.nbformat_minor = 0
    content = json.loads(nbformat.writes(notebook, version=nbformat.NO_CONVERT))
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _environment(
    loader: Any, syntax: Mapping[str, Any], finalize: Callable[[Any], str]
) -> jinja2.Environment:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        loader=loader,
        finalize=finalize,
        **syntax,
    )
    environment.filters["jsonify"] = environment.filters["pystring"] = text.jsonify
    return environment


def _escaped(value: Any) -> str:
    """Escapes answers: they are no markup, and do not look like placeholders later.

    The template's own texts are marked with the filter `safe`.
    """
    return str(value) if hasattr(value, "__html__") else html.escape(str(value), quote=False)


def _rendered(value: Any, environment: jinja2.Environment, context: Context) -> Any:
    """Renders a text, or all texts in a notebook's metadata."""
    if isinstance(value, str):
        return environment.from_string(value).render(cookiecutter=context)
    if isinstance(value, dict):
        items = ((k, _rendered(v, environment, context)) for k, v in value.items())
        return type(value)(items)
    if isinstance(value, list):
        return [_rendered(item, environment, context) for item in value]
    return value
