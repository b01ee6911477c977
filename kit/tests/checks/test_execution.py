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
def path(project, monkeypatch):
    """The path of a notebook; without the setup of notebooks, which takes TensorFlow."""
    monkeypatch.setattr(execution, "_DIGITS_AS_MNIST", "root = {root!r}")
    path = project.root / "g3doc" / "guide" / "a.ipynb"
    return write_notebook(path, "#docs_infra: no_execute\nno code", "x = root", "", "print(x)")


def _find(project):
    return [str(problem) for problem in execution.check_execution(project)]


def test_a_notebook_that_runs_is_recorded_with_the_code_of_the_technique(project, path):
    (project.root / "rfcs" / "20260101-x-design.md").write_text(_DESIGN)
    place = "rfcs/20260101-x-design.md:19"
    assert _find(project) == [f"{place}: 'print(x)': ZeroDivisionError: division by zero"]

    before = execution.fingerprint(project, path)
    assert execution.recorded(project) == {"g3doc/guide/a.ipynb": before}
    record = project.root / "g3doc" / "executions" / "notebooks.json"
    once = record.read_bytes()
    execution.record(project, path)
    assert record.read_bytes() == once

    (project.root / "tfmot_some_method" / "more.py").write_text("x = 1\n")
    assert execution.fingerprint(type(project)(project.root), path) != before


def test_what_stops_a_notebook(project, path):
    write_notebook(path, "x = 1", "", "# divides\nx / 0", "never = 1")
    problem = "'# divides': ZeroDivisionError: division by zero"
    assert _find(project) == [f"g3doc/guide/a.ipynb: {problem}"]
    assert execution.recorded(project) == {}


@pytest.mark.tensorflow
def test_digits_take_the_place_of_mnist(project):
    write_notebook(
        project.root / "g3doc" / "a.ipynb",
        "import tf_keras\n(x, y), (u, v) = tf_keras.datasets.mnist.load_data()",
        "import tfmot_some_method",
        "assert x.shape[1:] == (28, 28)\nassert len(x) > 10000\nassert max(y) == 9",
    )
    assert _find(project) == []
