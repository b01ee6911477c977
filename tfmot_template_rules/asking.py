"""Validates answers; asks again where somebody is there to be asked."""

import json
import shlex
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from cookiecutter.exceptions import FailedHookException
from rich.markup import escape
from rich.prompt import Prompt

from tfmot_template_rules import answers as rules

Answers = MutableMapping[str, Any]


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
        for key in rules.PROMPTS:
            problem = rules.find_problem(key, given.get(key), given)
            if problem:
                raise RefusedError(f"ERROR: {key} {problem.reason}")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and not {"--no-input", "-y"} & set(sys.argv)
