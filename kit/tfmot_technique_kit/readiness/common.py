"""Rules for the files of any component."""

import re

from tfmot_technique_kit.export import python_code
from tfmot_technique_kit.readiness.gap import Gap

# What the questions of the template suggest.
_ANSWERS = r"you@example\.com|\byour-handle\b|\bYour Name\b"


def check_files(project, component):
    """Finds files that the manifest lists and that are not there."""
    return [
        Gap("is missing; write it, or take it out of contribution.toml", file.path)
        for file in component.files
        if not (project.root / file.path).is_file()
    ]


def check_licence(project, component):
    """Finds code for TFMOT that does not begin with its licence header."""
    message = "has no licence header; begin it with that of other files"
    code = [f for f in component.files if f.upstream and f.path.endswith(".py")]
    texts = {file.path: project.read(file.path) for file in code}
    return [
        Gap(message, path)
        for path, text in texts.items()
        if text is not None and not python_code.has_licence(text)
    ]


def check_todos(project, component):
    """Finds what is marked as left to do."""
    todo = f"TODO({project.manifest.technique.slug})"
    found = project.find(rf"{re.escape(todo)}(.*)", component)
    return [Gap(todo + _end_of(path, match), path, n) for path, n, match in found]


def check_answers(project, component):
    """Finds answers that the template suggested, in all files but code."""
    del component
    return [
        Gap(f"{match.group()!r} is no answer; write yours", path, line)
        for path, line, match in project.find(_ANSWERS)
        if not path.endswith(".py")
    ]


def check_sponsor(project, component):
    """Finds an RFC without a sponsor in the table at its top."""
    del component
    gaps = []
    for name in ("proposal", "design"):
        part = project.manifest.component(name)
        for path, line, match in project.find(r"^\| \W*Sponsor[^|]*\|(.*)\|", part):
            sponsor = match[1].strip().lower()
            if sponsor in ("", "-", "none", "none yet") or sponsor.startswith("todo"):
                message = "no sponsor yet; who takes the proposal upstream finds one"
                gaps.append(Gap(message, path, line))
    return gaps


def _end_of(path, match):
    """Returns the text after a marker, without what closes the comment."""
    text = match[1]
    if path.endswith(".ipynb"):  # a line in a notebook is a string of JSON
        text = re.sub(r'(\\n)?",?$', "", text)
        text = text.replace('\\"', '"')
    return re.sub(r"\s*(-->.*|\|)$", "", text)
