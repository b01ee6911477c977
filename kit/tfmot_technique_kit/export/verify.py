"""Proves that the technique works in a checkout that it has been put into."""

import ast
import posixpath
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import yaml

from tfmot_technique_kit.checks import notebooks
from tfmot_technique_kit.export import edits, python_code, running
from tfmot_technique_kit.export.names import PACKAGE
from tfmot_technique_kit.export.subject import Result, Subject, is_test

# A test that runs as a script has its folder first on the path, so a module of such a name takes
# the place of the real one.
_TAKEN = sys.stdlib_module_names | {"absl", "numpy", "tensorflow", "tf_keras"}
_LINK = re.compile(r"\]\((?!\w+:|[#/])([^)\s#]+)")
_TITLE = re.compile(r'^\s*"?# ([^"\\\n]+)', re.MULTILINE)


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
        for imported in subject.imports_of(path):
            target = imported.file_in(subject.tree)
            problem = None
            if is_library and imported.module == PACKAGE:
                problem = "imports the whole toolkit, which is importing this; import a module"
            elif target and target not in wheel:
                problem = f"imports {target}, which no wheel has"
            elif is_library and target in subject.core_files and is_test(target):
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
        if any(found.module.split(".")[0] == "pytest" for found in subject.imports_of(path)):
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
        if (package, slug) not in {(i.module, i.name) for i in subject.imports_of(path)}
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
    names = subject.plan.names
    inside = tuple(f"{posixpath.dirname(folder)}/" for folder in (names.core, names.api))
    wanted = {
        file.path
        for file in subject.plan.files
        if file.path.startswith(inside) and file.path.endswith(".py") and not is_test(file.path)
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
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            copy = Path(folder, posixpath.relpath(path, PACKAGE))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(subject.tree.read(path), encoding="utf-8")
        found = notebooks.check_format(Path(folder))
        for check in (notebooks.check_style, notebooks.check_structure):
            found += check(Path(folder), notebooks.TFMOT)
        problems += [f"{PACKAGE}/{problem}" for problem in found]
    return Result(f"nbfmt and nblint on {len(paths)} notebooks", problems)


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
    "api": running.check_api,
    "run tests": running.check_tests,
}
