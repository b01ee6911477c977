"""Tests for the rules about results, with runs that nobody made."""

import pytest
import tfmot_technique_kit as tools
from tests.readiness import projects as test_projects
from tests.report import runs as test_runs
from tfmot_technique_kit import manifest
from tfmot_technique_kit.experiments import plan
from tfmot_technique_kit.experiments import results as results_lib
from tfmot_technique_kit.readiness import results

_RULES = {
    "tasks": results.check_tasks,
    "control": results.check_control,
    "deployment": results.check_deployment,
    "combination": results.check_combination,
    "seeds": results.check_seeds,
}
_TRAININGS = ("baseline", "control", "technique@0.8", "technique_qat@0.8")


def _runs(profile="full", trainings=_TRAININGS, source=None, seeds=(0, 1)):
    """Returns the runs of three tasks."""
    runs = []
    for task in ("image", "bert", "detection"):
        for training in trainings:
            for seed in seeds:
                conversion = "int8" if "qat" in training else "float"
                run = test_runs.run(
                    training, conversion=conversion, seed=seed, task=task, profile=profile
                )
                if "technique" in training:
                    source = source or plan.hash_of_source()
                    run["variant"]["params"]["source_sha256"] = source
                runs.append(run)
    return runs


def _make(root):
    part = manifest.load(tools.ROOT).component("results")
    return test_projects.make(root, {}, part)


def _find(tmp_path, runs):
    """Returns the messages of each rule that finds something."""
    for run in runs:
        results_lib.write(_make(tmp_path).folder_of("results"), run)
    made = _make(tmp_path)
    found = {
        name: [gap.message for gap in test_projects.check(rule, made)]
        for name, rule in _RULES.items()
    }
    return {name: messages for name, messages in found.items() if messages}


def test_complete_results(tmp_path) -> None:
    assert not _find(tmp_path, _runs())


def test_without_results(tmp_path) -> None:
    assert _find(tmp_path, []) == {"tasks": ["3 tasks have to have results; 0 have"]}


def test_the_profile_smoke_does_not_count(tmp_path) -> None:
    assert _find(tmp_path, _runs("smoke")) == {
        "tasks": [
            "3 tasks have to have results; 0 have, and of the profile smoke only: "
            "bert, detection, image"
        ]
    }


def test_two_tasks_are_not_three(tmp_path) -> None:
    runs = [run for run in _runs() if run["task"] != "bert"]

    assert _find(tmp_path, runs) == {"tasks": ["3 tasks have to have results; 2 have"]}


def test_runs_of_earlier_code_do_not_count(tmp_path) -> None:
    found = _find(tmp_path, _runs(source="0" * 64))

    assert found["tasks"] == [
        "3 tasks have to have results; 0 have",
        "12 runs are of earlier code of the technique",
    ]


def test_failed_runs_do_not_count(tmp_path) -> None:
    runs = _runs(trainings=_TRAININGS[:2])
    runs += [
        test_runs.failed("technique@0.8", "no memory", task=task, profile="full")
        for task in ("image", "bert", "detection")
    ]

    assert "0 have" in _find(tmp_path, runs)["tasks"][0]


@pytest.mark.parametrize(
    "left_out, rule, message",
    [
        ("control", "control", "has no control"),
        ("technique_qat@0.8", "combination", "has no combination with another"),
    ],
)
def test_trainings_that_are_missing(tmp_path, left_out, rule, message) -> None:
    trainings = [name for name in _TRAININGS if name != left_out]

    found = _find(tmp_path, _runs(trainings=trainings))

    assert list(found) == [rule]
    assert len(found[rule]) == 3
    assert all(message in line for line in found[rule])
    assert found[rule][0].startswith("bert, full profile: ")


def test_quantization_after_training_is_a_combination(tmp_path) -> None:
    runs = _runs(trainings=_TRAININGS[:3])
    for run in list(runs):
        other = test_runs.run(
            run["variant"]["training"],
            conversion="int8",
            seed=run["seed"],
            task=run["task"],
            profile="full",
        )
        other["variant"]["params"] = run["variant"]["params"]
        runs.append(other)

    assert not _find(tmp_path, runs)


def test_one_seed(tmp_path) -> None:
    found = _find(tmp_path, _runs(seeds=[0]))

    assert list(found) == ["seeds"]
    assert "technique@0.8" in found["seeds"][0]


def test_latency_that_was_not_measured(tmp_path) -> None:
    runs = _runs()
    for run in runs:
        run["latency"] = None

    found = _find(tmp_path, runs)

    assert list(found) == ["deployment"]
    assert "has no latency of technique@0.8" in found["deployment"][0]


def test_documents_that_show_no_results(tmp_path) -> None:
    from tfmot_technique_kit.report import tables

    files = {"a.md": f"\n{tables.NO_RESULTS}\n", "b.md": "| 0.972 |\n"}
    made = test_projects.make(tmp_path, files)

    (gap,) = test_projects.check(results.check_shown, made)

    assert str(gap) == "a.md: shows no results yet"


def test_runs_that_the_convergence_test_repeats(tmp_path) -> None:
    (gap,) = test_projects.check(results.check_recorded, _make(tmp_path))

    assert "no run of bert, detection, image to repeat" in gap.message
