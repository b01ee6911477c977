"""Tests for what is remembered of notebooks that ran."""

import json

import pytest
import tfmot_technique_kit as tools
from tests.readiness import projects as test_projects
from tfmot_technique_kit import manifest
from tfmot_technique_kit.experiments import plan
from tfmot_technique_kit.readiness import executions

_PATH = "g3doc/guide/a.ipynb"


def _notebook(code="print(1)", prose="Text."):
    return json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": [prose]},
                {"cell_type": "code", "source": [code]},
            ]
        }
    )


@pytest.fixture
def made(tmp_path, monkeypatch):
    part = manifest.load(tools.ROOT).component("executions")
    monkeypatch.setattr(manifest, "load", lambda _: made.manifest)
    files = test_projects.component(_PATH)
    made = test_projects.make(tmp_path, {_PATH: _notebook()}, files, part)
    return made


def _find(made):
    return [str(g) for g in test_projects.check(executions.check_executed, made)]


def test_a_notebook_that_did_not_run(made) -> None:
    assert _find(made) == [f"{_PATH}: did not run yet"]


def test_a_notebook_that_ran(made) -> None:
    executions.record(made.root, made.root / _PATH)

    assert not _find(made)


def test_the_record_is_the_same_each_time(made) -> None:
    executions.record(made.root, made.root / _PATH)
    (path,) = made.folder_of("executions").iterdir()
    once = path.read_bytes()
    executions.record(made.root, made.root / _PATH)

    assert path.read_bytes() == once


@pytest.mark.parametrize("change, count", [({"code": "print(2)"}, 1), ({"prose": "More."}, 0)])
def test_code_counts_and_prose_does_not(made, change, count) -> None:
    executions.record(made.root, made.root / _PATH)
    (made.root / _PATH).write_text(_notebook(**change))

    assert len(_find(made)) == count


def test_the_code_of_the_technique_counts(made, monkeypatch) -> None:
    executions.record(made.root, made.root / _PATH)
    monkeypatch.setattr(plan, "hash_of_source", lambda: "other")

    (gap,) = _find(made)

    assert "did not run since its code or that of the technique changed" in gap
