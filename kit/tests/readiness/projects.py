"""Makes small projects for the tests of the rules."""

import pathlib

from tfmot_technique_kit import manifest
from tfmot_technique_kit.readiness import project

_TECHNIQUE = manifest.Technique(
    name="Some Method",
    title="Some method",
    slug="some_method",
    kind="activation",
    package="tfmot_some_method",
    entry="do_something",
    author="A",
    email="a@example.org",
    github="a",
    organization="O",
    repository="https://github.com/a/some_method",
    summary="Does something.",
)


def component(*paths, name="part", **options):
    """Returns a component with the files of some paths, in step 1."""
    files = tuple(manifest.File(path, f"upstream/{path}") for path in paths)
    options = {"step": 1, "title": name.capitalize()} | options
    folder = manifest.Folder(".")
    return manifest.Component(name=name, folder=folder, files=files, **options)


def make(root, files, *components):
    """Writes a project.

    Args:
        root: An empty folder.
        files: Dict from paths to texts.
        *components: Its components; by default one, with all files.

    Returns:
        A `project.Project`.
    """
    for path, text in files.items():
        path = pathlib.Path(root, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    steps = (manifest.Step(1, "Propose"), manifest.Step(2, "Design"))
    contribution = manifest.Manifest(_TECHNIQUE, steps, (), components or (component(*files),))
    return project.Project(root, contribution)


def check(rule, made, part=None):
    """Returns the gaps that a rule finds in a component, by default the first."""
    return list(rule(made, part or made.manifest.components[0]))
