"""Checks that what is rendered into documents is up to date."""

import re

from tfmot_technique_kit import blocks
from tfmot_technique_kit.checks import programs
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project

# Commands that render blocks of documents, by the kind of block. Each can compare instead;
# they run on their own, for they have more to import than the checks.
_COMMANDS = {"results": "report", "code": "docs", "status": "status", "release": "release"}
_LINE = re.compile(r"(?:Error: )?([\w./-]+\.\w+)(?::(\d+))?: (.+)")


def check_rendered(project: Project) -> list[Problem]:
    """Finds blocks that are not what the runs, the code, the status or the workflow say."""
    names = [file.path for file in project.manifest.files]
    problems = []
    for kind, command in _COMMANDS.items():
        try:
            if not blocks.having(project.root, names, kind):
                continue
        except UserError as error:  # the markers are wrong
            shown = last = str(error)
        else:
            run = programs.run(project.root, "tfmot_technique_kit", command, "--check")
            if not run.returncode:
                continue  # libraries may warn of something else
            shown = run.stderr
            last = f"technique {command} --check: {programs.last_line(run)}"
        lines = [line for line in map(_LINE.fullmatch, shown.splitlines()) if line]
        problems += [
            Problem(line[3], line[1], line[2] and int(line[2]))
            for line in lines
            if (project.root / line[1]).is_relative_to(project.root)
        ] or [Problem(last)]
    return problems
