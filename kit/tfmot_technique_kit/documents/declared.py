"""Reads what the technique declares of itself, without running it.

The algorithm class declares what it does, in its docstrings, its target and the paper that it
cites; contribution.toml has the summary. Documents show these in place of sentences of their
own, so that they stay true when the algorithm changes.
"""

import ast
import re
from collections.abc import Callable, Collection
from pathlib import Path

from tfmot_technique_kit import markdown
from tfmot_technique_kit.documents import api
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import BACKENDS

# Where the result of an algorithm goes, by the class of its target in `target.py`.
_TARGETS = {
    "Weight": "the result replaces the weight in each training step, before the layer computes; "
    "wrapped inference computes what the original layer does",
    "WeightOnUpdate": "the result replaces the weight after each update; other training steps, and "
    "wrapped inference, compute what the original layer does",
    "WeightInForward": "the layer computes with the result, in training and in inference, while "
    "the optimizer trains the weight behind it",
    "Output": "the result replaces the output of the layer, in training and in inference",
}
_SETTINGS = {"tf_keras": "Keras 2", **BACKENDS}
# The bullets about methods, in the order in which they are called.
_METHODS = {
    "accepts": "Layers",
    "create_state": "State",
    "update_state": "Update",
    "apply": "Result",
    "replace": "Stripping",
    "summarize": "Report",
}
_SOURCE = re.compile(r"^(Sources?:) ")
_ADDRESS = re.compile(r"(?<![<(\w])(https?://([^\s),;]*[^\s),;.]))")


def render(project: Project, document: Path, names: Collection[str]) -> dict[str, str]:
    """Returns what a document shows, Markdown by the names of the blocks.

    Args:
        project: The project.
        document: The page that it is for, from which links lead to the code.
        names: The names of its blocks. Those that are not declared are left out.

    Raises:
        UserError: If a symbol that is imported is not in its module, or the algorithm class is
            not there or says nothing of itself.
    """
    makers: dict[str, Callable[[], str]] = {
        "api": lambda: api.render(project, document),
        "summary": lambda: project.technique.summary,
        "method": lambda: "\n\n".join(_method(_class(project))),
        "algorithm": lambda: "\n".join(_bullets(_class(project))),
        "settings": lambda: _settings(project),
    }
    return {name: make() for name, make in makers.items() if name in names}


def _settings(project: Project) -> str:
    """Returns a table of what does not hold in each setting, which `test_settings.py` has."""
    path = project.root / project.technique.package / "keras" / "test_settings.py"
    node = next(
        node.value
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEEDS"
    )
    rows = [(what, _where(names.split())) for what, names in ast.literal_eval(node).values()]
    return markdown.table(("what", "where it works"), rows)


def _where(settings: list[str]) -> str:
    first, *backends = (_SETTINGS[name] for name in settings)
    return f"{first}, and Keras 3 on {' and '.join(backends)}" if backends else first


def _class(project: Project) -> ast.ClassDef:
    name = project.manifest.roles.algorithm
    symbol = api.exports(project).get(name)
    if symbol is None:
        raise UserError(f"__init__.py does not import {name}, which contribution.toml names.")
    node = api.defined(name, symbol)
    if not isinstance(node, ast.ClassDef) or not api.first_sentence(node):
        raise UserError(
            f"{symbol.path.name}: the class {name} has no docstring; say in it what the "
            "algorithm does, and cite the paper after `Source:`."
        )
    return node


def _method(node: ast.ClassDef) -> list[str]:
    """Returns paragraphs: the first sentence of the class, and that which cites the paper."""
    paragraphs = (" ".join(part.split()) for part in (ast.get_docstring(node) or "").split("\n\n"))
    cited = [_SOURCE.sub(r"**\1** ", part) for part in paragraphs if _SOURCE.match(part)]
    sources = [_ADDRESS.sub(r"[\2](\1)", part) for part in cited]
    return [f"**Algorithm:** {api.first_sentence(node)}", *sources]


def _bullets(node: ast.ClassDef) -> list[str]:
    first, *sources = _method(node)
    described = {
        method.name: api.first_sentence(method)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and api.is_shown(method)
    }
    methods = [f"**{_METHODS[n]}:** {described[n]}" for n in _METHODS if n in described]
    target = _target(node)
    where = f"; {_TARGETS[target]}" if target in _TARGETS else ""
    parts = (first, *methods, f"**Target:** `{target}`{where}.", *sources)
    return [f"*   {part}" for part in parts]


def _target(node: ast.ClassDef) -> str:
    """Returns the name of the class of the target; without one it is that of the base class."""
    for part in node.body:
        match part:
            case ast.Assign(
                [ast.Name("target")], ast.Call(ast.Attribute(attr=name) | ast.Name(name))
            ):
                return name
    return "Weight"
