"""The Jinja extension that Cookiecutter loads: validation, naming, literal answers.

It is named in cookiecutter.json and gives the filters that are used there and in the
template's files. The rules themselves lie in `tfmot_template_rules`.
"""

import importlib
import importlib.util
import json
import shlex
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import ModuleType
from typing import Any

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.ext import Extension
from rich.markup import escape
from rich.prompt import Prompt

_RULES = "tfmot_template_rules"

Answers = MutableMapping[str, Any]


class RefusedError(FailedHookException, SystemExit):
    """An answer is not valid; the message says so in one line.

    Cookiecutter's command prints it because of the one base class. cruft would print a
    traceback, if Python did not print the message of the other itself.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = message  # printed to stderr, with exit status 1


class TechniqueExtension(Extension):
    """Filters and safeguards for the template of a technique.

    Filters:
        valid: `<< cookiecutter | valid('verb') >>` validates the answer to a prompt.
        suggest: `<< cookiecutter | suggest('verb') >>` gives a prompt's default.
        derive: `<< cookiecutter | derive('entry') >>` gives a derived name.
        jsonify, pystring: Give any text as a literal of Python, TOML, YAML and JSON.

    Globals:
        template_root: The template's folder. Only hooks use it: it is a path of this
            machine and must not get into the generated files.
    """

    def __init__(self, environment: Environment) -> None:
        """Sets up a Jinja environment of Cookiecutter's."""
        super().__init__(environment)
        _require_nbformat()
        root = _template_root()
        answers, names, rendering, text = _load_rules(root)
        asker = _Asker(answers, root)
        environment.filters["valid"] = asker.valid
        environment.filters["suggest"] = names.suggest
        environment.filters["derive"] = names.derive
        environment.filters["jsonify"] = environment.filters["pystring"] = text.jsonify
        environment.globals["template_root"] = str(root)
        guard = rendering.TemplateOnly(environment, root, asker.check_all)
        environment.from_string = guard  # type: ignore[method-assign]
        environment.get_template = rendering.laid_out(environment)  # type: ignore[method-assign]


class _Asker:
    """Validates answers; asks again where somebody is there to be asked."""

    def __init__(self, answers: ModuleType, root: Path) -> None:
        self._rules = answers
        self._root = root

    def valid(self, given: Answers, key: str) -> str:
        """Validates the answer to a prompt and puts its usual form in place of it.

        Args:
            given: The answers so far. Cookiecutter goes on with this same object, so
                later defaults see the corrected answer.
            key: The prompt.

        Returns:
            "ok".

        Raises:
            RefusedError: If the answer is not valid and nobody can be asked.
                Cookiecutter prints its message and exits with status 1.
        """
        value = self._rules.clean(key, given.get(key))
        while problem := self._rules.find_problem(key, value, given):
            if not _somebody_is_there():
                raise RefusedError(
                    f"ERROR: {key} {problem.reason}; "
                    f"pass another, for example {key}={shlex.quote(problem.example)}"
                )
            message = f"        {problem.reason}; try again, for example {problem.example}"
            value = self._rules.clean(key, Prompt.ask(escape(message)))
        given[key] = value
        return "ok"

    def check_all(self, given: Answers) -> None:
        """Validates all answers once more: `--replay` comes without prompts.

        Raises:
            RefusedError: If an answer is not valid, or the answers were saved
                by another version of the template.
        """
        text = (self._root / "cookiecutter.json").read_text(encoding="utf-8")
        version = json.loads(text)["_template_version"]
        if given.get("_template_version") != version:
            raise RefusedError(
                f"ERROR: these answers are not from version {version} of the template; "
                "answer again without --replay, or run cruft update in the project"
            )
        for key in self._rules.PROMPTS:
            problem = self._rules.find_problem(key, given.get(key), given)
            if problem:
                raise RefusedError(f"ERROR: {key} {problem.reason}")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and not {"--no-input", "-y"} & set(sys.argv)


def _require_nbformat() -> None:
    """Stops before anything is asked or written if the post hook could not run."""
    if importlib.util.find_spec("nbformat") is None:
        raise RefusedError(
            "ERROR: nbformat is missing; add it with: pip install nbformat, or "
            "pipx inject cookiecutter nbformat, or uvx --with nbformat cookiecutter ..."
        )


def _template_root() -> Path:
    """Returns the folder of the template that is being rendered.

    Python imports this module once, but a process can render several copies of the
    template (`cruft` clones it anew for each command). Cookiecutter and cruft append
    the copy that they are at to the module search path.
    """
    for entry in reversed(sys.path):
        folder = Path(entry).resolve()
        if (folder / _RULES).is_dir() and (folder / "cookiecutter.json").is_file():
            return folder
    return Path(__file__).resolve().parent


_loaded: dict[str, object] = {}


def _load_rules(root: Path) -> list[ModuleType]:
    """Imports the rules that lie in a template's folder, as they are now.

    `cruft update` renders the old version of a template and then the new one in one
    process, from one folder. Python would go on with the old one's modules.
    """
    files = sorted((root / _RULES).glob("*.py"))
    stamp = [(file, file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    if _loaded.get("stamp") != stamp:
        for name in [name for name in sys.modules if name.split(".")[0] == _RULES]:
            del sys.modules[name]
        importlib.invalidate_caches()
        writes_bytecode = sys.dont_write_bytecode
        sys.dont_write_bytecode = True  # leaves no files in the user's copy
        sys.path.insert(0, str(root))
        try:
            modules = [
                importlib.import_module(f"{_RULES}.{name}")
                for name in ("answers", "names", "rendering", "text")
            ]
        finally:
            sys.path.remove(str(root))
            sys.dont_write_bytecode = writes_bytecode
        _loaded.update(stamp=stamp, modules=modules)
    return _loaded["modules"]  # type: ignore[return-value]
