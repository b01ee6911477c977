"""Renders what the template contains, and leaves alone what people answered.

Cookiecutter passes every answer that was not typed at a prompt (the command line,
the user's configuration) through Jinja, so `author_name='<<7*7>>'` would come out as
49 and `'a << b'` as a traceback. `TemplateOnly` stands in for the environment's
`from_string` and renders a text only if the template itself contains it: a default in
cookiecutter.json, a hook, or the path of a file.
"""

import functools
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template, UndefinedError

from tfmot_template_rules import kit, layout, notebooks, parsing
from tfmot_template_rules.asking import RefusedError

Context = dict[str, Any]

# Set here and not by `_jinja2_env_vars` in cookiecutter.json: what is not in there cannot be
# changed by the user's configuration or on the command line.
SYNTAX = {
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "block_start_string": "<%",
    "block_end_string": "%>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
    "trim_blocks": True,
    "lstrip_blocks": True,
}

_LICENCE = "license_header.txt"
_LICENCE_TAG = f"<% include '{_LICENCE}' %>\n"


@dataclass(frozen=True)
class _Text:
    """A template of which only the end is rendered, if that."""

    literal: str
    source: str = ""
    compile: Callable[[str], Template] | None = None
    check: Callable[[Context], None] | None = None

    def render(self, **context: Any) -> str:
        """Returns the text; called by Cookiecutter in place of a Jinja template's."""
        if self.check:  # before the rest is compiled, with settings that may not be ours
            for name in context.keys() - {"cookiecutter", "_cookiecutter"}:
                raise RefusedError(f"ERROR: {name!a} is no answer; answer again without --replay")
            self.check(context["cookiecutter"])
        return self.literal + (self.compile(self.source).render(context) if self.compile else "")


@dataclass(frozen=True)
class _Plain:
    """The template of a file that names alone are put into, and the licence header."""

    header: Template | None
    body: str
    names: re.Pattern[str]

    def render(self, **context: Any) -> str:
        """Returns the text; called by Cookiecutter in place of a Jinja template's."""
        answers = context["cookiecutter"]

        def value(found: re.Match[str]) -> str:
            if found[1] not in answers:
                raise UndefinedError(f"there is no answer or name {found[1]}")
            return str(answers[found[1]])

        header = self.header.render(context) if self.header else ""
        return header + self.names.sub(value, self.body)


@dataclass(frozen=True)
class _Notebook:
    """The template of a notebook."""

    source: str
    name: str
    environment: Environment  # gets its loader later

    def render(self, **context: Any) -> str:
        """Returns the text; called by Cookiecutter in place of a Jinja template's."""
        answers, loader = context["cookiecutter"], self.environment.loader
        return notebooks.fill(self.source, self.name, answers, loader, SYNTAX)


@dataclass(frozen=True)
class _File:
    """The template of a file that names or answers are put into.

    Its lines depend on the names' lengths, and it is parsed before it is written.
    """

    name: str
    source: str
    rendered: Template | _Plain | _Notebook

    def render(self, **context: Any) -> str:
        """Returns the text; called by Cookiecutter in place of a Jinja template's."""
        text = self.rendered.render(**context)
        lay_out = _LAYOUTS.get(Path(self.name).suffix)
        if lay_out:
            text = lay_out(text, self.source)
        parsing.check(text, self.name)
        return text


_LAYOUTS = {".py": layout.python, ".md": layout.markdown}


def laid_out(environment: Environment) -> Callable[..., Template | _Plain | _File]:
    """Returns a stand-in for `get_template`, which Cookiecutter calls for each file.

    Most files have no more than names in them and the licence header at the top. They
    are put together without being compiled, which takes Jinja longer than all the rest.
    """
    get_template = environment.get_template
    starts = _starts(environment)
    variable = environment.variable_start_string, environment.variable_end_string
    names = re.compile(r"{} *cookiecutter\.(\w+) *{}".format(*map(re.escape, variable)))

    def get(name: str, parent: str | None = None, *arguments: Any) -> Template | _Plain | _File:
        if parent:
            return get_template(name, parent, *arguments)
        source, *_ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        if Path(name).suffix == ".ipynb":
            return _File(name, source, _Notebook(source, name, environment))
        body = source.removeprefix(_LICENCE_TAG)
        rest = names.sub("", body)
        if any(start in rest for start in starts):
            return _File(name, source, get_template(name, parent, *arguments))
        header = get_template(_LICENCE) if body != source else None
        template = _Plain(header, body, names)
        # Without a name it is the template's own, and most files are.
        return template if rest == body else _File(name, source, template)

    return get


class TemplateOnly:
    """A stand-in for `jinja2.Environment.from_string`."""

    def __init__(
        self, environment: Environment, root: Path, check: Callable[[Context], None]
    ) -> None:
        """Takes over the compilation of the environment's string templates.

        Args:
            environment: The environment, whose `from_string` is kept for later.
            root: The template's folder.
            check: Called with the answers just before the project's folder is made,
                the last moment at which an exception leaves nothing behind.
        """
        # Set up here because an update of a project of 0.3.0 or before goes on with the
        # extension of that version, which sets up what it knew.
        for name, value in SYNTAX.items():
            setattr(environment, name, value)
        requirement = functools.partial(kit.requirement, root=root, place=Path.cwd())
        environment.filters["kit_requirement"] = requirement
        self._starts = _starts(environment)
        self._compile = environment.from_string
        self._root = root
        self._check = check

    def __call__(self, source: str) -> _Text:
        """Returns a template that renders the source, or that yields it as it is."""
        if not any(start in source for start in self._starts):
            return _Text(source)
        project, paths = self._paths
        if source == project:
            return _Text("", source, self._compile, self._check)
        if source in paths or source in self._defaults or source in self._hooks:
            return _Text("", source, self._compile)
        # Cookiecutter passes folders with the place they are made in before them.
        place, dot, path = source.rpartition(f"{os.sep}.{os.sep}")
        if path in paths:
            return _Text(place + dot, path, self._compile)
        return _Text(source)

    @functools.cached_property
    def _paths(self) -> tuple[str, set[str]]:
        """Returns the project folder's name, and the paths in it."""
        start, *_ = self._starts
        [project] = (
            folder
            for folder in self._root.iterdir()
            if start in folder.name and "cookiecutter" in folder.name
        )
        inside = project.rglob(f"*{start}*")
        below = (path for folder in inside for path in (folder, *folder.rglob("*")))
        return project.name, {str(path.relative_to(project)) for path in below}

    @functools.cached_property
    def _defaults(self) -> set[str]:
        """Returns the texts in cookiecutter.json."""
        text = (self._root / "cookiecutter.json").read_text(encoding="utf-8")
        return set(_leaves(json.loads(text)))

    @functools.cached_property
    def _hooks(self) -> set[str]:
        """Returns the contents of the hooks."""
        hooks = (self._root / "hooks").glob("*.py")
        return {hook.read_text(encoding="utf-8") for hook in hooks}


def _starts(environment: Environment) -> tuple[str, ...]:
    """Returns what a placeholder, a block and a comment begin with."""
    return (
        environment.variable_start_string,
        environment.block_start_string,
        environment.comment_start_string,
    )


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
