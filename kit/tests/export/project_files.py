"""The files of a miniature of a project; they do not need TensorFlow."""

import json
import pathlib

import tfmot_technique_kit as tools
from tests.export.checkout_files import CORE, T

AREA = f"{CORE}/some_method"
API = f"{CORE}/api/some_method"
EXAMPLE = f"{T}/python/examples/some_method/keras/small"
GUIDE = f"{T}/g3doc/guide/some_method"
RFCS = ("rfcs/proposals/{date}-some-method-{file}", "rfcs/design/{date}-some-method-{file}")

_LICENCE = "".join(
    line
    for line in pathlib.Path(tools.__file__).read_text().splitlines(True)
    if line.startswith("#")
)

_MANIFEST = f"""
[technique]
name = "Some Method"
title = "Some method"
slug = "some_method"
kind = "weight_mask"
package = "tfmot_some_method"
entry = "apply_some"
author = "Ada O'Hara"
email = "ada@example.com"
github = "ada"
organization = "R&D <Labs>"
repository = "https://github.com/ada/some_method"
summary = "Some method does something."

[folders]
core = {{here = "tfmot_some_method/keras", upstream = "{AREA}/keras"}}
api = {{here = "tfmot_some_method/keras", upstream = "{API}/keras"}}
examples = {{here = "examples", upstream = "{EXAMPLE}"}}
guide = {{here = "g3doc/guide/some_method", upstream = "{GUIDE}"}}
proposals = {{here = "rfcs", upstream = "{RFCS[0]}"}}
designs = {{here = "rfcs", upstream = "{RFCS[1]}"}}
root = {{here = "."}}
"""
_PHASES = "proposal", "design", "core", "examples", "documents", "api", "launch"
_COMPONENTS = (
    ("proposal", "proposals", 1, ["proposal.md"]),
    ("design", "designs", 2, ["design.md"]),
    (
        "core",
        "core",
        3,
        [
            "apply_some.py",
            "apply_some_saving_test.py",
            "schedule.py",
            "schedule_test.py",
            "test_models.py",
        ],
    ),
    ("example", "examples", 4, ["small.py"]),
    ("overview", "guide", 5, ["index.md"]),
    ("tutorial", "guide", 5, ["some_method_example.ipynb"]),
    ("api", "api", 6, ["__init__.py"]),
    ("other", "root", None, ["README.md"]),
)

_TEST = '''"""Tests."""

import unittest

{imports}


class SomeTest(unittest.TestCase):
  """Tests something."""

  def testIt(self):
    self.assertTrue({truth})


if __name__ == '__main__':
  unittest.main()
'''
_BUTTONS = "\n".join(
    f'<a href="{address}"><img src="https://www.tensorflow.org/images/{logo}" /></a>'
    for address, logo in (
        (
            "https://www.tensorflow.org/model_optimization/guide/some_method/some_method_example",
            "tf_logo_32px.png",
        ),
        (
            "https://colab.research.google.com/github/tensorflow/model-optimization/"
            f"blob/master/{GUIDE}/some_method_example.ipynb",
            "colab_logo_32px.png",
        ),
        (
            "https://github.com/tensorflow/model-optimization/blob/master/"
            f"{GUIDE}/some_method_example.ipynb",
            "GitHub-Mark-32px.png",
        ),
        (
            "https://storage.googleapis.com/tensorflow_docs/model-optimization/"
            f"{GUIDE}/some_method_example.ipynb",
            "download_logo_32px.png",
        ),
    )
)
_RFC = """# {title}

| Status | Draft |
| :-- | :-- |
| **Author** | Ada |
| **Sponsor** | none yet |

See [the other]({other}), [the page](../g3doc/guide/some_method/index.md) and
[README](../README.md).
"""


