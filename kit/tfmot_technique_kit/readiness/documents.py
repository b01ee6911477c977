"""Rules for RFCs, notebooks and release notes."""

import re
from collections.abc import Iterator

from tfmot_technique_kit import versions
from tfmot_technique_kit.checks import execution, rfcs
from tfmot_technique_kit.documents import render
from tfmot_technique_kit.manifest import Component
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.readiness import common

_FIRST = "First version, with the baseline algorithm."


def check_declared(project: Project, component: Component) -> Iterator[Problem]:
    """Finds pages that do not show what the algorithm, the API and the manifest declare."""
    for path, text in common.texts(project, component.files, ".md"):
        if render.declare(project, project.root / path, text) != text:
            yield Problem("is not what the code says", path, command="technique docs")


def check_sponsor(project: Project, _: Component) -> Iterator[Problem]:
    """Finds an RFC without a sponsor in the table at its top."""
    parts = map(project.manifest.component, ("proposal", "design"))
    files = (file for part in parts for file in part.files)
    for path, text in common.texts(project, files):
        line, sponsor = rfcs.header_of(text).get("Sponsor", (None, "somebody"))
        if sponsor.lower() in rfcs.NO_SPONSOR or sponsor.startswith("TODO"):
            yield Problem("no sponsor yet; who takes the proposal upstream finds one", path, line)


def check_submission(project: Project, component: Component) -> Iterator[Problem]:
    """Finds what keeps an RFC from being submitted, beside what is to fill in."""
    told = {
        (problem.path, problem.line)
        for rule in (common.check_todos, check_sponsor, common.check_answers)
        for problem in rule(project, component)
    }
    paths = {file.path for file in component.files}
    for problem in [*rfcs.check_drafts(project), *rfcs.check_submissions(project)]:
        if problem.path in paths and (problem.path, problem.line) not in told:
            command = "technique check --submit"
            yield Problem(problem.message, problem.path, problem.line, command)


def check_executed(project: Project, component: Component) -> Iterator[Problem]:
    """Finds notebooks that did not run as they are, with the code as it is."""
    executed = execution.recorded(project)
    for path, _ in common.texts(project, component.files, ".ipynb"):
        message = "did not run since its code or that of the technique changed"
        if path not in executed:
            message = "did not run yet"
        elif executed[path] == execution.fingerprint(project, project.root / path):
            continue
        yield Problem(message, path, command="technique check --execute")


def check_stable(project: Project, component: Component) -> Iterator[Problem]:
    """Finds notebooks that install another version than the package has."""
    paths = {file.path for file in component.files}
    problems = versions.check_notebooks(project, versions.of_package(project))
    return (problem for problem in problems if problem.path in paths)


def check_note(project: Project, component: Component) -> Iterator[Problem]:
    """Finds a version that the release notes say nothing about."""
    (file,) = component.files
    version = versions.of_package(project)
    sections = re.split(r"^## +", common.read(project, file.path), flags=re.MULTILINE)
    notes = {note.split()[0]: note.splitlines()[1:] for note in sections[1:] if note.split()}
    if version not in notes:
        message = f'has no section "## {version}", the version of the package'
        yield Problem(message, file.path)
    elif not any(line.strip("* -") and _FIRST not in line for line in notes[version]):
        yield Problem(f"say under {version} what your technique gives to users", file.path)
