"""Tests for how tasks are found, and for what they have in common."""

import contextlib
import re

import pytest

from tests.tasks.conftest import TEMPLATE
from tfmot_technique_kit import tasks
from tfmot_technique_kit.errors import UserError

NAMES = ["bert", "detection", "image"]
TASK = """
from tfmot_technique_kit.tasks import base
class One(base.Classification):
  def load(self, data_dir=None): ...
"""


def add(project, name, text):
    (project.folder("tasks") / f"{name}.py").write_text(text, encoding="utf-8")


def test_names_are_those_of_files(project):
    for path in project.folder("tasks").glob("*.py"):
        path.unlink()
    for name in ("one", "two", "_shared", "one_test"):
        add(project, name, "This is no Python.")
    assert tasks.list_names(project) == ["one", "two"]
    with pytest.raises(UserError, match=r"no task 'audio' in .*tasks. Tasks: one, two\."):
        tasks.create(project, "audio")


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "must define one class derived from base.Task; it has none"),
        (TASK + "class Two(One): pass", "it has One, Two"),
        (TASK, "the class One lacks build"),
        (TASK + "oh", ":5: cannot be imported: NameError: name 'oh' is not"),
        ("def f(:", r"cannot be imported: SyntaxError: .*line 1"),
    ],
)
def test_a_file_that_is_no_task_is_one_line(project, text, message):
    add(project, "odd", text)
    with pytest.raises(UserError, match=f"^experiments/tasks/odd.py.*{message}") as error:
        tasks.create(project, "odd")
    assert "\n" not in str(error.value)


@pytest.mark.tensorflow
def test_the_task_of_the_page_on_experiments_is_a_fourth_one(project, train):
    page = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```python\n(.*?class Wine.*?)```", page, re.DOTALL)
    add(project, "wine", text.replace("import base", "import base\nfrom . import _shared"))
    add(project, "_shared", "")
    assert "wine" in tasks.list_names(project)
    task = tasks.create(project, "wine", {"units": 8})
    assert (task.name, task.metric, task.options.units) == ("wine", "accuracy", 8)
    train(project, "wine", "technique")


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        *((n, {"hue": 1}, f"task {n} has no option hue. It has: .*dataset") for n in NAMES),
        ("image", [1], r"must be a mapping. You gave: \[1\]"),
        ("image", {"dataset": "cifar"}, "dataset of the task image must be 'digits', 'mnist' or"),
        ("image", {"image_size": 0}, "image_size .* must be greater than 0. You gave: 0"),
        ("image", {"image_size": 8.5}, "must be a valid integer. You gave: 8.5"),
        ("image", {"classes": True}, "must be a valid integer. You gave: True"),
        ("image", {"width": -1}, "must be greater than or equal to 0. You gave: -1"),
        ("image", {"weights": 3}, "must be a valid string or null. You gave: 3"),
        ("bert", {"hidden": 16, "heads": 3}, "multiple of `heads`. You gave: 16, 3"),
        ("detection", {"image_size": 30}, "multiple of 8 for cnn. You gave: 30"),
    ],
)
def test_impossible_options_are_explained(generated, name, options, message):
    with pytest.raises(UserError, match=message):
        tasks.create(generated, name, options)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("bert", {"sequence_length": 11}, "at least 12"),
        ("detection", {"max_boxes": 2}, "`max_boxes` of at least 3"),
        ("image", {"image_size": 20}, "10 classes and 8 pixels"),
        ("image", {"classes": 9}, "10 classes and 8 pixels"),
    ],
)
def test_options_that_do_not_fit_the_data_are_explained(create, name, options, message):
    with pytest.raises(UserError, match=message):
        create(name, **options).load()


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", NAMES)
def test_data_are_the_same_each_time(create, name):
    first, second = (create(name).load() for _ in range(2))
    assert first.info == second.info  # with a hash of the content
    assert len(first.sha256) == 64
    assert first.info["splits"] == {"train": len(first.train), "test": len(first.test)}


@pytest.mark.tensorflow
def test_hash_tells_data_apart():
    import numpy as np

    from tfmot_technique_kit.tasks import base

    def sha256(values):
        pair = (values, np.array([0, 1], "int32"))
        return base.from_arrays(pair, pair, "x", "1").sha256

    zeros = np.zeros([2, 3], "float32")
    assert sha256(zeros) == sha256(zeros.copy())
    assert (
        len({sha256(zeros), sha256(np.eye(2, 3, dtype="float32")), sha256(zeros[..., None])}) == 3
    )


@pytest.mark.tensorflow
@pytest.mark.parametrize("training", ["technique", "pruning", "clustering", "qat"])
@pytest.mark.parametrize("name", NAMES)
def test_models_take_techniques(generated, train, name, training):
    from tfmot_technique_kit.experiments.training import NotApplicableError

    # TFMOT does not quantize attention, which has to be said as such.
    refused = pytest.raises(NotApplicableError, match="qat: ")
    with refused if (name, training) == ("bert", "qat") else contextlib.nullcontext():
        train(generated, name, training)
