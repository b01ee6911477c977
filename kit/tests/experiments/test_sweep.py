"""Tests for sweep: which commands it starts."""

import concurrent.futures

import pytest

from tfmot_technique_kit.experiments import executors, latencies, progress
from tfmot_technique_kit.experiments import sweep as sweep_lib
from tfmot_technique_kit.switch import DEFAULT, Switch


@pytest.fixture
def commands(monkeypatch):
    """The commands that a sweep starts; none is run, and each ends with `commands.end`."""

    class Commands(list):
        end = (0, "")

    started = Commands()

    def start(root, arguments, jobs):
        futures = [concurrent.futures.Future() for _ in arguments]
        for future in futures:
            future.set_result(started.end)
        started.extend(arguments)
        return futures

    monkeypatch.setitem(executors.EXECUTORS, "local", start)
    return started


@pytest.fixture
def sweep(make_plan, tmp_path):
    """A function that sweeps over seeds and returns the problems."""

    def run(seeds=(0,), switch=DEFAULT, trainings=("control",), **options):
        plans = [make_plan(seed, switch=switch) for seed in seeds]
        folders = (tmp_path / "results", tmp_path / "artifacts")
        return sweep_lib.run(plans, *folders, trainings, **options)

    return run


def test_starts_one_process_for_each_seed(commands, sweep, capsys):
    assert sweep(range(3)) == []
    seeds = [argument for command in commands for argument in command if "--seed" in argument]
    assert seeds == ["--seed=0", "--seed=1", "--seed=2"]
    assert "--no-latency" in commands[0]  # Never beside another training.
    assert capsys.readouterr().out == (
        "18 runs, 0 of them are finished.\n18 missing. Show them: `technique report`.\n"
    )


def test_names_what_is_left_to_run(commands, sweep, make_plan, record):
    record(make_plan(), "baseline")
    sweep(trainings=["qat"], changes=["training.epochs=2"])
    variants = [a.removeprefix("--variant=") for a in commands[0] if a.startswith("--variant")]
    assert variants == ["baseline+dynamic", "baseline+int8", "qat+int8"]
    assert "--set=training.epochs=2" in commands[0]


def test_with_keras_3_it_leaves_tfmot_out_and_says_so_once(commands, sweep, capsys):
    trainings = ["control", "technique_qat", "pruning"]
    assert sweep((0, 1), switch=Switch(3, "jax"), trainings=trainings) == []
    assert capsys.readouterr().out.splitlines()[:2] == [
        "Left out: technique_qat@0.8, pruning. TFMOT's pruning, clustering and qat work with "
        "Keras 2 alone: sweep with --keras 2, too.",
        "12 runs, 0 of them are finished.",
    ]
    for command in commands:
        assert {"--keras=3", "--backend=jax", "--variant=control+int8"} <= set(command)


def test_the_command_passes_all_on_and_tells_which_process_failed(commands, invoke, tmp_path):
    commands.end = (1, "Error: No space left on device.")
    options = (f"--data-dir={tmp_path}", "--set=training.epochs=2")
    chosen = ("--trainings", "control", "--seeds", "0", "1", "--shard=1/2", "--no-latency")
    status, shown = invoke("sweep", *chosen, *options)
    assert status == 1 and "Failed: tiny, seed 1: Error: No space left on device." in shown
    assert len(commands) == 1 and {"--seed=1", *options} <= set(commands[0])


@pytest.mark.parametrize(
    ("seeds", "shard", "expected"),
    [
        ([0, 1], (0, 1), [0]),
        ([1, 2], (0, 1), [1]),  # The first of the sweep, not of the configuration.
        ([0, 1], (0, 2), [0]),
        ([0, 1], (1, 2), []),
    ],
)
def test_latency_is_measured_for_the_first_seed(
    commands, sweep, monkeypatch, seeds, shard, expected
):
    measured = []
    monkeypatch.setattr(latencies, "measure", lambda todo, *_: measured.extend(todo) or [])
    sweep(seeds, shard=shard)
    assert [plan.seed for plan, _ in measured] == expected
    sweep(seeds, shard=shard, latency=False)
    assert [plan.seed for plan, _ in measured] == expected


def test_progress_without_a_terminal_is_a_line_a_minute(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as workflows have it
    now = iter([0.0, 30.0, 61.0, 61.0, 62.0, 130.0, 130.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    with progress.progress("runs", 9) as show_done:
        for done in range(4):
            show_done(done)
    assert capsys.readouterr().out == "1 of 9 runs\n3 of 9 runs\n"
