"""Rules for the release: its version, and what users are told about it."""

import ast
import re

from tfmot_technique_kit.readiness.gap import Gap

_FIRST = "First version, with the baseline algorithm."


def check_note(project, component):
    """Finds a version that the release notes say nothing about."""
    (file,) = component.files
    version = _version(project)
    notes = re.split(r"^## +", project.read(file.path) or "", flags=re.MULTILINE)
    notes = {note.split()[0]: note for note in notes[1:] if note.split()}
    if version not in notes:
        message = f'has no section "## {version}", the version of the package'
        return [Gap(message, file.path)]
    lines = notes[version].splitlines()[1:]
    if not any(line.strip("* -") and _FIRST not in line for line in lines):
        message = f"say under {version} what your technique gives to users"
        return [Gap(message, file.path)]
    return []


def check_stable(project, component):
    """Finds notebooks that install another version than the package has."""
    from tools import release  # reads the manifest, which may be broken

    paths = {file.path for file in component.files}
    return [
        Gap(problem.message, problem.path)
        for problem in release.check_colabs(
            project.root, project.manifest.technique, _version(project)
        )
        if problem.path in paths
    ]


def _version(project):
    """Returns the version in the package, or None."""
    (file,) = project.manifest.component("package").files
    for node in ast.parse(project.read(file.path) or "").body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__version__":
            return node.value.value
    return None
