"""Tests for the rules about the release."""

import json

import pytest
from tests.readiness import projects as test_projects
from tfmot_technique_kit.readiness import release


@pytest.mark.parametrize(
    "notes, message",
    [
        ("# Changelog\n\n## 0.2.0\n\n*   Halves the size of models.\n", None),
        ("## 0.2.0 (unreleased)\n\n*   Halves the size.\n", None),
        ("", 'has no section "## 0.2.0"'),
        ("## 0.1.0\n\n*   Older.\n", 'has no section "## 0.2.0"'),
        ("## 0.2.0\n\n## 0.1.0\n\n*   Older.\n", "say under 0.2.0 what"),
        ("## 0.2.0\n\n*   First version, with the baseline algorithm.\n", "say under"),
    ],
)
def test_note_about_the_version(tmp_path, notes, message) -> None:
    files = {
        "CHANGELOG.md": notes,
        "tfmot_some_method/__init__.py": "import x\n\n__version__ = '0.2.0'\n",
    }
    parts = [
        test_projects.component("CHANGELOG.md"),
        test_projects.component("tfmot_some_method/__init__.py", name="package"),
    ]
    made = test_projects.make(tmp_path, files, *parts)

    gaps = test_projects.check(release.check_note, made)

    assert len(gaps) == (message is not None)
    assert not message or message in gaps[0].message


@pytest.mark.parametrize(
    "requirement, found",
    [
        ("tfmot-some-method==0.2.0", False),
        ("tfmot-some-method==0.1.0", True),
        ("git+https://github.com/a/some_method", True),
    ],
)
def test_colabs_install_the_version(tmp_path, requirement, found) -> None:
    cells = [{"cell_type": "code", "source": [f"%pip install -q {requirement}"]}]
    files = {
        "guide/colab.ipynb": json.dumps({"cells": cells}),
        "guide/other.ipynb": json.dumps({"cells": cells}),
        "tfmot_some_method/__init__.py": "__version__ = '0.2.0'\n",
    }
    parts = [
        test_projects.component("guide/colab.ipynb"),
        test_projects.component("tfmot_some_method/__init__.py", name="package"),
    ]
    made = test_projects.make(tmp_path, files, *parts)

    gaps = test_projects.check(release.check_stable, made)

    assert [gap.path for gap in gaps] == ["guide/colab.ipynb"] * found
