"""Tests for what the commands refuse, and for those that need no TensorFlow."""

import json
import re
import resource

import pytest

from tests.metrics.benchmark_output import output_of
from tests.run_example import run_example
from tfmot_technique_kit import files
from tfmot_technique_kit.experiments import results


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("run --task=text --variant=all", "Error: There is no task 'text'"),
        ("run --task=tiny --variant=bad", "Error: There is no variant 'bad'"),
        ("run --task=tiny --variant=all --seed=-1", "'--seed': -1 is not in the range"),
        ("run --task=tiny --variant=all --strategy=tpu", "'tpu' is not one of 'none', 'mirrored'"),
        ("run --task=tiny --variant=all --keras=4", "'4' is not one of '2', '3'"),
        (
            "run --task=tiny --variant=all --backend=jax",
            "Error: Keras 2 runs on TensorFlow alone: pass --keras 3 with --backend jax.",
        ),
        (
            "run --task=tiny --variant=technique_qat --keras=3",
            "Error: technique_qat: TFMOT's pruning, clustering and qat work with Keras 2 alone: "
            "run it with --keras 2.",
        ),
        ("sweep --keras=3 --backend=torch --strategy=mirrored", "Error: --strategy is of tf."),
        ("run --task=tiny --variant=all --results=tasks/tiny.py/r", "Error: Cannot write into"),
        ("sweep --artifacts=tasks/tiny.py/a", "Error: Cannot write into tasks/tiny.py/a: Not a"),
        ("sweep --shard=4/4", "'4/4' is no shard"),
        ("sweep --seeds=0,x", "'--seeds': 'x' is not a valid integer"),
        ("sweep --jobs=0", "0 is not in the range"),
        ("sweep --tasks=tiny,text", "Error: There is no task 'text'"),
        ("sweep --tasks tiny text --seeds 0 1", "Error: There is no task 'text'"),
        ("reproduce", "Pass files of runs, or --all"),
        ("reproduce missing.json", "Error: missing.json: No such file or directory."),
        ("reproduce --all", "Error: There is no run of smoke to repeat: run `technique sweep`."),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(invoke, project, command, expected):
    before = sorted(project.root.rglob("*"))
    status, shown = invoke(*command.split())
    assert status
    assert expected in shown.splitlines()[-1]
    assert sorted(project.root.rglob("*")) == before


def _folder_as_run(project, plan):
    plan.path(plan.parse("control"), project.folder("results")).mkdir(parents=True)


def _file_as_training(project, plan):
    name = plan.training_name(plan.parse("control"))
    files.write(project.folder("results").with_name("artifacts") / name, "")


def _broken_link(project, plan):
    project.folder("results").parent.joinpath("artifacts").symlink_to("nowhere")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_folder_as_run, "json is a folder, and the file of a run is expected."),
        (_file_as_training, "_0_.*: Not a directory. Change that, or choose another folder."),
        (_broken_link, "artifacts: No such file or directory. Change that, or choose another"),
    ],
)
def test_what_cannot_be_written_is_found_before_training(
    invoke, project, make_plan, spoil, expected
):
    spoil(project, make_plan())
    status, shown = invoke("run", "--task=tiny", "--variant=control")
    assert status == 1
    assert re.search(expected, shown) and shown.count("\n") == 1, shown


def test_a_full_disk_is_found_before_training(invoke):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Files can be made, and nothing be written to them.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        ends = [invoke(*c.split()) for c in ("run --task=tiny --variant=control", "sweep")]
        with pytest.raises(OSError, match=r"File too large: .*page\.md"):  # of other commands
            files.write("page.md", "text")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    for status, shown in ends:
        assert status == 1
        assert re.match(r"Error: Cannot write into .*/results: File too large\. Change", shown)


def test_a_broken_run_file_is_named(invoke, tmp_path):
    path = files.write(tmp_path / "run.json", "{}")
    assert "is not as run_schema.json says" in invoke("reproduce", path)[1]


def test_device_latency_writes_a_run(invoke, project, tmp_path):
    run = run_example(storage__tflite_bytes=1_234_567)
    path = results.write(tmp_path, run)
    output = files.write(tmp_path / "benchmark.txt", output_of())
    device = ("--device=adb:Pixel 8", f"--benchmark-output={output}")
    status, shown = invoke("device-latency", path, *device)
    assert status == 0
    (measured,) = results.load_all(project.folder("results"))
    assert measured["device"] == "adb:Pixel 8" and measured["run_id"][:8] in shown
    assert json.loads(path.read_text()) == run
