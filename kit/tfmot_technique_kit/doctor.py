"""Finds what is wrong with the environment that the technique runs in.

    python -m tools.doctor

It reads what pip installed and imports none of it, so that it also works, and
fast, where TensorFlow cannot be imported.
"""

import argparse
import dataclasses
import importlib.metadata
import importlib.util
import os
import re
import sys

import tfmot_technique_kit as tools
from tfmot_technique_kit.experiments import names

# First and last minor versions that the job `wheel` in ci.yml tests.
PYTHON = ((3, 10), (3, 13))
TESTED = {
    "tensorflow": ((2, 20), (2, 21)),
    "tf-keras": ((2, 20), (2, 21)),
    "tensorflow-model-optimization": ((0, 8), (0, 8)),
}
_KERAS_3 = (2, 16)  # From here on, `tf.keras` is Keras 3.
_DISTUTILS_GONE = (3, 12)

# Distributions that write the files of the package `tensorflow`, too.
_TWINS = (
    "intel-tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-rocm",
    "tf-nightly",
    "tf-nightly-cpu",
)
_VARIABLE = "TF_USE_LEGACY_KERAS"
_INSTALL = "pip install -e '.[dev]'"

OK, WARNING, BROKEN = "ok", "warning", "broken"


@dataclasses.dataclass(frozen=True)
class Finding:
    """What was found about one thing.

    Attributes:
        level: 'ok', 'warning', or 'broken' if something will fail.
        message: What was found, in one line.
        fix: What to do about it, in one line; None if nothing.
    """

    level: str
    message: str
    fix: str | None = None


@dataclasses.dataclass(frozen=True)
class Environment:
    """What is looked at.

    Attributes:
        python: The version of Python, a tuple of three ints.
        versions: Dict from the name of each installed distribution, with dashes, to
            its version.
        requires: Dict from such a name to the list of its requirements, as in its
            metadata.
        variables: The environment variables, a dict.
        has_tensorflow_files: Whether the package `tensorflow` has code.
    """

    python: tuple
    versions: dict
    requires: dict
    variables: dict
    has_tensorflow_files: bool

    @classmethod
    def current(cls):
        """Returns the environment of this process."""
        versions, requires = {}, {}
        for distribution in importlib.metadata.distributions():
            name = _normal(distribution.metadata["Name"] or "")
            if name not in versions:  # the first one on the path is imported
                versions[name] = distribution.version
                requires[name] = distribution.requires or []
        spec = importlib.util.find_spec("tensorflow")
        has_files = spec is not None and spec.origin is not None
        variables = dict(os.environ)
        return cls(sys.version_info[:3], versions, requires, variables, has_files)

    def version(self, name):
        """Returns a distribution's version as a tuple of ints, or None."""
        if name not in self.versions:
            return None
        return tuple(map(int, re.findall(r"\d+", self.versions[name])[:3]))


def examine(environment):
    """Returns a list of `Finding` about an `Environment`."""
    return [f for check in _CHECKS for f in check(environment)]


def _check_python(environment):
    shown = ".".join(map(str, environment.python))
    first, last = PYTHON
    if environment.python < first:
        yield Finding(BROKEN, f"Python {shown} is too old", f"use {_range(PYTHON)}")
    elif environment.python[:2] > last:
        message = f"Python {shown}: TensorFlow with tf-keras does not install"
        yield Finding(WARNING, message, f"use {_range(PYTHON)}")
    else:
        yield Finding(OK, f"Python {shown}")


def _check_versions(environment):
    for name, tested in TESTED.items():
        version = environment.version(name)
        if version is None:
            if name != "tensorflow" or not _twins(environment):
                yield Finding(BROKEN, f"{name} is missing", _INSTALL)
            continue
        shown = f"{name} {environment.versions[name]}"
        if tested[0] <= version[:2] <= tested[1]:
            yield Finding(OK, shown)
        else:
            message = f"{shown} is not among the tested versions"
            yield Finding(WARNING, message, f"use {name} {_range(tested)}")


def _check_twins(environment):
    """Two distributions of TensorFlow write the same files."""
    for name in _twins(environment):
        if "tensorflow" in environment.versions:
            yield Finding(
                BROKEN,
                f"{name} and tensorflow are both installed and write the same files",
                f"pip uninstall -y {name} tensorflow && {_INSTALL}",
            )
        else:
            yield Finding(
                WARNING,
                f"{name} takes the place of tensorflow, which tf-keras requires; pip "
                "will install that, too, the next time",
                f"pip uninstall -y {name} && {_INSTALL}",
            )


def _check_files(environment):
    """Uninstalling one of two TensorFlows takes files from the other."""
    installed = ["tensorflow", *_twins(environment)]
    names = [name for name in installed if name in environment.versions]
    if names and not environment.has_tensorflow_files:
        yield Finding(
            BROKEN,
            f"the files of {names[0]} are gone, though pip lists it",
            f"pip install --force-reinstall --no-deps {names[0]}=={environment.versions[names[0]]}",
        )


