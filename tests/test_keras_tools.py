"""Keras 3's own tools, and KerasHub's models, with the techniques: what the overview says of them.

`templates/facts/keras_tools` has a table of each kind, which projects show. The tests measure
them again. With `REFRESH=1` they write them.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import support
from conftest import bake
from set_up import run

from tfmot_technique_kit import markdown
from tfmot_technique_kit.switch import BACKENDS
from tfmot_template_rules import names

pytestmark = pytest.mark.tools

SCRIPT = support.ROOT / "tests" / "scripts" / "use_keras_tools.py"
TABLES = support.ROOT / "templates" / "facts" / "keras_tools"
# Those that the tables were measured with. What others can do differs from month to month.
PACKAGES = [
    "keras==3.15.1",
    "keras-hub==0.32.0",
    "tensorflow==2.21.0",
    "jax==0.10.2",
    "torch==2.13.0",  # It has no build for GPUs on Python 3.11; others take gigabytes.
    "ai-edge-litert==2.3.0",
    "litert-torch==0.10.0",
    "tf2onnx==1.17.0",
    "jax2onnx==0.17.1",
    "onnx==1.23.2",
    "onnxruntime==1.32.0",
    "onnxscript==0.7.2",
    "openvino==2026.4.1",
]


@pytest.fixture(scope="session")
def python(tmp_path_factory) -> Path:
    """The interpreter of an environment with all of the tools."""
    folder = tmp_path_factory.mktemp("tools")
    run(folder, f"python3 -m venv . && bin/pip install --quiet {' '.join(PACKAGES)}")
    return folder / "bin" / "python"


@pytest.mark.parametrize("kind", names.LEVELS)
def test_the_overview_says_what_keras_tools_do(kind, python, cookies_session):
    project = bake(cookies_session, {"technique_kind": kind})
    found = {backend: measure(project, python, kind, backend) for backend in BACKENDS}
    path = TABLES / f"{kind}.md"
    if os.environ.get("REFRESH"):
        path.write_text(table(found))
    assert path.read_text() == table(found)


def measure(project: Path, python: Path, kind: str, backend: str) -> dict[str, Any]:
    """Runs the script on a backend and returns what each tool came to."""
    setting = f"TF_USE_LEGACY_KERAS=0 KERAS_BACKEND={backend} PYTHONPATH=."
    shown = run(project, f"{setting} {python} {SCRIPT} tfmot_{project.name} {kind} 2>&1")
    return json.loads(shown.splitlines()[-1])


def table(found: dict[str, dict[str, Any]]) -> str:
    """Returns the table: a row for each tool, a column for each backend and what is left."""
    rows = []
    for tool in found["tensorflow"]:
        outcomes = [found[backend][tool] for backend in BACKENDS]
        results = [outcome["result"] or "-" for outcome in outcomes]
        (left,) = {
            (outcome["zeros"], f"{round(20 * outcome['size']) * 5} %", outcome["below"])
            for outcome in outcomes
            if "size" in outcome
        } or {("", "", "")}
        rows.append((tool, *results, *left))
    header = ("tool", *BACKENDS.values(), "zeros", "size", "change of outputs")
    return markdown.table(header, rows) + "\n"
