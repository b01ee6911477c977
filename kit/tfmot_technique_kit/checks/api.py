"""Checks of the docstrings of the public API."""

import doctest
import importlib
import inspect
import json
import pathlib
import tempfile

from tfmot_technique_kit.checks import commands
from tfmot_technique_kit.checks.problem import Problem
from tfmot_technique_kit.documents import api_pages as api_docs

_DOCTEST_OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def check_docstrings(root, package=api_docs.PACKAGE):
    """Checks that public symbols say what they do, take, return and raise.

    A method that overrides another is described by that one.

    Args:
        root: The project's folder, a path.
        package: Name of the package, which can be imported.

    Returns:
        A list of problems.
    """
    problems = []
    for metric in _report(package):
        symbol = _Symbol(root, metric.symbol_name)
        if not symbol.is_override:
            problems += map(symbol.problem, _look_at(metric))
    return problems + _lint(root, package)


def check_examples(root, package=api_docs.PACKAGE):
    """Runs the examples in the docstrings of the public API.

    The names of the API are there as if imported, and `tf`, `np` and `keras`.

    Args:
        root: The project's folder, a path.
        package: Name of the package, which can be imported.

    Returns:
        A list of problems.
    """
    public = importlib.import_module(f"{package}.keras")
    names = {**vars(public), **_common_names()}
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = _Runner(root)
    for name, symbol in sorted(vars(public).items()):
        if inspect.isclass(symbol) or inspect.isfunction(symbol):
            module = inspect.getmodule(symbol)
            for test in finder.find(symbol, name, module, globs=names):
                runner.run(test, out=lambda text: None)
    return runner.problems


def _common_names():
    import numpy
    import tensorflow

    from tfmot_technique_kit.keras_api import keras

    return {"np": numpy, "tf": tensorflow, "keras": keras}


class _Runner(doctest.DocTestRunner):
    """Keeps failures as problems."""

    def __init__(self, root) -> None:
        super().__init__(optionflags=_DOCTEST_OPTIONS)
        self.problems = []
        self._root = root

    def report_failure(self, out, test, example, got):
        """See base class."""
        self._add(test, example, f"got {got.strip()!r}")

    def report_unexpected_exception(self, out, test, example, exc_info):
        """See base class."""
        self._add(test, example, f"raised {exc_info[0].__name__}: {exc_info[1]}")

    def _add(self, test, example, what):
        path = pathlib.Path(test.filename).relative_to(self._root).as_posix()
        line = (test.lineno or 0) + example.lineno + 1
        expected = f", expected {example.want.strip()!r}" if example.want else ""
        message = f"{example.source.strip()}: {what}{expected}"
        self.problems.append(Problem(path, line, " ".join(message.split())))


class _Symbol:
    """A public symbol by its full name.

    Attributes:
        is_override: Whether it is a method that a base class has, too.
    """

    def __init__(self, root, name) -> None:
        package, *parts = name.split(".")
        owner, value = None, importlib.import_module(package)
        for part in parts:
            owner, value = value, inspect.getattr_static(value, part)
        self.is_override = inspect.isclass(owner) and (
            parts[-1] not in vars(owner)
            or any(parts[-1] in vars(base) for base in owner.__mro__[1:])
        )
        self._name = ".".join(parts[1:]) or name
        self._root = root
        self._value = getattr(value, "__func__", value)

    def problem(self, message):
        """Returns a problem of this symbol."""
        code = inspect.unwrap(self._value)
        path = pathlib.Path(inspect.getsourcefile(code)).relative_to(self._root)
        line = inspect.getsourcelines(code)[1]
        return Problem(path.as_posix(), line, f"{self._name}: {message}")


def _report(package):
    """Returns what tensorflow_docs finds out about each symbol."""
    from tensorflow_docs.api_generator.report.schema import api_report_pb2

    with tempfile.TemporaryDirectory() as folder:
        pages = api_docs.build(folder, package=package).with_suffix("")
        content = (pages / "api_report.pb").read_bytes()
    return api_report_pb2.ApiReport.FromString(content).symbol_metric


def _look_at(metric):
    """Yields what a docstring lacks."""
    parameters = metric.parameter_lint
    if not metric.desc_lint.len_brief:
        yield "has no docstring; say what it does."
        return
    if parameters.num_args_in_doc < parameters.num_args_in_code:
        yield (
            f'has {parameters.num_args_in_code:.0f} arguments, and "Args:" names '
            f"{parameters.num_args_in_doc:.0f}."
        )
    if parameters.num_empty_param_desc_args:
        yield 'an argument in "Args:" has no description.'
    if parameters.num_empty_param_desc_attr:
        yield 'an attribute in "Attributes:" has no description.'
    if metric.HasField("return_lint") and not metric.return_lint.returns_defined:
        yield 'returns something; describe it in "Returns:".'
    raises = metric.raises_lint
    if raises.total_raises_in_code and not raises.num_raises_defined:
        yield 'raises errors; describe them in "Raises:".'


def _lint(root, package):
    """Returns errors that are raised, and iterators, that docstrings lack."""
    rules = ["--isolated", "--preview", "--select", "DOC402,DOC501"]
    style = ["--config", "lint.pydocstyle.convention='google'"]
    arguments = ["--output-format", "json", "--exclude", "*_test.py", package]
    found = commands.run(root, "ruff", "check", *rules, *style, *arguments)
    return [
        Problem(
            pathlib.Path(each["filename"]).relative_to(root.resolve()).as_posix(),
            each["location"]["row"],
            f"{each['code']}: {each['message']}.",
        )
        for each in json.loads(found.stdout)
    ]
