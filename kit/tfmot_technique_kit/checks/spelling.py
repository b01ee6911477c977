"""Checks of the spelling, and for traces of the template."""

import re

from tfmot_technique_kit import pages
from tfmot_technique_kit.checks import programs
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project

_TEXTS = (".md", ".ipynb", ".py")
_TYPO = re.compile(r"(?:\./)?(.+?):(\d+): (.+ ==> .+)")
# What a placeholder of the template looks like, or of a usual one.
_PLACEHOLDER = re.compile(r"<[<]\s*cookiecutter\b|\{[{]\s*cookiecutter\b|<[%#] [^\n]*? [%#]>")


def check_spelling(project: Project) -> list[Problem]:
    """Finds common misspellings in documents and code; pyproject.toml has words to ignore."""
    names = [pages.name_of(project.root, path) for path in pages.find(project.root, *_TEXTS)]
    shown = programs.run(project.root, "codespell_lib", *names).stdout
    typos = (_TYPO.fullmatch(line) for line in shown.splitlines())
    return [Problem(f"{typo[3]}?", typo[1], int(typo[2])) for typo in typos if typo]


def check_leftovers(project: Project) -> list[Problem]:
    """Finds placeholders of the template that are left."""
    problems = []
    for path in pages.find(project.root, *_TEXTS, ".toml", ".yaml", ".yml", ".cff"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if left := _PLACEHOLDER.search(line):
                message = f"{left.group()!r} is a placeholder of a template."
                problems.append(Problem(message, pages.name_of(project.root, path), number))
    return problems
