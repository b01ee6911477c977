"""Tests for model_card."""

import re

import pytest
import yaml
from tests.report import runs as test_runs
from tfmot_technique_kit.report import model_card


def test_front_matter_is_what_hubs_read() -> None:
    card = model_card.render(test_runs.run("technique@0.8", 0.91234))

    _, front, _ = card.split("---\n", 2)
    data = yaml.safe_load(front)
    assert data["pipeline_tag"] == "image-classification"
    (model,) = data["model-index"]
    (result,) = model["results"]
    assert result["metrics"] == [{"type": "accuracy", "value": 0.91234}]
    assert result["dataset"]["name"] == "digits"


def test_says_what_the_run_says() -> None:
    run = test_runs.run("technique_qat@0.8", 0.91234, "int8")

    card = model_card.render(run)

    for expected in (
        "| accuracy of the converted model | 0.912 |",
        "| Latency, median | 0.062 ms |",
        "| Peak memory | 5120 KiB |",
        "**Level:** sparsity 0.8",
        run["artifacts"]["tflite_sha256"],
        run["artifacts"]["weights_sha256"],
        run["run_id"],
        "Interpreter('model_int8.tflite')",
        "quantize_scope()",
        "360 test examples",
        "ai\\_edge\\_litert 2.3.0",
    ):
        assert expected in card


def test_hyper_parameters_can_be_read_back() -> None:
    config = {"resolved": {"levels": [0.5], "name": 'a: "b"'}, "sha256": "0" * 64}

    card = model_card.render(test_runs.run(config=config))

    (block,) = re.findall("```yaml\n(.*?)```", card, re.S)
    assert yaml.safe_load(block) == config["resolved"]


@pytest.mark.parametrize("training", ["baseline", "technique_qat@0.8"])
def test_code_is_python(training) -> None:
    card = model_card.render(test_runs.run(training))

    blocks = re.findall("```python\n(.*?)```", card, re.S)
    assert len(blocks) == 2
    for block in blocks:
        compile(block, "card", "exec")


def test_limits_depend_on_the_run() -> None:
    run = test_runs.run(profile="full")
    assert "synthetic" not in model_card.render(run)
    assert "smoke" not in model_card.render(run)

    run["dataset"]["source"] = "synthetic"
    assert "The data are synthetic" in model_card.render(run)
    assert "smoke profile" in model_card.render(run | {"profile": "smoke"})


def test_a_run_without_measurements_and_commit() -> None:
    card = model_card.render(test_runs.run(seed=1, git=None))

    assert "Latency, median" not in card
    assert "**Commit:** none" in card


def test_names_may_hold_anything() -> None:
    run = test_runs.run()
    run["dataset"]["name"] = 'a: | "<b>'

    card = model_card.render(run)

    data = yaml.safe_load(card.split("---\n")[1])
    dataset = data["model-index"][0]["results"][0]["dataset"]
    assert dataset["name"] == 'a: | "<b>'
    assert "<b>" not in card.partition("### Training Data")[2]


def test_a_failed_run_has_no_card() -> None:
    with pytest.raises(ValueError, match="has no model to describe: no memory"):
        model_card.render(test_runs.failed("baseline", "no memory"))
