"""The command that runs the gallery, on a small part of it, and the page that it renders."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.configurations
QUICK = ["training.epochs=1", "training.fine_tune_epochs=1", "technique.levels=[0.5]"]
QUICK += ["measure.processes=1", "measure.warmup_s=0", "measure.min_s=0", "measure.min_runs=2"]
TECHNIQUES = ["weight_sharing", "activation_sparsity"]


@pytest.fixture
def make(tmp_path):
    """A function of arguments that runs the gallery into a folder, and returns what it printed."""
    folder = tmp_path / "gallery"
    folder.mkdir()
    shutil.copy(REPOSITORY / "gallery" / "README.md", folder)

    def run(*arguments):
        command = [sys.executable, REPOSITORY / "gallery" / "make.py", "--work", tmp_path / "work"]
        command += ["--runs", folder / "runs", "--profile", "smoke", "--tasks", "image"]
        command += ["--techniques", *TECHNIQUES, *(f"--set={change}" for change in QUICK)]
        return subprocess.check_output([*map(str, command), *arguments], text=True)

    return folder, run


def test_techniques_share_what_is_trained_once_and_the_command_goes_on(make):
    folder, run = make
    assert run("--seeds", "0", "--minutes", "0") == ""
    shown = run("--seeds", "0")
    # Their runs, then their latencies.
    assert shown.count("weight_sharing: done") == shown.count("activation_sparsity: done") == 2
    runs = [json.loads(path.read_text()) for path in folder.glob("runs/*.json")]
    names = sorted(run["variant"]["name"] for run in runs)
    own = ["technique@0.5", "technique@0.5+int8"] * 2
    both = ["baseline", "control", "pruning", "clustering"]
    assert names == sorted([*own, *both, *(f"{name}+int8" for name in both), "qat+int8"])
    assert {run["variant"]["technique"] for run in runs} == {None, *TECHNIQUES}
    assert all(run["status"] == "ok" and run["latency"] for run in runs)
    page = (folder / "README.md").read_text()
    for name in ("weight sharing@0.5", "activation sparsity@0.5", "TFMOT pruning", "TFMOT qat"):
        assert f"| {name} |" in page
    assert {path.name for path in folder.glob("plots/*")} == {"image_size.svg", "image_latency.svg"}

    assert run("--seeds", "0") == ""
    assert (folder / "README.md").read_text() == page
    assert run("--seeds", "0", "1").count("done") == 3  # No latency for the second seed.
