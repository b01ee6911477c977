"""Tests for the rules about results, with runs that nobody made."""

import pytest

from tests.readiness.conftest import component
from tests.report import runs as test_runs
from tfmot_technique_kit.experiments import plan
from tfmot_technique_kit.experiments import results as results_lib
from tfmot_technique_kit.readiness import results
from tfmot_technique_kit.report import tables

_RULES = {
    "tasks": results.check_tasks,
    "control": results.check_control,
    "deployment": results.check_deployment,
    "combination": results.check_combination,
    "seeds": results.check_seeds,
}
_TRAININGS = ("baseline", "control", "technique@0.8", "technique_qat@0.8")
_TASKS = ("image", "bert", "detection")


@pytest.fixture
def runs(project):
    """A function that returns the runs of three tasks."""

    def create(profile="full", trainings=_TRAININGS, source=None, seeds=(0, 1)):
        made = []
        for task in _TASKS:
            for training in trainings:
                for seed in seeds:
                    conversion = "int8" if "qat" in training else "float"
                    options = {"conversion": conversion, "task": task, "profile": profile}
                    run = test_runs.run(training, seed=seed, **options)
                    if "technique" in training:
                        params = run["variant"]["params"]
                        params["source_sha256"] = source or plan.hash_of_source(project)
                    made.append(run)
        return made

    return create


@pytest.fixture
def find(project):
    """A function that returns the messages of each rule that finds something in runs."""

    def check(made):
        for run in made:
            results_lib.write(project.folder("results"), run)
        part = project.manifest.component("results")
        found = {
            name: [problem.message for problem in rule(project, part)]
            for name, rule in _RULES.items()
        }
        return {name: messages for name, messages in found.items() if messages}

    return check


def test_complete_results(find, runs):
    assert not find(runs())


def test_without_results(find):
    assert find([]) == {"tasks": ["3 tasks have to have results; 0 have"]}


def test_two_tasks_or_the_profile_smoke_do_not_do(find, runs):
    made = [run for run in runs() if run["task"] != "bert"]
    made += [run for run in runs("smoke") if run["task"] == "bert"]
    message = "3 tasks have to have results; 2 have, and of the profile smoke only: bert"
    assert find(made) == {"tasks": [message]}


def test_runs_of_earlier_code_do_not_count(find, runs):
    assert find(runs(source="0" * 64))["tasks"] == [
        "3 tasks have to have results; 0 have",
        "12 runs are of earlier code of the technique",
    ]


def test_failed_runs_do_not_count(find, runs):
    made = runs(trainings=_TRAININGS[:2])
    made += [
        test_runs.failed("technique@0.8", "no memory", task=task, profile="full") for task in _TASKS
    ]
    assert "0 have" in find(made)["tasks"][0]


@pytest.mark.parametrize(
    "left_out, rule, message",
    [
        ("control", "control", "has no control"),
        ("technique_qat@0.8", "combination", "has no combination with another"),
    ],
)
def test_trainings_that_are_missing(find, runs, left_out, rule, message):
    found = find(runs(trainings=[name for name in _TRAININGS if name != left_out]))
    assert list(found) == [rule]
    assert len(found[rule]) == 3
    assert all(message in line for line in found[rule])
    assert found[rule][0].startswith("bert, full profile: ")


def test_quantization_after_training_is_a_combination(find, runs):
    made = runs(trainings=_TRAININGS[:3])
    for run in list(made):
        training, options = run["variant"]["training"], {"task": run["task"], "profile": "full"}
        other = test_runs.run(training, conversion="int8", seed=run["seed"], **options)
        other["variant"]["params"] = run["variant"]["params"]
        made.append(other)
    assert not find(made)


def test_one_seed_and_no_latency(find, runs):
    made = runs(seeds=[0])
    for run in made:
        run["latency"] = None
    found = find(made)
    assert list(found) == ["deployment", "seeds"]
    assert "has no latency of technique@0.8" in found["deployment"][0]
    assert "technique@0.8" in found["seeds"][0]


def test_documents_that_show_no_results(make):
    part = component("a.md", "b.md")
    project = make({"a.md": f"\n{tables.NO_RESULTS}\n", "b.md": "| 0.972 |\n"}, part)
    (problem,) = results.check_shown(project, part)
    assert str(problem) == "a.md: shows no results yet"


def test_runs_that_reproduce_repeats(project):
    part = project.manifest.component("results")
    (problem,) = results.check_recorded(project, part)
    assert "no run of tiny for" in problem.message
