"""Runs the notebooks and the examples of the design, without network, and remembers it.

The record holds a fingerprint of each notebook's code together with that of the technique.
It is the same wherever it is written, and part of the repository.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbclient
import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tfmot_technique_kit import blocks, files, pages
from tfmot_technique_kit.checks.notebooks import code_of
from tfmot_technique_kit.experiments import plan
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import Switch

_TIMEOUT_S = 600  # of a cell
_IMPORTS_KERAS_3 = re.compile("^import keras$", re.MULTILINE)
_NO_EXECUTE = "#docs_infra: no_execute"  # in cells for readers only, as tensorflow.org has it

# Runs before the first cell. The notebooks load MNIST as their readers do; here they get the
# digits that come with scikit-learn, in the format of MNIST, and repeated: the schedules in
# the notebooks need some hundred steps of training.
_DIGITS_AS_MNIST = """
import sys
sys.path.insert(0, {root!r})

import numpy as np
from sklearn import datasets
from sklearn import model_selection
import {keras} as keras

def load_data(path='mnist.npz'):
  images, labels = datasets.load_digits(return_X_y=True)
  images = np.kron(images.reshape([-1, 8, 8]) * (255 / 16), np.ones([1, 3, 3]))
  images = np.pad(images, [(0, 0), (2, 2), (2, 2)]).astype(np.uint8)
  train_images, test_images, train_labels, test_labels = (
    model_selection.train_test_split(
      images, labels.astype(np.uint8), test_size=0.25, random_state=0
    )
  )
  train_images = np.tile(train_images, [8, 1, 1])
  train_labels = np.tile(train_labels, [8])
  return (train_images, train_labels), (test_images, test_labels)

keras.datasets.mnist.load_data = load_data
"""


def check_execution(project: Project) -> list[Problem]:
    """Runs notebooks, and examples of the design RFC, from top to bottom; takes minutes."""
    notebooks = pages.find(project.folder("g3doc"), ".ipynb")
    designs = pages.find(project.folder("designs"), ".md")
    codes: dict[Path, list[tuple[int | None, str]]] = {
        path: [(None, code) for code in code_of(path) if _NO_EXECUTE not in code]
        for path in notebooks
    }
    codes |= {path: _examples(path) for path in designs if path.stem.endswith("design")}
    # Each waits for a process of its own most of the time.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda path: _run(project, path, codes[path]), codes))
    for path, problems in zip(codes, found, strict=True):
        if path.suffix == ".ipynb" and not problems:
            record(project, path)  # readiness asks for it
    return [problem for problems in found for problem in problems]


def record(project: Project, path: Path) -> None:
    """Notes that a notebook ran to its end."""
    executed = recorded(project) | {pages.name_of(project.root, path): fingerprint(project, path)}
    files.write(_record(project), json.dumps(executed, indent=2, sort_keys=True) + "\n")


def recorded(project: Project) -> dict[str, str]:
    """Returns the fingerprints of the notebooks that ran, by their paths in the project."""
    path = _record(project)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def fingerprint(project: Project, path: Path) -> str:
    """Returns the SHA-256 of a notebook's code and of the technique's code."""
    text = json.dumps([code_of(path), plan.hash_of_source(project)])
    return hashlib.sha256(text.encode()).hexdigest()


def _record(project: Project) -> Path:
    return project.folder("executions") / "notebooks.json"


def _examples(path: Path) -> list[tuple[int | None, str]]:
    """Returns the Python code of a page with its lines, but for what commands render."""
    text = path.read_text(encoding="utf-8")
    rendered = {
        line for name, lines in blocks.split(path.name, text, "code") if name for line in lines
    }
    return [
        (pages.line_of(token), token.content)
        for token in pages.MARKDOWN.parse(text)
        if token.type == "fence" and token.info.strip() == "python"
        if not rendered.issuperset(token.content.splitlines(keepends=True))
    ]


def _run(project: Project, path: Path, code: Sequence[tuple[int | None, str]]) -> list[Problem]:
    """Runs pieces of code, each with its line, one after the other in one process."""
    notebook = nbformat.v4.new_notebook()
    sources = [source for _, source in code]
    is_keras_3 = any(map(_IMPORTS_KERAS_3.search, sources))
    switch, name = (Switch(3), "keras") if is_keras_3 else (Switch(2), "tf_keras")
    setup = _DIGITS_AS_MNIST.format(root=str(project.root), keras=name)
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in (setup, *sources)]
    # Files that they write do not stay.
    with tempfile.TemporaryDirectory() as folder:
        client = nbclient.NotebookClient(
            notebook,
            timeout=_TIMEOUT_S,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(
                env=os.environ | switch.variables,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except CellExecutionError as error:
            reason = f"{error.ename}: {error.evalue}"
        except (CellTimeoutError, DeadKernelError) as error:
            reason = str(error)
        else:
            return []
    last = max((i for i, cell in enumerate(notebook.cells) if cell.execution_count), default=0)
    line, source = [(None, "# setup"), *code][last]
    message = f"{source.strip().splitlines()[0]!r}: {' '.join(reason.split())}"
    return [Problem(message, pages.name_of(project.root, path), line)]
