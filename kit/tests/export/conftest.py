"""What the tests of the export work on."""

import pytest
from tests.export import miniature as miniature


@pytest.fixture
def root(tmp_path):
    """A project."""
    return miniature.project(tmp_path / "project")


@pytest.fixture
def checkout(tmp_path):
    """A checkout without the technique."""
    return miniature.checkout(tmp_path / "checkout")
