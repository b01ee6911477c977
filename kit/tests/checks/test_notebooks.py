"""Tests of the notebooks: they show the whole API, and they run.

Running them, without network, takes up to a minute each and the packages of the
`docs` extra, so it is asked for:

    python -m pytest -m notebook g3doc
"""

import ast
import json
import pathlib
import re

import pytest

_FOLDER = pathlib.Path(__file__).parent
_PACKAGE = "tfmot_connection_pruning"
_API = _FOLDER.parent / _PACKAGE / "keras" / "__init__.py"
_NOTEBOOKS = [
    path for path in sorted(_FOLDER.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts
]

# Runs before the first cell. The notebooks load MNIST as their readers do; here
# they get the digits that come with scikit-learn, in the format of MNIST, and
# repeated: the schedules in the notebooks need some hundred steps of training.
_DIGITS_AS_MNIST = """
import numpy as np
from sklearn import datasets
from sklearn import model_selection
from tensorflow_model_optimization.python.core.keras import compat
import tf_keras

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

# `tf.keras` has modules of its own.
for keras in [tf_keras, compat.keras]:
  keras.datasets.mnist.load_data = load_data
"""


def test_guide_uses_every_public_symbol() -> None:
    [guide] = _FOLDER.rglob("*_comprehensive_guide.ipynb")
    cells = json.loads(guide.read_text(encoding="utf-8"))["cells"]
    code = "".join(line for c in cells if c["cell_type"] == "code" for line in c["source"])
    used = set(re.findall(r"\btechnique\.(\w+)", code))
    public = {
        alias.asname or alias.name
        for node in ast.parse(_API.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not public - used, "The comprehensive guide must show these."
    assert not used - public, "The comprehensive guide uses what is not public."


@pytest.mark.notebook
@pytest.mark.parametrize("path", _NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_without_error(path, tmp_path) -> None:
    # Imported late: without the `docs` extra, the other tests still run.
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    # Cells for readers only, by the convention of tensorflow.org.
    notebook.cells = [
        cell for cell in notebook.cells if "#docs_infra: no_execute" not in cell.source
    ]
    notebook.cells.insert(0, nbformat.v4.new_code_cell(_DIGITS_AS_MNIST))

    nbclient.NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
