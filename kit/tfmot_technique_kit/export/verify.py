"""Proves that the technique works in a checkout that it has been put into."""

import ast
import concurrent.futures
import os
import posixpath
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import yaml

from tfmot_technique_kit import files
from tfmot_technique_kit.checks import notebooks, programs
from tfmot_technique_kit.export import edits, python_code
from tfmot_technique_kit.export.build_graph import Graph
from tfmot_technique_kit.export.checkout import Checkout
from tfmot_technique_kit.export.names import PACKAGE
from tfmot_technique_kit.export.plan import Plan

# A test that runs as a script has its folder first on the path, so a module of such a name takes
# the place of the real one.
_TAKEN = sys.stdlib_module_names | {"absl", "numpy", "tensorflow", "tf_keras"}
_LINK = re.compile(r"\]\((?!\w+:|[#/])([^)\s#]+)")
_TITLE = re.compile(r'^\s*"?# ([^"\\\n]+)', re.MULTILINE)
_TIMEOUT = 1800  # Seconds for a test file.

# By attribute: `import tensorflow_model_optimization.<slug>` also works if the API does not have
# the technique.
_PROGRAM = """
import functools, pathlib, sys
import tensorflow_model_optimization as tfmot

root = pathlib.Path(sys.argv[1])
if root not in pathlib.Path(tfmot.__file__).resolve().parents:
  sys.exit(f'imported {tfmot.__file__} instead of the checkout')
for path in sys.argv[2:]:
  try:
    found = functools.reduce(getattr, path.split('.')[1:], tfmot)
  except AttributeError as error:
    print(f'{path}: {error}')
    continue
  file = getattr(sys.modules.get(getattr(found, '__module__', None)), '__file__', None)
  if file and root not in pathlib.Path(file).resolve().parents:
    print(f'{path}: is from {file}')
"""


class Result(NamedTuple):
    """What a check looked at, with figures, and what is wrong, each in a line."""

    summary: str
    problems: list[str]


class Subject:
    """A checkout to verify, with what should be in it: the plan.

    Args:
        tests: Which of the exported tests to run: 'none', 'fast' or 'all'.
        tell: Is called with a line about each test that has run.
    """

    def __init__(
        self, plan: Plan, checkout: Checkout, tests: str, tell: Callable[[str], object]
    ) -> None:
        self.plan, self.checkout, self.tests, self.tell = plan, checkout, tests, tell
        self.tree = checkout.tree
        inside, core = tuple(f"{folder}/" for folder in plan.names.folders), f"{plan.names.core}/"
        self.own_files = sorted(path for path in self.tree.paths if path.startswith(inside))
        modules = [path for path in self.own_files if path.endswith(".py")]
        self.core_files = [path for path in modules if path.startswith(core)]
        # Those that users import.
        self.libraries = [path for path in self.core_files if not _is_test(path)]
        self.graph = Graph(self.tree)
        changes = {
            path: self._without_technique(path)
            for path in edits.EDITS
            if path.endswith(("BUILD", ".py"))
        }
        # Without the technique.
        self.pristine = Graph(self.tree.with_changes({**dict.fromkeys(self.own_files), **changes}))

    def _without_technique(self, path: str) -> str:
        slug = self.plan.names.technique.slug
        ours = (
            *(f"//{folder}" for folder in self.plan.names.folders),
            f'"{slug}/',
            f" import {slug}\n",
        )
        lines = self.tree.read(path).splitlines(keepends=True)
        return "".join(line for line in lines if not any(text in line for text in ours))


def _is_test(path: str) -> bool:
    """Returns whether a file is a test, or what tests share."""
    name = path.rpartition("/")[2]
    return name.endswith("_test.py") or name.startswith("test_")


def _current(subject: Subject) -> Result:
    """Is all of it there, as this project would write it?"""
    return Result(f"{len(subject.plan.files)} files", subject.plan.problems(subject.tree))


def _other_files(subject: Subject) -> Result:
    """Has nothing else changed?"""
    paths = subject.checkout.uncommitted()
    problems = [
        f"{path}: is changed or new, but not of the export; restore or remove it"
        for path in sorted(set(paths) - {file.path for file in subject.plan.files})
    ]
    return Result(f"{len(paths)} files are not committed", problems)


def _code(subject: Subject) -> Result:
    """Does the code look as in TFMOT?"""
    paths = [path for path in subject.own_files if path.endswith(".py")]
    problems = []
    for path in paths:
        text, name = subject.tree.read(path), posixpath.basename(path).removesuffix(".py")
        try:
            line = _wrong_indent(ast.parse(text))
        except SyntaxError as error:
            problems.append(f"{path}:{error.lineno}: is no Python: {error.msg}")
            continue
        if line:
            problems.append(f"{path}:{line}: is not indented by 2 columns, as TFMOT is")
        if not python_code.has_licence(text):
            problems.append(f"{path}:1: has no licence header")
        if name in _TAKEN:
            problems.append(
                f"{path}: hides the module {name!r} from tests that run as scripts; name it after "
                "what it defines"
            )
    return Result(f"{len(paths)} Python files", problems)


