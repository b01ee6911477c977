"""Notebooks and the examples of the design run, and those that ran are remembered."""

import pytest

from tests.checks.conftest import write_notebook
from tfmot_technique_kit.checks import execution

_DESIGN = """# Design

```python
x = 1
```

<!-- code: begin api -->

```python
not code
```

<!-- code: end -->

```
not Python
```

```python
print(x)

y = x / 0
```
"""


@pytest.fixture
def quick(monkeypatch):
    """Leaves out the setup, which takes TensorFlow."""
    monkeypatch.setattr(execution, "_DIGITS_AS_MNIST", "root = {root!r}")


@pytest.fixture
def path(project):
    path = project.root / "g3doc" / "guide" / "a.ipynb"
    return write_notebook(path, "#docs_infra: no_execute\nno code", "x = root", "", "print(x)")


def _find(project):
    return [str(problem) for problem in execution.check_execution(project)]


@pytest.mark.usefixtures("quick")
def test_a_notebook_that_runs_is_recorded(project, path):
    assert _find(project) == []

    expected = {"g3doc/guide/a.ipynb": execution.fingerprint(project, path)}
    assert execution.recorded(project) == expected
    record = project.root / "g3doc" / "executions" / "notebooks.json"
    once = record.read_bytes()
    execution.record(project, path)
    assert record.read_bytes() == once


@pytest.mark.usefixtures("quick")
def test_what_stops_a_notebook(project, path):
    write_notebook(path, "x = 1", "", "# divides\nx / 0", "never = 1")

    assert _find(project) == [
        "g3doc/guide/a.ipynb: '# divides': ZeroDivisionError: division by zero"
    ]
    assert execution.recorded(project) == {}


@pytest.mark.usefixtures("quick")
def test_the_examples_of_the_design_run_in_their_order(project):
    (project.root / "rfcs" / "20260101-x-design.md").write_text(_DESIGN)

    (problem,) = _find(project)

    place = "rfcs/20260101-x-design.md:19"
    assert problem == f"{place}: 'print(x)': ZeroDivisionError: division by zero"


def test_the_code_of_the_technique_counts(project, path):
    before = execution.fingerprint(project, path)
    (project.root / "tfmot_some_method" / "more.py").write_text("x = 1\n")

    assert execution.fingerprint(type(project)(project.root), path) != before


@pytest.mark.tensorflow
def test_digits_take_the_place_of_mnist(project):
    write_notebook(
        project.root / "g3doc" / "a.ipynb",
        "import tf_keras\n(x, y), (u, v) = tf_keras.datasets.mnist.load_data()",
        "import tfmot_some_method",
        "assert x.shape[1:] == (28, 28)\nassert len(x) > 10000\nassert max(y) == 9",
    )

    assert _find(project) == []
