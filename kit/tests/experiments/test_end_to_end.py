"""Tests for the commands, as a user types them, on the smallest models."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest
from tfmot_technique_kit.experiments import artifacts, results

ROOT = pathlib.Path(__file__).parent.parent
TINY = (
    "training.epochs=1",
    "training.fine_tune_epochs=2",
    "technique.update_frequency=4",
    "technique.levels=[0.5]",
    "measure.processes=1",
    "measure.warmup_s=0",
    "measure.min_s=0",
    "measure.test_examples=60",
)


def start(folder, command, *arguments):
    """Starts `python -m experiments` with results in a folder."""
    return subprocess.Popen(
        [
            sys.executable,
            *("-m", "experiments", command),
            f"--results={folder}/results",
            f"--artifacts={folder}/artifacts",
            *arguments,
            *(f"--set={change}" for change in TINY),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def sweep(folder, *arguments):
    """Sweeps over the image task, and returns what is shown."""
    process = start(folder, "sweep", "--tasks", "image", "--seeds", "0", "1", *arguments)
    shown, _ = process.communicate()
    assert process.returncode == 0, shown
    return shown


def load(folder):
    """Returns the runs by variant and seed."""
    runs = results.load_all(folder / "results")
    return {(run["variant"]["name"], run["seed"]): run for run in runs}


def times(folder):
    """Returns when each run file was written."""
    return {p.name: p.stat().st_mtime_ns for p in (folder / "results").iterdir()}


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    sweep(folder, "--trainings", "control", "technique", "technique_qat")
    return folder


def test_sweep_writes_a_file_for_each_run(folder) -> None:
    names = {
        f"{training}{conversion}"
        for training in ("baseline", "control", "technique@0.5")
        for conversion in ("", "+dynamic", "+int8")
    }
    names.add("technique_qat@0.5+int8")
    runs = load(folder)
    assert set(runs) == {(name, seed) for name in names for seed in (0, 1)}
    assert {run["status"] for run in runs.values()} == {"ok"}


def test_each_run_says_what_was_measured(folder) -> None:
    runs = load(folder)
    sizes = {name: run["storage"]["tflite_bytes"] for (name, seed), run in runs.items() if not seed}
    for run in runs.values():
        assert run["quality"]["n"] == 60
        assert 0 <= run["quality"]["value"] <= 1
        kept = folder / "artifacts" / run["artifacts"]["path"]
        conversion = run["variant"]["conversion"]
        size = (kept / f"model_{conversion}.tflite").stat().st_size
        assert size == run["storage"]["tflite_bytes"]
        card = (kept / f"model_{conversion}.md").read_text(encoding="utf-8")
        assert run["artifacts"]["tflite_sha256"] in card
    assert sizes["baseline+int8"] < 0.4 * sizes["baseline"]


@pytest.mark.parametrize("name", ["technique@0.5", "technique_qat@0.5+int8"])
def test_cards_tell_how_to_load_the_trained_model(folder, name, monkeypatch) -> None:
    run = load(folder)[name, 0]
    kept = folder / "artifacts" / run["artifacts"]["path"]
    card = (kept / f"model_{run['variant']['conversion']}.md").read_text()
    monkeypatch.chdir(kept)
    found = {}
    exec(re.findall("```python\n(.*?)```", card, re.S)[1], found)
    loaded = artifacts.hash_of_weights(found["model"].get_weights())
    assert loaded == run["artifacts"]["weights_sha256"]


def test_latency_is_measured_for_one_seed(folder) -> None:
    for (_, seed), run in load(folder).items():
        if seed:
            assert run["latency"] is None
        else:
            assert run["latency"].get("median_ms", 0) > 0
            assert set(run["memory"]) & {"peak_bytes", "unavailable"}


def test_a_second_sweep_runs_nothing(folder) -> None:
    before = times(folder)
    trainings = ("control", "technique", "technique_qat")
    shown = sweep(folder, "--trainings", *trainings)
    assert "20 runs, 20 of them are finished" in shown
    assert "\n20 ok. Show them: `python -m experiments report`" in shown
    assert times(folder) == before


def test_reproduces_a_run_to_the_last_bit(folder) -> None:
    runs = load(folder)
    path = results.path_of(folder / "results", runs["technique@0.5+int8", 0])
    shown = subprocess.run(
        [sys.executable, "-m", "experiments", "reproduce", path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Matches. The weights are equal" in shown


def test_a_killed_sweep_goes_on_where_it_stopped(folder, tmp_path) -> None:
    process = start(tmp_path, "sweep", "--tasks", "image", "--seeds", "0", "1")
    while not (tmp_path / "results").is_dir() or len(times(tmp_path)) < 2:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # Its processes end, too: they do not go on beside the next sweep.
    deadline = time.monotonic() + 20
    while _count_processes(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    before = times(tmp_path)
    assert all(name.endswith(".json") for name in before)
    sweep(tmp_path, "--trainings", "control", "technique", "--no-latency")
    after = times(tmp_path)
    assert before.items() <= after.items()
    assert len(after) == 18
    # The results are those of a sweep that was not interrupted.
    expected = load(folder)
    for key, run in load(tmp_path).items():
        for name in ("weights_sha256", "tflite_sha256"):
            assert run["artifacts"][name] == expected[key]["artifacts"][name], key


def _count_processes(folder):
    shown = subprocess.run(
        ["ps", "-A", "-o", "args="], capture_output=True, text=True, check=True
    ).stdout
    return shown.count(f"--results={folder}")


def test_what_cannot_run_is_a_result(tmp_path) -> None:
    process = start(tmp_path, "run", "--task=bert", "--variant=qat", "--no-latency")
    shown, _ = process.communicate()
    assert process.returncode == 0, shown
    (run,) = [r for r in load(tmp_path).values() if "qat" in r["variant"]["name"]]
    assert run["status"] == "not_applicable"
    assert "qat" in run["error"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "--task=text", "--variant=all"], "no task 'text'"),
        (["run", "--task=bert", "--variant=bad"], "no variant 'bad'"),
        (["sweep", "--shard=4/4"], "'4/4' is no shard"),
        (["reproduce", "missing.json"], "missing.json"),
        (["run", "--task=image", "--profile=full", "--variant=all"], "train"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(arguments, expected, tmp_path) -> None:
    places = [f"--results={tmp_path}/r", f"--artifacts={tmp_path}/a"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "experiments", *arguments),
            *(places if arguments[0] != "reproduce" else []),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert expected in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_files_hold_no_number_that_json_does_not_know(folder) -> None:
    for path in (folder / "results").iterdir():
        json.loads(path.read_text(), parse_constant=pytest.fail)
