"""Tests for training on several devices and in several processes."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest
from tfmot_technique_kit.experiments import results

ROOT = pathlib.Path(__file__).parent.parent


def start(folder, strategy, **environment):
    """Starts a short run of the technique."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "experiments", "run", "--no-latency"),
            *("--task=image", "--variant=technique@0.5", f"--strategy={strategy}"),
            *(f"--results={folder}/results", f"--artifacts={folder}/artifacts"),
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def check(folder, strategy):
    (run,) = results.load_all(folder / "results")
    assert run["status"] == "ok", run["error"]
    assert run["strategy"] == strategy
    assert run["quality"]["value"] > 0.3  # By chance it is 0.1.
    return run


def test_mirrored(tmp_path) -> None:
    process = start(tmp_path, "mirrored")
    shown, _ = process.communicate()
    assert process.returncode == 0, shown
    check(tmp_path, "mirrored")


def test_workers_train_one_model_and_one_of_them_writes(tmp_path) -> None:
    with socket.create_server(("localhost", 0)) as one:
        with socket.create_server(("localhost", 0)) as other:
            ports = [s.getsockname()[1] for s in (one, other)]
    workers = [f"localhost:{port}" for port in ports]
    processes = [
        start(
            tmp_path,
            "multiworker",
            TF_CONFIG=json.dumps(
                {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
            ),
        )
        for index in range(2)
    ]
    shown = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], shown
    check(tmp_path, "multiworker")


@pytest.mark.parametrize("strategy", ["parameter-server", ""])
def test_other_strategies_are_an_error(strategy, tmp_path) -> None:
    process = start(tmp_path, strategy)
    shown, _ = process.communicate()
    assert process.returncode == 2
    assert "invalid choice" in shown
