"""Fixtures."""

from pathlib import Path

import pytest
import support


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory, for the commands that keep something there."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def project(cookies_session) -> Path:
    """The project that comes of the default answers."""
    result = cookies_session.bake(template=str(support.ROOT))
    assert result.exception is None, result.exception
    return result.project_path


@pytest.fixture(scope="session", params=[*support.TECHNIQUE_NAMES, *support.EXTREMES])
def named_project(request: pytest.FixtureRequest, cookies_session) -> Path:
    """Projects with names of all sorts, one after the other."""
    answers = support.EXTREMES.get(request.param, {"technique_name": request.param})
    result = cookies_session.bake(template=str(support.ROOT), extra_context=answers)
    assert result.exception is None, result.exception
    return result.project_path
