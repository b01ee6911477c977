"""Tests for results."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from tests.run_example import failed_example, run_example
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import results


def test_a_run_comes_back_as_it_was(tmp_path):
    jsonschema.Draft202012Validator.check_schema(results.schema())
    run, folder = run_example(), tmp_path / "new" / "folder"
    path = results.write(folder, run)
    assert path == folder / "image_smoke_technique@0.8+int8_0_00000000.json"
    assert list(folder.iterdir()) == [path]
    assert results.load_all(folder) == [run]


@pytest.mark.parametrize(
    ("run", "field"),
    [
        *((run_example(**{f: None}), f) for f in ("model", "train", "quality", "static")),
        (run_example(error="But why?"), "error"),
        (failed_example() | {"error": None}, "error"),
        (failed_example(error="two\nlines"), "error"),
        (failed_example() | {"storage": run_example()["storage"]}, "storage"),
        *((run_example(latency=v), "latency") for v in ({}, {"runs": 1})),
        (run_example(latency={"unavailable": None}), "latency.unavailable"),
        (run_example(quality__on="keras"), "quality.on"),
        (run_example(quality__value=float("nan")), "quality.value"),
        (run_example(quality__value=np.float32(0.5)), "quality.value"),
        (run_example(static__zero_fraction=1.5), "static.zero_fraction"),
        (run_example(latency__p95_ms=-1.0), "latency.p95_ms"),
        (run_example(variant__name="../../elsewhere"), "variant.name"),
        (run_example(device="phone"), "device"),
        (run_example(started="yesterday"), "started"),
        (run_example(run_id="abc"), "run_id"),
        (run_example(quality__verdict="good"), "quality"),
        (run_example(verdict="good"), "the whole"),
        ({key: value for key, value in run_example().items() if key != "git"}, "the whole"),
    ],
)
def test_a_wrong_value_is_named_and_not_written(tmp_path, run, field):
    with pytest.raises(UserError, match=f"in {field}: ") as error:
        results.write(tmp_path, run)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "run",
    [
        *map(failed_example, ("failed", "not_applicable")),
        run_example(latency=None, memory={"unavailable": "No such device."}),
        # Of a task of the project.
        run_example(quality__metric="f1", keras_quality__metric="f1"),
        run_example(software__tfmot_technique_kit="0.5.0"),
    ],
)
def test_what_else_a_run_may_say(tmp_path, run):
    results.write(tmp_path, run)
    assert results.load_all(tmp_path) == [run]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not JSON"),
        ('{"schema_version": 1, "run', "is not JSON"),
        ("\xff", "is not JSON"),
        ('{"name": "something else"}', "is not as run_schema.json says"),
        ("[1]", "is not as run_schema.json says"),
    ],
)
def test_a_broken_or_foreign_file_is_named(tmp_path, content, message):
    results.write(tmp_path, run_example())
    (tmp_path / "foreign.json").write_text(content, encoding="latin-1")
    with pytest.raises(UserError, match=f"foreign.json {message}") as error:
        results.load_all(tmp_path)
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < len(str(tmp_path)) + 400


def test_folders_are_no_runs(tmp_path):
    assert results.load_all(tmp_path / "nowhere") == []
    results.write(tmp_path, run_example())
    (tmp_path / "x.json").mkdir()
    assert results.load_all(tmp_path) == [run_example()]
    with pytest.raises(UserError, match="is a folder"):
        results.load(tmp_path / "x.json")


def test_a_killed_writer_leaves_no_run_and_the_next_one_succeeds(tmp_path):
    code = (
        "import os, pathlib, signal, sys\n"
        "from tests.run_example import run_example\n"
        "from tfmot_technique_kit.experiments import results\n"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "results.write(sys.argv[1], run_example())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    assert results.load_all(tmp_path) == []
    results.write(tmp_path, run_example())
    assert results.load_all(tmp_path) == [run_example()]


def test_a_failing_writer_keeps_what_was_there(tmp_path, monkeypatch):
    path = results.write(tmp_path, run_example())

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(UserError, match=f"^Cannot write .*{path.stem[:10]}.*No space left"):
        results.write(tmp_path, run_example(wall_s=9.0))
    assert results.load_all(tmp_path) == [run_example()]
    assert list(tmp_path.iterdir()) == [path]


def test_identity_of_a_run():
    config = {"a": 1, "b": {"c": 2.5, "d": [1, 2]}}
    identity = results.run_id(config, task="image", seed=0)
    reordered = json.loads('{"b": {"d": [1, 2], "c": 2.5}, "a": 1}')
    assert identity == results.run_id(reordered, seed=0, task="image")
    assert identity != results.run_id(config, task="image", seed=1)
    assert identity != results.run_id({**config, "a": 2}, task="image", seed=0)
    # Runs are found again by it: it must not change between versions.
    assert results.fingerprint({"b": "ü", "a": [None, True, 0.5]}) == (
        "3a9ce771ab801ca5dbabbf65c85d5ffb5ed232cfdf051dcc0a6bef96b56a291d"
    )


def test_an_error_names_its_cause_and_no_folder_of_this_machine():
    root = Path("/home/me/project")
    traced = ValueError(
        'Exception encountered when calling layer "a".\n\nin user code:\n\n'
        '    File "/home/me/site-packages/tf_keras/layer.py", line 3, in call  *\n'
        "        x = quantize(x)\n\n    TypeError: No such dtype.\n\nCall arguments"
    )
    missing = OSError(f"/home/me/site-packages/x/y.so and {root}/code.py")
    assert results.in_one_line(traced, root) == "TypeError: No such dtype."
    assert results.in_one_line(missing, root) == "OSError: site-packages/x/y.so and code.py"
    assert results.in_one_line(UserError("Do it."), root) == "Do it."
    assert len(results.in_one_line(ValueError("x" * 999), root)) == 400