def _check_pair(environment):
    """tf-keras is made for one minor version of TensorFlow."""
    flow, keras = map(environment.version, ("tensorflow", "tf-keras"))
    if flow and keras and flow[:2] != keras[:2]:
        wanted = ".".join(map(str, flow[:2]))
        yield Finding(
            BROKEN,
            "tensorflow and tf-keras do not fit: "
            f"{environment.versions['tensorflow']} and "
            f"{environment.versions['tf-keras']}",
            f"pip install 'tf-keras~={wanted}.0'",
        )


def _check_keras(environment):
    """Which Keras is live, and the variable that decides."""
    flow = environment.version("tensorflow")
    if flow is None:
        return
    value = environment.variables.get(_VARIABLE)
    is_set = value in ("1", "true", "True")  # as TensorFlow reads it
    if flow < _KERAS_3:
        if is_set:
            yield Finding(
                BROKEN,
                f"{_VARIABLE}={value} breaks quantization-aware training and loading "
                f".keras files in tensorflow {environment.versions['tensorflow']}",
                f"unset {_VARIABLE}",
            )
        else:
            yield Finding(OK, "tf.keras is Keras 2")
    elif is_set:
        yield Finding(OK, f"tf.keras is Keras 2, by {_VARIABLE}={value}")
    else:
        yield Finding(
            WARNING,
            "tf.keras is Keras 3, whose models the technique cannot take",
            f"import tf_keras as keras, or export {_VARIABLE}=1 before Python starts",
        )


def _check_setuptools(environment):
    if environment.python >= _DISTUTILS_GONE and "setuptools" not in environment.versions:
        yield Finding(
            BROKEN,
            "setuptools is missing: TFMOT imports distutils, gone in Python 3.12",
            "pip install setuptools",
        )


def _check_tensorboard(environment):
    if "tensorboard" not in environment.versions:
        yield Finding(
            WARNING,
            "tensorboard is missing, and the callback that writes summaries needs it",
            "pip install tensorboard",
        )


def _check_requirements(environment):
    """What TensorFlow and TFMOT require, as pip check would."""
    try:
        from packaging import requirements
    except ModuleNotFoundError:
        if "tensorflow" in environment.versions:
            message = "packaging is missing, which tensorflow requires"
            yield Finding(BROKEN, message, "pip install packaging")
        return
    for name in TESTED:
        for text in environment.requires.get(name, ()):
            requirement = requirements.Requirement(text)
            required = _normal(requirement.name)
            marker = requirement.marker
            version = environment.versions.get(required)
            if required in TESTED or marker and not marker.evaluate({"extra": ""}):
                continue
            specifier = str(requirement.specifier)
            fix = f"pip install '{required}{specifier}'"
            if version is None:
                yield Finding(BROKEN, f"{required} is missing; {name} requires it", fix)
            elif not requirement.specifier.contains(version, prereleases=True):
                message = f"{required} {version} is not {specifier}, as {name} requires"
                yield Finding(WARNING, message, fix)


def _check_project(environment):
    """Whether pip knows this project, and what its commands need."""
    name = names.DISTRIBUTION
    if name not in environment.versions:
        yield Finding(WARNING, f"{name} is not installed", _INSTALL)
        return
    missing = {}
    for text in environment.requires[name]:
        extra = re.search(r'extra == [\'"](.+?)[\'"]', text)
        required = _normal(re.match(r"[\w.-]+", text)[0])
        if extra and "python_version" not in text:
            missing.setdefault(extra[1], [])
            if required not in environment.versions:
                missing[extra[1]].append(required)
    there = [extra for extra, names_ in missing.items() if not names_]
    yield Finding(OK, f"{name} with the extras {', '.join(there) or 'none'}")


def _twins(environment):
    return [name for name in _TWINS if name in environment.versions]


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _range(versions):
    return " to ".join(".".join(map(str, version)) for version in versions)


_CHECKS = (
    _check_python,
    _check_versions,
    _check_twins,
    _check_files,
    _check_pair,
    _check_keras,
    _check_setuptools,
    _check_tensorboard,
    _check_requirements,
    _check_project,
)


@tools.command
def main(arguments=None):
    """Prints what was found. Returns 1 if something will fail, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.doctor", description=__doc__.splitlines()[0]
    )
    parser.parse_args(arguments)
    findings = examine(Environment.current())
    for finding in findings:
        print(f"{finding.level:8} {finding.message}")
        if finding.fix:
            print(f"{'':8} fix: {finding.fix}")
    levels = [finding.level for finding in findings]
    print(f"{levels.count(BROKEN)} broken, {levels.count(WARNING)} warnings.")
    return min(levels.count(BROKEN), 1)


if __name__ == "__main__":
    sys.exit(main())
