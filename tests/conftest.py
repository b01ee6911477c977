"""Fixtures."""

import signal
from pathlib import Path

import pytest
import support
from set_up import Environment

from tfmot_template_rules import names

# A shell starts what runs in the background with interrupts ignored, which the programs
# that the tests interrupt would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows what tests record, whichever process they ran in."""
    reports = [r for kept in terminalreporter.stats.values() for r in kept]
    for report in reports:
        if getattr(report, "when", None) == "call":
            for title, lines in report.user_properties:
                terminalreporter.section(title)
                terminalreporter.line("\n".join(lines))


# Fixtures that make something for several tests, one after the other.
SHARED = ("kind_project", "named_project", "upgrade")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests of one project in one process, which makes it once."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        for name in SHARED:
            if name in parameters:
                item.add_marker(pytest.mark.xdist_group(f"{name} {parameters[name]}"))


def bake(cookies, answers: dict[str, str]) -> Path:
    """Generates a project and returns its folder."""
    result = cookies.bake(template=str(support.ROOT), extra_context=answers)
    assert result.exception is None, result.exception
    return result.project_path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory, for the commands that keep something there."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def project(cookies_session) -> Path:
    """The project with the default answers."""
    return bake(cookies_session, {})


@pytest.fixture(scope="session", params=names.LEVELS)
def kind_project(request: pytest.FixtureRequest, cookies_session) -> Path:
    """Projects of each kind with the default names, one after the other."""
    return bake(cookies_session, {"technique_kind": request.param})


NAMED = {
    **{
        name: {"technique_name": name, "technique_kind": kind}
        for name, kind in support.TECHNIQUES.items()
    },
    **{
        f"{extreme}-{kind}": {**answers, "technique_kind": kind}
        for extreme, answers in support.EXTREMES.items()
        for kind in names.LEVELS
    },
}


@pytest.fixture(scope="session", params=NAMED)
def named_project(request: pytest.FixtureRequest, cookies_session) -> Path:
    """Projects with names of all sorts, one after the other."""
    return bake(cookies_session, NAMED[request.param])


# A technique of each kind, with names of its own.
OF_EACH_KIND = {kind: name for name, kind in reversed(support.TECHNIQUES.items())}
FIRST = next(iter(names.LEVELS))


@pytest.fixture(scope="session")
def set_up_project(cookies_session) -> Path:
    """A project that is set up as its README says, with TensorFlow, by `environment`."""
    answers = {"technique_name": OF_EACH_KIND[FIRST], "technique_kind": FIRST}
    return bake(cookies_session, answers)


@pytest.fixture(scope="session")
def environment(set_up_project) -> Environment:
    """The environment in which projects are tested. It takes minutes to make."""
    return Environment(set_up_project)
