"""What the tests of the export work on."""

import pytest
from click.testing import CliRunner

from tests.export import miniature
from tfmot_technique_kit.cli import main


@pytest.fixture
def project(tmp_path):
    """A project."""
    return miniature.project(tmp_path / "project")


@pytest.fixture
def checkout(tmp_path):
    """The folder of a checkout without the technique."""
    return miniature.checkout(tmp_path / "checkout")


@pytest.fixture
def export(project, checkout, monkeypatch):
    """Runs `technique export` on both, with options; returns what click's runner does."""

    def run(*options, place=checkout, date=miniature.DATE):
        monkeypatch.chdir(project.root)
        day = [f"--date={date}"] if date else []
        return CliRunner().invoke(main, ["export", *map(str, options), *day, str(place)])

    return run
