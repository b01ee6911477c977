"""Each configuration that the template has, in the real size of its model, from data to latency.

The data are a handful of examples as the real ones are stored, the weights to start from random
ones in a file, and a model is trained for some steps: this shows that all of it runs.
"""

import pytest

from tests.experiments.conftest import finish, start
from tests.tasks.conftest import TEMPLATE, make_project, write_images
from tfmot_technique_kit.experiments import results

pytestmark = pytest.mark.configurations

# As few steps as two updates of a technique take, for each of two stages.
QUICK = [
    *("training.epochs=1", "training.fine_tune_epochs=2", "technique.levels=[0.5]"),
    *("technique.update_frequency=1", "representative_examples=2", "measure.test_examples=2"),
    *("measure.processes=1", "measure.warmup_s=0", "measure.min_s=0", "measure.min_runs=2"),
]
# All trainings of the profiles, and all conversions.
VARIANTS = [
    *("control", "technique@0.5", "technique@0.5+dynamic", "technique@0.5+int8"),
    *("pruning_technique@0.5", "technique_clustering@0.5", "technique_qat@0.5+int8"),
]
# The least number of parameters: that of BERT-base, and of MobileNetV2 with and without its top.
SIZES = {"bert_full": 109e6, "image_full": 3.5e6, "detection_full": 2.2e6}
SIZES |= {"bert_small": 1.8e6, "image_small": 4e5, "detection_small": 9e5}


@pytest.fixture
def inputs(request, tmp_path):
    """A function of a configuration that returns the folder of its data, and changes to it."""

    def write_weights(**arguments):
        from tfmot_technique_kit.keras_api import keras

        path = tmp_path / "weights.h5"
        keras.applications.MobileNetV2(weights=None, **arguments).save_weights(path)
        return f"task.weights={path}"

    def prepare(name):
        if name == "bert_full":
            return request.getfixturevalue("sst2_dir"), ["task.train_examples=2"]
        if name == "detection_full":
            return request.getfixturevalue("coco_dir"), [write_weights(include_top=False)]
        if name == "image_full":
            folder = write_images(tmp_path / "images", [f"{i:04}" for i in range(1000)])
            return folder, [write_weights()]
        if name == "bert_small":
            return request.getfixturevalue("movie_reviews_dir"), ["training.batch_size=4"]
        if name.endswith("_small"):
            pytest.importorskip("mlxtend")
        if name == "detection_small":
            return tmp_path, ["task.train_examples=8", "training.batch_size=2"]
        return tmp_path, []  # The profile smoke has its data with it.

    return prepare


@pytest.mark.parametrize("name", sorted(path.stem for path in TEMPLATE.glob("configs/*.yaml")))
def test_a_configuration_runs(inputs, tmp_path, name):
    project = make_project(tmp_path / "project")
    data_dir, changes = inputs(name)
    task, profile = name.split("_")
    if profile == "full":
        changes = [*changes, "training.batch_size=1"]
    options = [f"--variant={variant}" for variant in VARIANTS]
    options += [f"--task={task}", f"--profile={profile}", f"--data-dir={data_dir}"]
    options += [f"--set={change}" for change in (*QUICK, *changes)]
    finish(start(project.root, "run", *options))
    runs = {run["variant"]["name"]: run for run in results.load_all(project.folder("results"))}
    assert set(runs) == set(VARIANTS)
    # TFMOT does not quantize attention.
    left_out = {"technique_qat@0.5+int8"} if task == "bert" else set()
    assert {n for n, run in runs.items() if run["status"] != "ok"} == left_out
    for run in runs.values():
        if run["status"] == "ok":
            assert run["model"]["parameters"] >= SIZES.get(name, 0)
            assert run["storage"]["tflite_bytes"] and run["latency"]["median_ms"] > 0
