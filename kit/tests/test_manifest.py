"""Tests for manifest."""

import pytest
import tfmot_technique_kit as tools
from tfmot_technique_kit import manifest

_TECHNIQUE = """
[technique]
name = "Some Method"
title = "Some method"
slug = "some_method"
kind = "activation"
package = "tfmot_some_method"
entry = "do_something"
author = "A"
email = "a@example.com"
github = "a"
organization = "O"
repository = "https://example.com/some_method"
summary = "Some method does something."

[[step]]
number = 1
title = "Propose"

[[phase]]
number = 1
name = "core"
title = "Add {title}"
body = "Adds it."

[folders.core]
here = "tfmot_some_method/keras"
upstream = "core/some_method"

[folders.rfcs]
here = "rfcs"
upstream = "rfcs/{date}-{file}"

[folders.root]
here = "."
"""
_COMPONENT = """
[[component]]
name = "algorithm"
title = "Algorithm"
folder = "core"
files = ["algorithm.py"]
"""


def _parse(text):
    return manifest.parse(_TECHNIQUE + text)


def test_files_have_a_path_here_and_one_upstream() -> None:
    contribution = _parse(_COMPONENT)

    assert contribution.files == (
        manifest.File("tfmot_some_method/keras/algorithm.py", "core/some_method/algorithm.py"),
    )


def test_a_pattern_names_the_file_upstream() -> None:
    text = _COMPONENT.replace("core", "rfcs").replace("algorithm.py", "design.md")

    (file,) = _parse(text).files

    assert file == manifest.File("rfcs/design.md", "rfcs/{date}-design.md")


def test_files_in_a_folder_without_upstream_stay_here() -> None:
    (file,) = _parse(_COMPONENT.replace("core", "root")).files

    assert file == manifest.File("algorithm.py", None)


@pytest.mark.parametrize("kinds, count", [("activation", 1), ("other", 0)])
def test_components_of_other_kinds_are_left_out(kinds, count) -> None:
    contribution = _parse(f'{_COMPONENT}kinds = ["{kinds}"]\n')

    assert len(contribution.components) == len(contribution.files) == count


@pytest.mark.parametrize(
    "text, message",
    [
        ("x", "contribution.toml: "),
        ("[other]\n", "has no use for other."),
        (_COMPONENT + "more = 1\n", "'algorithm' has no key more."),
        (_COMPONENT.replace("title", "#"), "'algorithm' has to have title."),
        (_COMPONENT.replace("core", "x"), "'algorithm' is in no [folders]: 'x'."),
        (_COMPONENT + "step = 9\n", "algorithm is of no [[step]]: 9."),
        (_COMPONENT + 'owner = "me"\n', "algorithm has no owner 'me'."),
        (_COMPONENT * 2, "lists the component algorithm twice."),
        (
            _COMPONENT + _COMPONENT.replace('"algorithm"', '"other"'),
            "lists the file tfmot_some_method/keras/algorithm.py twice.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text, message) -> None:
    with pytest.raises(manifest.ManifestError) as caught:
        _parse(text)

    assert message in str(caught.value)
    assert str(caught.value).startswith("contribution.toml: ")
    assert "\n" not in str(caught.value)


def test_a_project_without_manifest(tmp_path) -> None:
    with pytest.raises(manifest.ManifestError, match="cannot be read"):
        manifest.load(tmp_path)


def test_all_files_of_this_project_are_there() -> None:
    contribution = manifest.load(tools.ROOT)

    missing = [f.path for f in contribution.files if not _exists(f.path)]

    assert contribution.component("algorithm").files
    assert not missing


def _exists(path):
    return (tools.ROOT / path).is_file()
