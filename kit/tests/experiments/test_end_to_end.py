"""Tests for the commands, as a user types them, on a task that is trained in a second."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from tests.conftest import DATA
from tests.experiments.conftest import finish, start
from tfmot_technique_kit.experiments import config, results
from tfmot_technique_kit.experiments.plan import Plan
from tfmot_technique_kit.project import Project

pytestmark = pytest.mark.tensorflow

TINY = (
    *("training.epochs=1", "training.fine_tune_epochs=2", "technique.update_frequency=4"),
    *("technique.levels=[0.5]", "measure.processes=1", "measure.warmup_s=0", "measure.min_s=0"),
    "measure.test_examples=60",
)
TRAININGS = "--trainings=control,technique,technique_qat"


def sweep(root, *arguments):
    """Starts a sweep with the smallest hyper-parameters."""
    changes = (f"--set={change}" for change in TINY)
    return start(root, "sweep", "--seeds=0,1", TRAININGS, *arguments, *changes)


def load(root):
    """Returns the runs by variant and seed."""
    runs = results.load_all(root / "experiments" / "results")
    return {(run["variant"]["name"], run["seed"]): run for run in runs}


def times(root):
    """Returns when each run file was written."""
    return {p.name: p.stat().st_mtime_ns for p in root.glob("experiments/results/*.json")}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A function that makes a project."""
    return lambda: shutil.copytree(DATA / "some_method", tmp_path_factory.mktemp("p") / "project")


@pytest.fixture(scope="module")
def swept(copy):
    """A project in which two sweeps ran at once."""
    root = copy()
    shown = [finish(process) for process in [sweep(root) for _ in range(2)]]
    assert all("\n20 ok. Show them: `technique report`" in text for text in shown)
    return root


def test_a_sweep_writes_a_file_for_each_run_and_its_model(swept):
    runs = load(swept)
    names = {
        f"{training}{conversion}"
        for training in ("baseline", "control", "technique@0.5")
        for conversion in ("", "+dynamic", "+int8")
    } | {"technique_qat@0.5+int8"}
    assert set(runs) == {(name, seed) for name in names for seed in (0, 1)}
    for run in runs.values():
        assert run["status"] == "ok"
        assert run["quality"]["n"] == 60
        assert 0.1 < run["quality"]["value"] <= 1
        kept = swept / "experiments" / "artifacts" / run["artifacts"]["path"]
        model = kept / f"model_{run['variant']['conversion']}.tflite"
        assert model.stat().st_size == run["storage"]["tflite_bytes"]
        assert run["artifacts"]["tflite_sha256"] in model.with_suffix(".md").read_text()
    zeros = [runs[name, 0]["static"]["zero_fraction"] for name in ("technique@0.5", "control")]
    assert zeros[0] > 0.4 > zeros[1]
    assert not list(swept.glob("experiments/**/.*"))
    for path in (swept / "experiments" / "results").iterdir():
        json.loads(path.read_text(), parse_constant=pytest.fail)


@pytest.mark.parametrize("name", ["technique@0.5", "technique_qat@0.5+int8"])
def test_cards_tell_how_to_load_the_trained_model(swept, name, monkeypatch):
    from tfmot_technique_kit.experiments import artifacts

    run = load(swept)[name, 0]
    kept = swept / "experiments" / "artifacts" / run["artifacts"]["path"]
    card = (kept / f"model_{run['variant']['conversion']}.md").read_text()
    monkeypatch.chdir(kept)
    found = {}
    exec(re.findall("```python\n(.*?)```", card, re.DOTALL)[1], found)
    loaded = artifacts.hash_of_weights(found["model"].get_weights())
    assert loaded == run["artifacts"]["weights_sha256"]


