"""Checks of the docstrings of the public API."""

import doctest
import importlib
import inspect
import json
import tempfile
from pathlib import Path
from typing import Any

from tfmot_technique_kit import pages
from tfmot_technique_kit.checks import programs
from tfmot_technique_kit.documents import api_pages
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project


def check_docstrings(project: Project) -> list[Problem]:
    """Finds public symbols that do not say what they do, take, return and raise.

    A method that overrides another is described by that one.
    """
    from tensorflow_docs.api_generator.report.schema import api_report_pb2

    with tempfile.TemporaryDirectory() as folder:
        report = api_pages.build(project, Path(folder)).with_suffix("") / "api_report.pb"
        metrics = api_report_pb2.ApiReport.FromString(report.read_bytes()).symbol_metric
    problems = []
    for metric in metrics:
        package, *parts = metric.symbol_name.split(".")
        owner, value = None, importlib.import_module(package)
        for part in parts:
            owner, value = value, inspect.getattr_static(value, part)
        if inspect.isclass(owner) and any(parts[-1] in vars(base) for base in owner.__mro__[1:]):
            continue  # it overrides a method
        code = inspect.unwrap(getattr(value, "__func__", value))
        name = pages.name_of(project.root, Path(inspect.getsourcefile(code)))
        line = inspect.getsourcelines(code)[1]
        symbol = ".".join(parts[1:]) or metric.symbol_name
        problems += [Problem(f"{symbol}: {lack}", name, line) for lack in _lacks(metric)]
    return problems + _lint(project)


def check_examples(project: Project) -> list[Problem]:
    """Runs the examples in the docstrings of the public API.

    The names of the API are there as if imported, and `tf`, `np` and `keras`.
    """
    import numpy as np
    import tensorflow as tf

    from tfmot_technique_kit.keras_api import keras, ops

    public = vars(project.module())
    names = public | {"np": np, "tf": tf, "keras": keras, "ops": ops}
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = _Runner(project)
    for name, symbol in sorted(public.items()):
        if inspect.isclass(symbol) or inspect.isfunction(symbol):
            for test in finder.find(symbol, name, inspect.getmodule(symbol), globs=names):
                runner.run(test, out=lambda _: None)
    return runner.problems


class _Runner(doctest.DocTestRunner):
    """Keeps failures as problems."""

    def __init__(self, project: Project) -> None:
        super().__init__(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        self.problems: list[Problem] = []
        self._root = project.root

    def report_failure(
        self, _out: object, test: doctest.DocTest, example: doctest.Example, got: str
    ) -> None:
        self._add(test, example, f"got {got.strip()!r}")

    def report_unexpected_exception(
        self, _out: object, test: doctest.DocTest, example: doctest.Example, exc_info: Any
    ) -> None:
        self._add(test, example, f"raised {exc_info[0].__name__}: {exc_info[1]}")

    def _add(self, test: doctest.DocTest, example: doctest.Example, what: str) -> None:
        expected = f", expected {example.want.strip()!r}" if example.want else ""
        message = " ".join(f"{example.source.strip()}: {what}{expected}".split())
        line = (test.lineno or 0) + example.lineno + 1
        self.problems.append(Problem(message, pages.name_of(self._root, Path(test.filename)), line))


def _lacks(metric: Any) -> list[str]:
    """Returns what a docstring lacks."""
    if not metric.desc_lint.len_brief:
        return ["has no docstring; say what it does."]
    arguments, raises = metric.parameter_lint, metric.raises_lint
    count, told = arguments.num_args_in_code, arguments.num_args_in_doc
    has_return = metric.HasField("return_lint")
    lacks = {
        f'has {count:.0f} arguments, and "Args:" names {told:.0f}.': told < count,
        'an argument in "Args:" has no description.': arguments.num_empty_param_desc_args,
        'an attribute in "Attributes:" has no description.': arguments.num_empty_param_desc_attr,
        'returns something; describe it in "Returns:".': (
            has_return and not metric.return_lint.returns_defined
        ),
        'raises errors; describe them in "Raises:".': (
            raises.total_raises_in_code and not raises.num_raises_defined
        ),
    }
    return [message for message, is_so in lacks.items() if is_so]


def _lint(project: Project) -> list[Problem]:
    """Finds errors that are raised, and iterators, that docstrings lack."""
    rules = ["--isolated", "--preview", "--select", "DOC402,DOC501"]
    style = ["--config", "lint.pydocstyle.convention='google'"]
    arguments = ["--output-format", "json", "--exclude", "*_test.py", project.technique.package]
    found = programs.run(project.root, "ruff", "check", *rules, *style, *arguments)
    return [
        Problem(
            f"{each['code']}: {each['message']}.",
            pages.name_of(project.root, Path(each["filename"])),
            each["location"]["row"],
        )
        for each in json.loads(found.stdout)
    ]
