"""Tests for switch, and of what goes by it without TensorFlow."""

import importlib.util
import os
import subprocess
import sys

import pytest

from tfmot_technique_kit import switch
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import process
from tfmot_technique_kit.switch import Switch


def test_the_variables_are_those_of_tensorflow_and_keras(monkeypatch):
    monkeypatch.delenv(switch.LEGACY, raising=False)
    assert switch.is_legacy()
    for chosen in (Switch(3, "torch"), Switch()):
        monkeypatch.setenv(switch.LEGACY, chosen.variables[switch.LEGACY])
        assert switch.is_legacy() == (chosen.keras == 2)
    assert Switch(3, "torch").variables == {"TF_USE_LEGACY_KERAS": "0", "KERAS_BACKEND": "torch"}


def test_a_backend_that_is_missing_is_named_before_anything_is_imported(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="jax is not installed: run pip install jax"):
        process.set_up({"onednn": True}, Switch(3, "jax"))


def test_official_models_refuse_keras_3():
    done = subprocess.run(
        [sys.executable, "-c", "import tfmot_technique_kit.official"],
        env={**os.environ, **Switch(3).variables},
        capture_output=True,
        text=True,
    )
    assert done.stderr.splitlines()[-1].endswith("made of Keras 2: set TF_USE_LEGACY_KERAS=1.")
