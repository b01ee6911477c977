"""Runs the examples of the design RFC, as a reader would: in their order."""

import re

import pytest
import tfmot_technique_kit as tools
from tfmot_technique_kit.documents import blocks

_DESIGNS = blocks.find(tools.ROOT, ["rfcs/*design.md"])
_EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", _DESIGNS, ids=lambda path: path.name)
def test_examples_run(path, tmp_path, monkeypatch) -> None:
    parts = blocks.split(path.name, blocks.read(path, path.name), "code")
    text = "".join("".join(lines) for name, lines in parts if name is None)
    # Files that they write do not stay.
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "examples"}
    examples = _EXAMPLE.findall(text)

    for number, example in enumerate(examples, 1):
        exec(compile(example, f"{path.name}, example {number}", "exec"), names)

    assert len(examples) > 5
