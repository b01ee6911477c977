"""Projects with components of a test's own."""

import dataclasses

import pytest

from tfmot_technique_kit import files as files_lib
from tfmot_technique_kit import manifest


def component(*paths, name="part", **options):
    """Returns a component with the files of some paths, in step 1."""
    files = tuple(manifest.File(path, f"upstream/{path}") for path in paths)
    options = {"step": 1, "title": name.capitalize(), "folder": manifest.Folder(here=".")} | options
    return manifest.Component(name=name, files=files, **options)


@pytest.fixture
def make(project):
    """A function that writes files, by path, into a project.

    Its components follow; by default it has one, with all files.
    """

    def write(files, *components):
        for path, text in files.items():
            files_lib.write(project.root / path, text)
        components = components or (component(*files),)
        places = {"proposals": "rfcs", "designs": "rfcs", "executions": "g3doc/executions"}
        folders = {name: manifest.Folder(here=here) for name, here in places.items()}
        project.manifest = dataclasses.replace(
            project.manifest, components=components, folders=project.manifest.folders | folders
        )
        return project

    return write


@pytest.fixture
def find(make):
    """A function that returns what a rule finds in such a project's first component."""

    def run(rule, files, *components):
        made = make(files, *components)
        return list(rule(made, made.manifest.components[0]))

    return run
