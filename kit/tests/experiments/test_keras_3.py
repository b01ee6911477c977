"""Tests for experiments with Keras 3, on each backend that is installed."""

import importlib.util
import json

import pytest

from tests.conftest import USUAL
from tests.experiments.conftest import finish, start
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.switch import BACKENDS

pytestmark = pytest.mark.tensorflow

SMALL = (
    *("training.epochs=1", "training.fine_tune_epochs=1", "technique.update_frequency=2"),
    "measure.test_examples=40",
)
NAMES = ("control", "control+int8", "technique")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("task", ["image", "bert", "detection"])
def test_trains_and_converts(bake, tmp_path, task, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    command = ["run", f"--task={task}", "--keras=3", f"--backend={backend}", "--no-latency"]
    command += [f"--variant={name}" for name in NAMES] + [f"--set={change}" for change in SMALL]
    command += [f"--{name}={tmp_path / name}" for name in ("results", "artifacts")]
    finish(start(bake(**USUAL).root, *command))
    runs = results.load_all(tmp_path / "results")
    assert len(runs) == len(NAMES)
    for run in runs:
        assert (run["status"], run["keras"], run["backend"]) == ("ok", 3, backend), run["error"]
        assert run["software"]["keras"].startswith("3.") and run["software"][backend]
        # The converted model is the one that was trained.
        if run["variant"]["conversion"] == "float":
            assert run["quality"]["value"] == pytest.approx(run["keras_quality"]["value"], abs=0.03)
    kept = tmp_path / "artifacts" / runs[0]["artifacts"]["path"]
    assert json.loads((kept / "training.json").read_text())["weights_sha256"]
    assert (kept / "model.keras").is_file()
