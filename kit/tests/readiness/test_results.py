"""Tests for the rules about results, with runs that nobody made."""

import itertools

import pytest

from tests.readiness.conftest import component
from tests.report.runs import failed, run
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
_TASKS = ("image", "bert", "detection")
_ALL = ("baseline", "control", "technique@0.8", "technique_qat@0.8+int8")


@pytest.fixture
def runs(project):
    """A function that returns the runs of some trainings of three tasks."""

    def create(*trainings, profile="full", source=None, seeds=(0, 1)):
        made = []
        for task, name, seed in itertools.product(_TASKS, trainings, seeds):
            training, _, conversion = name.partition("+")
            made.append(run(training, 0.9, conversion or "float", seed, task=task, profile=profile))
            if "technique" in training:
                params = made[-1]["variant"]["params"]
                params["source_sha256"] = source or plan.hash_of_source(project)
        return made

    return create


@pytest.fixture
def find(project):
    """A function that returns the messages of each rule that finds something in runs."""

    def check(made):
        for each in made:
            results_lib.write(project.folder("results"), each)
        part = project.manifest.component("results")
        found = {name: [p.message for p in rule(project, part)] for name, rule in _RULES.items()}
        return {name: messages for name, messages in found.items() if messages}

    return check


def test_complete_results(find, runs):
    assert not find(runs(*_ALL))


def test_without_results(find):
    assert find([]) == {"tasks": ["3 tasks have to have results; 0 have"]}


def test_two_tasks_or_the_profile_smoke_do_not_do(find, runs):
    made = [each for each in runs(*_ALL) if each["task"] != "bert"]
    made += [each for each in runs(*_ALL, profile="smoke") if each["task"] == "bert"]
    message = "3 tasks have to have results; 2 have, and of the profile smoke only: bert"
    assert find(made) == {"tasks": [message]}


def test_runs_of_earlier_code_and_failed_ones_do_not_count(find, runs):
    made = runs(*_ALL, source="0" * 64)
    made += [failed("technique@0.9", "no memory", task=task, profile="full") for task in _TASKS]
    assert find(made)["tasks"] == [
        "3 tasks have to have results; 0 have",
        "12 runs are of earlier code of the technique",
    ]


@pytest.mark.parametrize(
    "left_out, rule, message",
    [
        ("control", "control", "has no control"),
        (_ALL[3], "combination", "has no combination with another technique"),
    ],
)
def test_trainings_that_are_missing(find, runs, left_out, rule, message):
    found = find(runs(*(name for name in _ALL if name != left_out)))
    assert found == {rule: [f"{task}, full profile: {message}" for task in sorted(_TASKS)]}


def test_quantization_after_training_is_a_combination(find, runs):
    assert not find(runs(*_ALL[:3], "technique@0.8+int8"))


def test_one_seed_and_no_latency(find, runs):
    made = runs(*_ALL, seeds=[0])
    for each in made:
        each["latency"] = None
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
    (problem,) = results.check_recorded(project, project.manifest.component("results"))
    assert "no run of tiny for" in problem.message
