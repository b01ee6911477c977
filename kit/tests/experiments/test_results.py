"""Tests for results."""

import concurrent.futures
import json
import signal
import subprocess
import sys
import weakref

import jsonschema
import numpy as np
import pytest
from tests.run_example import run_example
from tfmot_technique_kit.experiments import results

_MEASURED = (
    "train",
    "quality",
    "keras_quality",
    "storage",
    "static",
    "latency",
    "memory",
    "artifacts",
)


def _failed(status="failed"):
    run = run_example()
    run.update(dict.fromkeys(_MEASURED), model=None, dataset=None)
    return {**run, "status": status, "error": "It does not convert."}


def test_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(results.schema())


def test_a_run_comes_back_as_it_was(tmp_path) -> None:
    run = run_example()

    path = results.write(tmp_path / "new" / "folder", run)

    assert path.name == "image_smoke_technique@0.8+int8_0_00000000.json"
    assert path == results.path_of(path.parent, run)
    assert results.load(path) == run
    assert results.load_all(path.parent) == [run]
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("status", ["failed", "not_applicable"])
def test_a_run_without_measurements_has_a_reason(tmp_path, status) -> None:
    run = _failed(status)
    results.write(tmp_path, run)
    assert results.load_all(tmp_path) == [run]

    with pytest.raises(ValueError, match="in error: None"):
        results.write(tmp_path, {**run, "error": None})
    with pytest.raises(ValueError, match="in error: .*two"):
        results.write(tmp_path, {**run, "error": "two\nlines"})
    with pytest.raises(ValueError, match="in storage"):
        storage = run_example()["storage"]
        results.write(tmp_path, {**run, "storage": storage})


def test_a_run_that_is_ok_has_measurements_and_no_reason(tmp_path) -> None:
    for field in ("model", "train", "quality", "storage", "static", "artifacts"):
        with pytest.raises(ValueError, match=f"in {field}: None"):
            results.write(tmp_path, {**run_example(), field: None})
    with pytest.raises(ValueError, match="in error"):
        results.write(tmp_path, {**run_example(), "error": "But why?"})


@pytest.mark.parametrize("section", ["latency", "memory"])
def test_latency_and_memory_may_be_unavailable_or_not_asked_for(tmp_path, section) -> None:
    for value in (None, {"unavailable": "No such device."}):
        results.write(tmp_path, {**run_example(), section: value})

    for value in ({}, {"unavailable": None}, {"median_ms": 1.0}):
        with pytest.raises(ValueError, match=f"in {section}"):
            results.write(tmp_path, {**run_example(), section: value})


@pytest.mark.parametrize(
    "field, value",
    [
        ("quality.value", float("nan")),
        ("quality.value", float("inf")),
        ("quality.value", np.float32(0.5)),
        ("static.zero_fraction", 1.5),
        ("storage.gzip_bytes", "many"),
        ("latency.p95_ms", -1.0),
        ("variant.name", "../../elsewhere"),
        ("variant.conversion", "int4"),
        ("device", "phone"),
        ("started", "yesterday"),
        ("run_id", "abc"),
        ("seed", -1),
    ],
)
def test_wrong_value_is_named_and_not_written(tmp_path, field, value) -> None:
    run = part = run_example()
    *parents, key = field.split(".")
    for parent in parents:
        part = part[parent]
    part[key] = value

    with pytest.raises(ValueError) as error:
        results.write(tmp_path, run)

    assert f"in {field}:" in str(error.value)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_unknown_and_missing_fields_are_named(tmp_path) -> None:
    for section in ("quality", "latency", "hardware"):
        run = run_example()
        run[section]["verdict"] = "good"
        with pytest.raises(ValueError, match=f"in {section}: .*'verdict' was"):
            results.write(tmp_path, run)
    run = run_example()
    del run["hardware"]
    with pytest.raises(ValueError, match="in the whole: .*hardware"):
        results.write(tmp_path, run)


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "is not JSON"),
        ('{"schema_version": 1, "run', "is not JSON"),
        ('{"name": "something else"}', "is not as run_schema.json says"),
        ("[1]", "is not as run_schema.json says"),
    ],
)
def test_broken_or_foreign_file_is_named(tmp_path, content, message) -> None:
    results.write(tmp_path, run_example())
    (tmp_path / "foreign.json").write_text(content)

    with pytest.raises(ValueError, match=f"foreign.json {message}") as error:
        results.load_all(tmp_path)

    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < len(str(tmp_path)) + 400


def test_folder_without_runs(tmp_path) -> None:
    assert results.load_all(tmp_path / "nowhere") == []


def test_killed_writer_leaves_no_run_and_the_next_one_succeeds(tmp_path) -> None:
    code = (
        "import os, signal, sys\n"
        "from experiments import results, run_example\n"
        "def kill(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.replace = kill\n"
        "results.write(sys.argv[1], run_example.run_example())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path])
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    assert results.load_all(tmp_path) == []

    results.write(tmp_path, run_example())

    assert results.load_all(tmp_path) == [run_example()]


def test_failing_writer_keeps_what_was_there(tmp_path, monkeypatch) -> None:
    path = results.write(tmp_path, run_example())

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space left"):
        results.write(tmp_path, {**run_example(), "wall_s": 9.0})

    assert results.load_all(tmp_path) == [run_example()]
    assert list(tmp_path.iterdir()) == [path]


def test_many_may_write_the_same_run_at_once(tmp_path) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(results.write, [tmp_path] * 50, [run_example()] * 50))

    assert results.load_all(tmp_path) == [run_example()]
    assert len(list(tmp_path.iterdir())) == 1


def test_identity_of_a_run() -> None:
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


def test_an_error_names_its_cause_and_no_folder_of_this_machine() -> None:
    traced = ValueError(
        'Exception encountered when calling layer "a".\n\nin user code:\n\n'
        '    File "/home/me/site-packages/tf_keras/layer.py", line 3, in call  *\n'
        "        x = quantize(x)\n\n    TypeError: No such dtype.\n\nCall arguments"
    )
    missing = OSError(f"/home/me/site-packages/x/y.so and {results.__file__}")

    assert results.in_one_line(traced) == "TypeError: No such dtype."
    assert results.in_one_line(missing) == (
        "OSError: site-packages/x/y.so and experiments/results.py"
    )
    assert len(results.in_one_line(ValueError("x" * 999))) == 400


def test_an_error_is_let_go() -> None:
    class Failure(ValueError):
        """Built-in errors cannot be watched."""

    error = Failure("With a traceback, that holds a model.")
    watched = weakref.ref(error)
    results.in_one_line(error)
    del error
    assert watched() is None