def test_a_model_and_what_another_process_says_of_its_own_are_not_taken_for_one(swept, tmp_path):
    from tfmot_technique_kit.experiments import artifacts

    project = Project(swept)
    plan = Plan(project, "tiny", "smoke", config.load(project, "tiny", "smoke", TINY), seed=0)
    control = plan.parse("control")
    kept = shutil.copytree(swept / "experiments" / "artifacts", tmp_path / "artifacts")
    store = artifacts.Store(kept, plan)
    model, facts = store.load(control)
    assert artifacts.hash_of_weights(model.get_weights()) == facts["weights_sha256"]
    other = json.dumps(facts | {"weights_sha256": "0" * 64})
    (store.folder(control) / "training.json").write_text(other)
    assert store.load(control) is None


def test_latency_is_measured_for_one_seed_and_a_second_sweep_runs_nothing(swept):
    for (_, seed), run in load(swept).items():
        assert (run["latency"] is None) == bool(seed)
        if not seed:
            assert run["latency"].get("median_ms", 0) > 0
            assert ("control_medians" in run["latency"]) != run["variant"]["control"]
            assert set(run["memory"]) & {"peak_bytes", "unavailable"}
    before = times(swept)
    assert "20 runs, 20 of them are finished" in finish(sweep(swept))
    assert times(swept) == before


def test_reproduces_runs_to_the_last_bit(swept):
    runs = load(swept)
    paths = [
        results.path_of(swept / "experiments" / "results", runs[name, 0])
        for name in ("technique@0.5+int8", "technique_qat@0.5+int8")
    ]
    shown = finish(start(swept, "reproduce", *map(str, paths)))
    assert shown.count("Matches. The weights are equal") == 2


def test_a_killed_sweep_goes_on_where_it_stopped(swept, copy):
    root = copy()
    process = sweep(root)
    while len(times(root)) < 2:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # Its processes end, too: they do not go on beside the next sweep.
    deadline = time.monotonic() + 20
    while _count_processes(root):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    before = times(root)
    finish(sweep(root, "--no-latency"))
    after = times(root)
    assert before.items() <= after.items()
    assert len(after) == 20
    # The results are those of a sweep that was not interrupted.
    expected = load(swept)
    for key, run in load(root).items():
        for name in ("weights_sha256", "tflite_sha256"):
            assert run["artifacts"][name] == expected[key]["artifacts"][name], key


def _count_processes(root):
    shown = subprocess.check_output(["ps", "-A", "-o", "args="], text=True)
    return shown.count(f"--results={root}")


@pytest.mark.parametrize(
    ("variant", "change", "ends", "shown", "status"),
    [
        ("qat", "task.normalized=true", 0, "qat+int8: qat: ", {"not_applicable"}),
        ("control", "task.widht=3", 1, "has no option widht", set()),
        ("technique", "technique.update_frequency=999", 1, "lower technique.upd", {"failed"}),
    ],
)
def test_what_cannot_run_is_a_line_and_a_result(copy, variant, change, ends, shown, status):
    root = copy()
    options = ("--task=tiny", f"--variant={variant}", f"--set={change}", "--no-latency")
    *_, line = finish(start(root, "run", *options), ends).splitlines()
    assert shown in line
    assert {run["status"] for run in load(root).values()} == status


@pytest.mark.parametrize("strategy", ["mirrored", "multiworker"])
def test_several_train_one_model_and_one_of_them_writes(copy, strategy):
    root = copy()
    with socket.create_server(("localhost", 0)) as one, socket.create_server(("localhost", 0)) as b:
        workers = [f"localhost:{s.getsockname()[1]}" for s in (one, b)]
    roles = [{"type": "worker", "index": index} for index in range(2)]
    configs = [json.dumps({"cluster": {"worker": workers}, "task": role}) for role in roles]
    variables = [{"TF_CONFIG": text} for text in configs] if strategy == "multiworker" else [{}]
    options = ("--task=tiny", "--variant=technique", "--no-latency", f"--strategy={strategy}")
    for process in [start(root, "run", *options, **each) for each in variables]:
        finish(process)
    (run,) = load(root).values()
    assert run["strategy"] == strategy
    assert run["quality"]["value"] > 0.3  # By chance it is 0.1.
