"""The checks of the documents, by name: functions of a project that return problems."""

from collections.abc import Callable

from tfmot_technique_kit.checks import api, execution, links, notebooks, rendered, rfcs, spelling
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project

CHECKS: dict[str, Callable[[Project], list[Problem]]] = {
    "api": api.check_docstrings,
    "examples": api.check_examples,
    "leftovers": spelling.check_leftovers,
    "links": links.check_links,
    "notebook-content": lambda project: (
        notebooks.check_structure(project.root, notebooks.Place.of(project.technique))
        + notebooks.check_symbols(project)
    ),
    "notebook-format": lambda project: notebooks.check_format(project.root),
    "notebook-style": lambda project: notebooks.check_style(
        project.root, notebooks.Place.of(project.technique)
    ),
    "rendered": rendered.check_rendered,
    "rfcs": rfcs.check_drafts,
    "spelling": spelling.check_spelling,
    "rfcs-submit": rfcs.check_submissions,
    "execution": execution.check_execution,
}

# These run when they are asked for: drafts may fail the one, the other takes minutes.
SUBMIT, EXECUTE = "rfcs-submit", "execution"