def _wrong_indent(tree: ast.Module) -> int | None:
    """Returns the line of a block that is not indented by two columns, or None."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.stmt, ast.excepthandler)) and isinstance(body, list):
            first = body[0]
            if first.lineno > node.lineno and first.col_offset != node.col_offset + 2:
                return first.lineno
    return None


def _imports(subject: Subject) -> Result:
    """Do all imports work in the toolkit, and in its wheel?"""
    wheel = subject.graph.closure() | set(subject.own_files)
    problems = []
    for path in subject.core_files:
        is_library = path in subject.libraries
        for imported in subject.tree.imports(path):
            target, problem = imported.file, None
            if is_library and imported.module == PACKAGE:
                problem = "imports the whole toolkit, which is importing this; import a module"
            elif target and target not in wheel:
                problem = f"imports {target}, which no wheel has"
            elif is_library and target in subject.core_files and _is_test(target):
                problem = f"imports {target}, which is for tests"
            elif not target and imported.module.split(".")[0] == PACKAGE:
                problem = f"{imported.module} is not there"
            if problem:
                problems.append(f"{path}:{imported.line}: {problem}")
    return Result(f"{len(subject.core_files)} files of the core", problems)


def _tests(subject: Subject) -> Result:
    """Can Bazel and a plain `python x_test.py` run the tests?"""
    tests = [path for path in subject.own_files if path.endswith("_test.py")]
    problems = [
        f"{path}: fixtures of pytest do not exist there; use tf.test.TestCase"
        for path in subject.own_files
        if path.endswith("/conftest.py")
    ]
    for path in tests:
        body = ast.parse(subject.tree.read(path)).body
        problems += [
            f"{path}:{node.lineno}: {node.name} is in no class and runs under pytest alone; put it "
            "into a tf.test.TestCase"
            for node in body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        ]
        if any(found.module.split(".")[0] == "pytest" for found in subject.tree.imports(path)):
            problems.append(f"{path}: imports pytest, which TFMOT does not have")
        if not any("__main__" in ast.unparse(node) for node in body):
            problems.append(f"{path}: does not run as a script; call tf.test.main()")
    return Result(f"{len(tests)} test files", problems)


def _packages(subject: Subject) -> Result:
    """Does `find_packages` of setuptools see the technique?"""
    own = [PurePosixPath(path) for path in (subject.plan.names.core, subject.plan.names.api)]
    folders = {str(folder) for path in own for folder in (path, *path.parents)} - {"."}
    problems = [
        f"{folder}: is no package, as it has no __init__.py"
        for folder in sorted(folders)
        if f"{folder}/__init__.py" not in subject.tree.paths
    ]
    return Result(f"{len(folders)} packages", problems)


def _api_modules(subject: Subject) -> Result:
    """Do both files that list the modules of the API list the technique?"""
    package, slug = f"{PACKAGE}.python.core.api", subject.plan.names.technique.slug
    problems = [
        f"{path}: does not import {slug}"
        for path in edits.API_INITS
        if (package, slug) not in {(i.module, i.name) for i in subject.tree.imports(path)}
    ]
    return Result(", ".join(edits.API_INITS), problems)


def _targets(subject: Subject) -> Result:
    """Has each file a target, and each target what its files import?"""
    before = subject.pristine.problems()
    problems = sorted(subject.graph.problems() - before)
    targets = len(subject.graph.targets) - len(subject.pristine.targets)
    summary = f"{targets:+} targets, {len(problems)} problems beside the {len(before)} of TFMOT"
    return Result(summary, problems)


def _wheel(subject: Subject) -> Result:
    """Does the wheel get the technique, all of it, and nothing else?"""
    before, after = subject.pristine.closure(), subject.graph.closure()
    inside = tuple(f"{folder}/" for folder in subject.plan.names.folders[:2])  # code and API
    wanted = {
        file.path
        for file in subject.plan.files
        if file.path.startswith(inside) and file.path.endswith(".py") and not _is_test(file.path)
    }
    problems = [f"{path}: would not be in the wheel" for path in sorted((wanted | before) - after)]
    problems += [f"{path}: would be in the wheel" for path in sorted(after - before - wanted)]
    return Result(f"{len(before)} -> {len(after)} files", problems)


def _yaml(subject: Subject) -> Result:
    """Can the navigation and the labels be read, with the technique in them?"""
    slug = subject.plan.names.technique.slug
    problems = []
    for path, wanted in ((edits.BOOK, f"guide/{slug}"), (edits.LABELER, f"technique:{slug}")):
        try:
            if wanted not in str(yaml.safe_load(subject.tree.read(path))):
                problems.append(f"{path}: has no {wanted}")
        except yaml.YAMLError as error:
            problems.append(f"{path}: {' '.join(str(error).split())}")
    return Result(f"{edits.BOOK}, {edits.LABELER}", problems)


def _titles(subject: Subject) -> Result:
    """Are titles in sentence case, as reviewers of TFMOT ask for?"""
    pages = [p for p in subject.own_files if p.endswith((".md", ".ipynb")) and "g3doc/" in p]
    problems = []
    for path in pages:
        found = _TITLE.search(subject.tree.read(path))
        words = re.findall(r"[A-Za-z]{4,}", found[1]) if found else []
        if len(words) > 1 and all(word[0].isupper() for word in words):
            problems.append(f"{path}: write the title {found[1]!r} in sentence case, as TFMOT does")
    return Result(f"{len(pages)} pages", problems)


def _links(subject: Subject) -> Result:
    """Do links between the pages lead somewhere?"""
    pages = [
        path
        for path in sorted(subject.tree.paths)
        if path.endswith((".md", ".ipynb"))
        and (path in subject.own_files or subject.plan.is_dated(path))
    ]
    links = [(path, target) for path in pages for target in _LINK.findall(subject.tree.read(path))]
    problems = [
        f"{path}: links to {target}, which is not there"
        for path, target in links
        if not (subject.checkout.root / posixpath.dirname(path) / target).exists()
    ]
    return Result(f"{len(links)} links in {len(pages)} pages", problems)


def _notebooks(subject: Subject) -> Result:
    """Are the notebooks laid out and worded as tensorflow.org wants?"""
    paths = [file.path for file in subject.plan.files if file.path.endswith(".ipynb")]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path in paths:
            files.write(root / posixpath.relpath(path, PACKAGE), subject.tree.read(path))
        found = [
            *notebooks.check_format(root),
            *notebooks.check_style(root, notebooks.TFMOT),
            *notebooks.check_structure(root, notebooks.TFMOT),
        ]
    problems = [f"{PACKAGE}/{problem}" for problem in found]
    return Result(f"nbfmt and nblint on {len(paths)} notebooks", problems)


def _api(subject: Subject) -> Result:
    """Is each symbol where the documents say, in a fresh process?"""
    keras = f"{subject.plan.names.public}.keras"
    symbols = [f"{keras}.{name}" for name in subject.plan.symbols]
    root = subject.checkout.root
    done = run_python(root, "-c", _PROGRAM, str(root), *symbols)
    problems = done.stdout.splitlines()
    if done.returncode:
        problems.append(programs.last_line(done))
    return Result(f"{len(symbols)} symbols of {keras}", problems)


def _test_runs(subject: Subject) -> Result:
    """Do the exported tests pass as scripts, as Bazel runs them?"""
    all_tests = [path for path in subject.core_files if path.endswith("_test.py")]
    fast = [t for t in all_tests if f"{t.removesuffix('_test.py')}.py" in subject.libraries]
    tests = {"none": [], "fast": fast, "all": all_tests}[subject.tests]
    problems = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        begun = [pool.submit(_run_test, subject.checkout.root, path) for path in tests]
        for number, future in enumerate(concurrent.futures.as_completed(begun), 1):
            path, seconds, problem = future.result()
            state = "FAILED" if problem else "ok"
            name = posixpath.basename(path)
            subject.tell(f"  {number}/{len(tests)} {name}: {state}, {seconds:.0f} s")
            if problem:
                problems.append(f"{path}: {problem}")
    return Result(f"{len(tests)} test files as scripts", sorted(problems))


def run_python(
    root: Path, *arguments: str, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs Python on the checkout in a folder, away from this project; timeout is in seconds."""
    changes = {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, **changes},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
        )


def _run_test(root: Path, path: str) -> tuple[str, float, str | None]:
    """Returns a test's path, its seconds, and what is wrong, or None."""
    start = time.monotonic()
    try:
        done = run_python(root, str(root / path), timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        return path, _TIMEOUT, f"took more than {_TIMEOUT} s"
    problem = programs.last_line(done) if done.returncode else None
    return path, time.monotonic() - start, problem


# Those that start processes are last.
CHECKS: dict[str, Callable[[Subject], Result]] = {
    "export": _current,
    "other files": _other_files,
    "code": _code,
    "imports": _imports,
    "tests": _tests,
    "packages": _packages,
    "api modules": _api_modules,
    "BUILD": _targets,
    "wheel": _wheel,
    "yaml": _yaml,
    "titles": _titles,
    "links": _links,
    "notebooks": _notebooks,
    "api": _api,
    "run tests": _test_runs,
}
