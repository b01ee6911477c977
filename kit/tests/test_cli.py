"""Tests that hold for every command: they start fast, explain themselves, and fail in one line."""

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from tfmot_technique_kit.cli import main

_NAMES = sorted(main.commands)


def test_help_takes_no_tensorflow():
    code = f"""
import sys
from click.testing import CliRunner
from tfmot_technique_kit.cli import main
for name in {_NAMES}:
  result = CliRunner().invoke(main, [name, "--help"])
  assert result.exit_code == 0, (name, result.output)
heavy = {{"tensorflow", "tf_keras", "matplotlib", "libcst", "nbclient", "mkdocs"}}
print(sorted(heavy & {{*sys.modules}}))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", _NAMES)
def test_help_says_how_to_use_it(name):
    shown = CliRunner().invoke(main, [name, "--help"]).output
    assert f"technique {name}" in shown  # an example
    undocumented = [
        param.name
        for param in main.commands[name].params
        if isinstance(param, click.Option) and not param.help
    ]
    assert not undocumented


@pytest.mark.parametrize("name", _NAMES)
def test_outside_of_a_project(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = [name]
    for param in main.commands[name].params:
        if param.required:
            value = str(tmp_path) if isinstance(param.type, click.Path) else "1"
            arguments += [value] if isinstance(param, click.Argument) else [param.opts[0], value]

    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("Error: There is no contribution.toml in ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("level", "ends", "shown"),
    [
        (None, "", ""),
        ("3", "", ""),
        ("0", "", "I0000 no GPU\n"),  # the user asked for it
        (None, "raise ImportError('no library')", "I0000 no GPU\n"),  # it may say why
    ],
)
def test_tensorflow_does_not_tell_of_the_machine(tmp_path, level, ends, shown):
    tell = f"import os\nos.write(2, b'I0000 no GPU\\n')\n{ends}\n"
    (tmp_path / "tensorflow.py").write_text(tell)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from tfmot_technique_kit import quiet; quiet.silence_tensorflow()\n"
        "try:\n  import tensorflow\n"
        "except ImportError: pass\n"
        "print('still heard', file=sys.stderr)\n"
    )
    kept = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    environment = kept | ({"TF_CPP_MIN_LOG_LEVEL": level} if level else {})
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert run.stderr == f"{shown}still heard\n"
