"""Finds what is wrong with the environment that a technique runs in.

The module reads what pip installed and imports none of it, so that it also works, and fast,
where TensorFlow cannot be imported.
"""

import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tfmot_technique_kit import versions
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import BACKEND, BACKENDS, Switch

# Distributions that write the files of the package `tensorflow`, too.
_TWINS = (
    "intel-tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-rocm",
    "tf-nightly",
    "tf-nightly-cpu",
)

OK, WARNING, BROKEN = "ok", "warning", "broken"


@dataclass(frozen=True)
class Finding:
    """What was found about one thing."""

    level: str  # 'ok', 'warning', or 'broken' if something will fail.
    message: str  # What was found, in one line.
    fix: str | None = None  # What to do about it, in one line.


@dataclass(frozen=True)
class Environment:
    """What is looked at."""

    python: str  # The version of Python.
    versions: Mapping[str, str]  # Those of all distributions, by their names with dashes.
    requires: Mapping[str, list[str]]  # The requirements of each, as in its metadata.
    variables: Mapping[str, str]  # Of the environment.
    has_tensorflow_files: bool  # Whether the package `tensorflow` has code.

    @property
    def twins(self) -> list[str]:
        """The other distributions of TensorFlow that are installed."""
        return [name for name in _TWINS if name in self.versions]

    @classmethod
    def current(cls) -> "Environment":
        """Returns the environment of this process."""
        python = ".".join(map(str, sys.version_info[:3]))
        # Of two with a name, the first on the path is imported.
        found = reversed(list(importlib.metadata.distributions()))
        named = {canonicalize_name(each.metadata["Name"] or ""): each for each in found}
        installed = {name: each.version for name, each in named.items()}
        requires = {name: each.requires or [] for name, each in named.items()}
        spec = importlib.util.find_spec("tensorflow")
        has_files = spec is not None and spec.origin is not None
        return cls(python, installed, requires, os.environ, has_files)


def examine(project: Project, environment: Environment) -> list[Finding]:
    """Returns what is found about an environment, the worst last."""
    findings = [*_check_tensorflow(environment), *_check_keras(environment)]
    for check in (_check_tested, _check_packages):
        try:
            findings += check(project, environment)
        except (OSError, UserError) as error:
            findings.append(Finding(WARNING, f"cannot be checked: {error}"))
    return sorted(findings, key=lambda finding: (OK, WARNING, BROKEN).index(finding.level))


def _check_tensorflow(environment: Environment) -> Iterator[Finding]:
    """There is one TensorFlow, whole, and tf-keras is made for it."""
    installed = environment.versions
    flow, keras = installed.get("tensorflow"), installed.get("tf-keras")
    for name in environment.twins:
        level, message = WARNING, f"{name} takes the place of tensorflow, which tf-keras requires"
        if flow:
            level, message = BROKEN, f"{name} and tensorflow are both installed, in the same files"
        names = f"{name} tensorflow" if flow else name
        yield Finding(level, message, f"pip uninstall -y {names} && {versions.INSTALL}")
    for name in ["tensorflow"] * bool(flow) + environment.twins:
        if not environment.has_tensorflow_files:  # removing one of two takes them along
            fix = f"pip install --force-reinstall --no-deps {name}=={installed[name]}"
            yield Finding(BROKEN, f"the files of {name} are gone, though pip lists it", fix)
    if flow and keras and Version(flow).release[:2] != Version(keras).release[:2]:
        minor = ".".join(flow.split(".")[:2])
        message = f"tensorflow and tf-keras do not fit: {flow} and {keras}"
        yield Finding(BROKEN, message, f"pip install 'tf-keras~={minor}.0'")


def _check_keras(environment: Environment) -> Iterator[Finding]:
    """The Keras and the backend that the variables choose are installed."""
    switch = Switch.chosen(environment.variables)
    if switch.backend not in BACKENDS:
        fix = f"export {BACKEND}={', '.join(BACKENDS)}: one of them"
        yield Finding(BROKEN, f"Keras has no backend {switch.backend!r}", fix)
        return
    name = "tf-keras" if switch.keras == 2 else switch.backend
    if name in environment.versions or (name == "tensorflow" and environment.twins):
        yield Finding(OK, f"the technique runs with {switch.title}")
    else:
        message = f"the technique is to run with {switch.title}, and {name} is not installed"
        yield Finding(BROKEN, message, f"pip install {name}")


def _check_tested(project: Project, environment: Environment) -> Iterator[Finding]:
    """Python, TensorFlow and tf-keras are among those that releases are tested with."""
    tested, installed = versions.tested(project), environment.versions
    for name, version, known in (
        ("Python", environment.python, {each.python for each in tested}),
        ("tensorflow", installed.get("tensorflow"), {each.tensorflow for each in tested}),
        ("tf-keras", installed.get("tf-keras"), {each.tensorflow for each in tested}),
    ):
        first, *_, last = sorted(known, key=Version) * 2
        if version and Version(first) <= Version(".".join(version.split(".")[:2])) <= Version(last):
            yield Finding(OK, f"{name} {version}")
        elif version:
            message = f"{name} {version} is not among the tested versions"
            yield Finding(WARNING, message, f"use {name} {first} to {last}")


def _check_packages(project: Project, environment: Environment) -> Iterator[Finding]:
    """What the project, TensorFlow and TFMOT require is there; the kit is that of the project."""
    own = project.technique.distribution
    if own not in environment.versions:
        yield Finding(WARNING, f"{own} is not installed", versions.INSTALL)
    yield from _check_required(versions.PYPROJECT, versions.requirements(project), environment)
    for name in ("tensorflow", "tensorflow-model-optimization"):
        required = map(Requirement, environment.requires.get(name, ()))
        yield from _check_required(name, required, environment)
    for problem in versions.check_kit(project):
        yield Finding(WARNING, str(problem), problem.command)


def _check_required(
    who: str, required: Iterable[Requirement], environment: Environment
) -> Iterator[Finding]:
    python = ".".join(environment.python.split(".")[:2])
    for requirement in required:
        name, wanted = canonicalize_name(requirement.name), requirement.specifier
        if requirement.marker and not requirement.marker.evaluate(
            {"extra": "", "python_version": python}
        ):
            continue
        version = environment.versions.get(name)
        fix = versions.INSTALL if requirement.url else f"pip install '{name}{wanted}'"
        if version and not wanted.contains(version, prereleases=True):
            yield Finding(WARNING, f"{name} {version} is not {wanted}, as {who} requires", fix)
        # One of the other TensorFlows has been looked at.
        elif not version and not (name == "tensorflow" and environment.twins):
            yield Finding(BROKEN, f"{name} is missing; {who} requires it", fix)
