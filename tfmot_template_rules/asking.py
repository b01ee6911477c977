"""Validates answers; asks again where somebody is there to be asked."""

import json
import shlex
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from traceback import walk_stack
from typing import Any

from cookiecutter.exceptions import FailedHookException
from rich.markup import escape
from rich.prompt import Prompt

from tfmot_template_rules import answers as rules
from tfmot_template_rules import names

Answers = MutableMapping[str, Any]

# What Cookiecutter and cruft say themselves, whatever else came under such a name.
_OF_THE_TOOLS = {"_template", "_output_dir", "_repo_dir", "_checkout", "_commit"}


class RefusedError(FailedHookException, SystemExit):
    """Nothing is generated; the message says why in one line.

    Cookiecutter's command prints it because of the one base class. cruft would print a
    traceback, if Python did not print the message of the other itself.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = message  # printed to stderr, with exit status 1


class Asker:
    """Validates answers; asks again where somebody is there to be asked."""

    def __init__(self, root: Path) -> None:
        """Validates the answers to the prompts of the template in a folder."""
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
        value = rules.clean(key, given.get(key))
        while problem := rules.find_problem(key, value, given):
            if not _somebody_is_there():
                raise RefusedError(
                    f"ERROR: {key} {problem.reason}; "
                    f"pass another, for example {key}={shlex.quote(problem.example)}"
                )
            message = f"        {problem.reason}; try again, for example {problem.example}"
            value = rules.clean(key, Prompt.ask(escape(message)))
        given[key] = value
        return "ok"

    def check_all(self, given: Answers) -> None:
        """Validates all answers once more: `--replay` comes without prompts.

        What is not an answer is computed again, and has to be the same.

        Raises:
            RefusedError: If an answer is not valid, if something else is not the
                template's, or if the answers were saved by another version of it.
        """
        text = (self._root / "cookiecutter.json").read_text(encoding="utf-8")
        template = json.loads(text)
        version = template["_template_version"]
        if given.get("_template_version") != version:
            raise RefusedError(
                f"ERROR: these answers are not from version {version} of the template; "
                "answer again without --replay, or run cruft update in the project"
            )
        for key in rules.PROMPTS:
            problem = rules.find_problem(key, given.get(key), given)
            if problem:
                raise RefusedError(f"ERROR: {key} {problem.reason}")
        del template["__prompts__"]  # as Cookiecutter does when it has asked
        found = {key: given[key] for key in given.keys() - _OF_THE_TOOLS if key[:1] == "_"}
        right = {key: _right(key, template, given) for key in template if key[0] == "_"}
        for key in sorted(found.keys() | right.keys()):
            if found.get(key, ...) != right.get(key, ...):
                raise _refusal(key, "answer again without --replay")


def refuse_names_from_outside() -> None:
    """Refuses names that are the template's own before anything is asked.

    Cookiecutter takes them like answers, or ignores those that cookiecutter.json does not have.
    It does not tell which came from where, so this looks at the variables of its function.

    Raises:
        RefusedError: If the command line, a program or the user's configuration has one.
    """
    for variables in _callers():
        if {"extra_context", "config_dict"} <= variables.keys():
            given = {**variables["config_dict"]["default_context"]}
            given.update(variables["extra_context"] or {})
            for key in given:
                if str(key).startswith("_"):
                    raise _refusal(key, "leave it out")


def _refusal(key: str, remedy: str) -> RefusedError:
    name = rules.quoted(key).strip('"')
    return RefusedError(f"ERROR: {name} is the template's own, not an answer; {remedy}")


def _right(key: str, template: Answers, answers: Answers) -> Any:
    """Returns what the template itself puts under a name of its own."""
    if not key.startswith("__"):
        return template[key]
    return "ok" if key.endswith("_ok") else names.derive(answers, key[2:])


def _somebody_is_there() -> bool:
    """Tells whether Cookiecutter prompts; other programs call it, too, and cruft."""
    prompts = (not variables["no_input"] for variables in _callers() if "no_input" in variables)
    return next(prompts, False) and sys.stdin.isatty()


def _callers() -> Iterator[dict[str, Any]]:
    """Yields the variables of the functions that are running, the innermost first."""
    return (frame.f_locals for frame, _ in walk_stack(None))
