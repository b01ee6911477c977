"""Tests for the manifest, and for the project that it is of."""

import re

import pytest

from tests.conftest import edit
from tfmot_technique_kit import manifest
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project

_COMPONENT = """
[folders.rfcs]
here = "rfcs"
upstream = "rfcs/{date}-{file}"

[folders.root]
here = "."

[[component]]
name = "algorithm"
title = "Algorithm"
folder = "core"
files = ["algorithm.py"]
"""
_IN_ROOT = _COMPONENT.replace('"core"', '"root"')
_AGAIN = _COMPONENT[_COMPONENT.index("[[") :]


@pytest.fixture
def parse(project):
    """Reads the manifest of the small project with a text behind it."""
    text = (project.root / manifest.NAME).read_text()
    return lambda more: manifest.parse(text + more)


@pytest.mark.parametrize(
    "text, path, upstream",
    [
        (
            _COMPONENT,
            "tfmot_some_method/keras/algorithm.py",
            "tensorflow_model_optimization/python/core/some_method/keras/algorithm.py",
        ),
        (_COMPONENT.replace('"core"', '"rfcs"'), "rfcs/algorithm.py", "rfcs/{date}-algorithm.py"),
        (_IN_ROOT, "algorithm.py", None),
    ],
)
def test_files_have_a_path_here_and_perhaps_one_upstream(parse, text, path, upstream):
    contribution = parse(text)
    assert contribution.files[-1] == manifest.File(path, upstream)
    assert contribution.component("algorithm").files == contribution.files[-1:]


@pytest.mark.parametrize(
    "text, message",
    [
        ("x", "contribution.toml: "),
        ("[other]\n", "other: Extra inputs are not permitted"),
        (_COMPONENT + "more = 1\n", "component.3.more: Extra inputs"),
        (_COMPONENT.replace("title", "#"), "component.3.title: Field required"),
        (_COMPONENT.replace('"core"', '"x"'), "'algorithm' is in no [folders]: 'x'."),
        (_COMPONENT + "step = 9\n", "'algorithm' is of no step: 9."),
        (_COMPONENT + "phase = 9\n", "'algorithm' is of no phase: 9."),
        (_COMPONENT + _AGAIN, "lists the component algorithm twice."),
        (
            _COMPONENT + _AGAIN.replace('"algorithm"', '"other"'),
            "lists the file tfmot_some_method/keras/algorithm.py twice.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(parse, text, message):
    with pytest.raises(UserError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert str(caught.value).startswith("contribution.toml: ")
    assert "\n" not in str(caught.value)


def test_a_project_of_an_earlier_layout_has_to_be_updated(project):
    path = project.root / manifest.NAME
    text = re.sub("^layout = .*\n", "", path.read_text(), flags=re.MULTILINE)
    path.write_text(text + '\n[[step]]\nnumber = 1\ntitle = "Propose"\n')
    with pytest.raises(UserError, match="older than this kit: run `cruft update`"):
        Project(project.root)


def test_the_project_is_found_from_its_folders(project):
    found = Project.find(project.root / "experiments" / "tasks")
    assert found.root == project.root
    assert found.technique.slug == "some_method"
    assert found.folder("core") == project.root / "tfmot_some_method" / "keras"


def test_what_there_is_not(project, tmp_path):
    with pytest.raises(UserError, match=r"There is no contribution.toml in .* or above it"):
        Project.find(tmp_path)
    with pytest.raises(UserError, match=r"contribution.toml: cannot be read"):
        Project(tmp_path)
    with pytest.raises(UserError, match=r"has no \[folders.other\]; add it"):
        project.folder("other")
    with pytest.raises(UserError, match=r"has no \[\[component\]\] 'other'; add it"):
        project.manifest.component("other")


@pytest.mark.tensorflow
def test_the_api_is_found_by_its_roles(project):
    api = project.api
    assert api.apply.__name__
    assert {api.Algorithm, api.Wrapper, api.UpdateStep, api.Constant}


@pytest.mark.tensorflow
def test_an_api_without_a_symbol_of_the_manifest(project):
    edit(project.root / manifest.NAME, "strip_some_method", "strip_other")
    with pytest.raises(UserError, match=r"has no strip_other, which contribution.toml names"):
        _ = Project(project.root).api
