"""Tests for model_card."""

import re

import pytest
import yaml

from tests.run_example import failed_example, run_example
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import model_card


@pytest.fixture
def render(project):
    """A function that returns the card of a run with changes."""
    return lambda **changes: model_card.render(run_example(**changes), project)


def test_front_matter_is_what_hubs_read(render):
    name = 'a: | "<b>'  # Names may hold anything.
    card = render(quality__value=0.91234, dataset__name=name)
    _, front, body = card.split("---\n", 2)
    data = yaml.safe_load(front)
    assert data["pipeline_tag"] == "image-classification"
    assert "some-method" in data["tags"]
    (result,) = data["model-index"][0]["results"]
    assert result["metrics"] == [{"type": "accuracy", "value": 0.91234}]
    assert result["dataset"]["name"] == name
    assert "<b>" not in body


@pytest.mark.parametrize("combination", [None, "qat"])
def test_says_what_the_run_says(render, combination):
    config = {"levels": [0.5], "name": 'a: "b"'}
    training = "technique_qat@0.8" if combination else "technique@0.8"
    card = render(
        config__resolved=config, variant__combination=combination, variant__training=training
    )
    for expected in (
        "| accuracy of the converted model | 0.900 |",
        "| Latency | 0.100 ms |",
        "| Peak memory | 5 KiB |",
        "**Level:** sparsity 0.8",
        *("4" * 64, "5" * 64, "0" * 64),
        'Interpreter("model_int8.tflite")',
        "model.h5" if combination else "model.keras",
        "10 test examples",
        "ai\\_edge\\_litert 0.0.0",
    ):
        assert expected in card
    assert ("quantize_scope()" in card) == bool(combination)
    (block,) = re.findall("```yaml\n(.*?)```", card, re.DOTALL)
    assert yaml.safe_load(block) == config
    codes = re.findall("```python\n(.*?)```", card, re.DOTALL)
    assert len(codes) == 2
    for code in codes:
        compile(code, "card", "exec")


@pytest.mark.parametrize(
    ("changes", "shown", "hidden"),
    [
        ({"profile": "full"}, [], ["synthetic", "smoke profile"]),
        ({"dataset__source": "synthetic"}, ["The data are synthetic", "smoke profile"], []),
        ({"latency": None, "git": None}, ["**Commit:** none"], ["| Latency |"]),
    ],
)
def test_limits_depend_on_the_run(render, changes, shown, hidden):
    card = render(**changes)
    assert all(text in card for text in shown)
    assert not any(text in card for text in hidden)


def test_the_trained_model_is_loaded_with_the_keras_of_the_run(render):
    for changes, name in ({}, "tf_keras"), ({"keras": 3, "backend": "jax"}, "keras"):
        card = render(**changes)
        assert f'\nimport {name}\n\nmodel = {name}.models.load_model("model.keras"' in card
        assert f"library_name: {name.replace('_', '-')}\n" in card


def test_a_failed_run_has_no_card(project):
    with pytest.raises(UserError, match="has no model to describe: no memory"):
        model_card.render(failed_example(error="no memory"), project)