def _notebook():
    licence = (
        "#@title Licensed under the Apache License, Version 2.0\n"
        "# https://www.apache.org/licenses/LICENSE-2.0"
    )
    cells = [
        ("markdown", "Copyright 2026 The TensorFlow Authors."),
        ("code", licence),
        ("markdown", "# Some method in Keras example"),
        ("markdown", f'<table class="tfo-notebook-buttons">\n{_BUTTONS}\n</table>'),
        ("markdown", "## Overview\n\nSee the [overview](index.md)."),
        ("markdown", "## Setup"),
        ("code", "%pip install -q git+https://github.com/ada/some_method"),
        ("code", "from tfmot_some_method import keras as technique"),
    ]
    return {
        "cells": [
            {
                "cell_type": kind,
                "metadata": {"id": f"cell{number}"}
                | ({"cellView": "form"} if source == licence else {}),
                "source": source.splitlines(keepends=True),
            }
            | ({"execution_count": None, "outputs": []} if kind == "code" else {})
            for number, (kind, source) in enumerate(cells)
        ],
        "metadata": {
            "colab": {"name": "some_method_example.ipynb", "toc_visible": True},
            "kernelspec": {"display_name": "Python 3", "name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 0,
    }


def files():
    """Returns the files, a dict from path to text."""
    package = "tfmot_some_method/keras"
    code = {
        f"{package}/__init__.py": (
            '"""The API of tfmot_some_method."""\n\n'
            "from tfmot_some_method.keras.schedule import Schedule\n"
            "from tfmot_some_method.keras.apply_some import (\n  apply_some,\n)\n"
        ),
        f"{package}/apply_some.py": f'''"""Applies; see tfmot_some_method.keras."""

from {T}.python.core.keras.compat import keras

from tfmot_some_method.keras import schedule


def apply_some(to_apply):
  """Applies."""
  return keras, schedule, to_apply
''',
        f"{package}/schedule.py": '"""Schedules."""\n\nSchedule = object\n',
        f"{package}/schedule_test.py": _TEST.format(
            imports="from tfmot_some_method.keras import schedule", truth="schedule.Schedule()"
        ),
        f"{package}/apply_some_saving_test.py": _TEST.format(
            imports="# isort: off\nfrom tfmot_some_method.keras import test_models\n"
            "from tfmot_some_method.keras.apply_some import apply_some as apply  "
            "# noqa: E501",
            truth="apply(test_models.MODEL)",
        ),
        f"{package}/test_models.py": '"""Models."""\n\nMODEL = 1\n',
        "examples/small.py": '''"""Shows it: python examples/small.py."""

import numpy as np

from tfmot_some_method import keras as technique

print(np, technique.apply_some(technique.Schedule()))
''',
    }
    texts = {path: _LICENCE + text for path, text in code.items()}
    return texts | {
        "README.md": "# Some method\n",
        "RELEASE.md": (
            "# Release template\n\n* Bug fixes.\n\n# Next release\n\n* New API.\n\n"
            "<!-- release: begin tested -->\n\n* Tested against\n  everything.\n"
        ),
        "contribution.toml": _manifest(),
        "rfcs/proposal.md": _RFC.format(title="Proposal", other="design.md"),
        "rfcs/design.md": _RFC.format(title="Design", other="proposal.md#results"),
        "g3doc/guide/some_method/index.md": (
            "# Some method\n\n`tfmot_some_method.keras.apply_some` is "
            "[here](some_method_example.ipynb).\n\n<!-- results: begin tables -->\n\n"
            "| a | b |\n| - | - |\n\n<!-- results: end -->\n"
        ),
        "g3doc/guide/some_method/some_method_example.ipynb": json.dumps(
            _notebook(), indent=2, sort_keys=True
        )
        + "\n",
    }


def _manifest():
    parts = [_MANIFEST]
    for number, name in enumerate(_PHASES, 1):
        title = f"Add {{title}}: {name}"
        parts.append(
            f'[[phase]]\nnumber = {number}\nname = "{name}"\ntitle = "{title}"\n'
            f'body = "About {{api}}."\nchecklist = ["look at it"]\n'
        )
    for name, folder, phase, files in _COMPONENTS:
        parts.append(
            f'[[component]]\nname = "{name}"\ntitle = "T"\nfolder = "{folder}"\n'
            f"files = {json.dumps(files)}\n" + (f"phase = {phase}\n" if phase is not None else "")
        )
    return "\n".join(parts)
