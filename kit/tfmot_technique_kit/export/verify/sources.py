"""Checks of the files: all there, named as in TFMOT, in its style."""

import ast
import io
import sys
import tokenize

from tfmot_technique_kit.export import imports, python_code
from tfmot_technique_kit.export import names as names_lib
from tfmot_technique_kit.export.verify import subject as subject_lib

Result = subject_lib.Result

# A test that runs as a script has its folder first on the path, so a module of
# such a name takes the place of the real one.
_TAKEN = sys.stdlib_module_names | {"absl", "numpy", "tensorflow", "tf_keras"}


def check_current(subject):
    """Is all of it there, as this project would write it?"""
    tree, plan = subject.tree, subject.plan
    problems = [
        f"{file.path}: {plan.state(file, tree)}; run python -m tools.export"
        for file in plan.changed(tree)
    ]
    problems += [f"{p}: is not of this project" for p in plan.unknown(tree)]
    return Result(f"{len(plan.files)} files", problems)


def check_other_files(subject):
    """Has nothing else changed?"""
    ours = subject.plan.texts()
    paths = subject.checkout.uncommitted()
    problems = [
        f"{path}: is changed or new, but not of the export; restore or remove it"
        for path in paths
        if path not in ours
    ]
    return Result(f"{len(paths)} files are not committed", problems)


def check_names(subject):
    """Is the technique called by its name in TFMOT, everywhere?"""
    problems = []
    for file in subject.plan.files:
        text = subject.tree.read(file.path) or ""
        for number, line in enumerate(text.splitlines(), 1):
            found = subject.plan.names.here.search(line)
            if found:
                problems.append(f"{file.path}:{number}: says {found[0]!r}")
    return Result(f"{subject.plan.names.public} in every file", problems)


def check_code(subject):
    """Does the code look as in TFMOT?"""
    paths = [path for path in subject.own_files if path.endswith(".py")]
    problems = []
    for path in paths:
        text = subject.tree.read(path)
        try:
            ast.parse(text)
        except SyntaxError as error:
            problems.append(f"{path}:{error.lineno}: is no Python: {error.msg}")
            continue
        if not python_code.has_licence(text):
            problems.append(f"{path}:1: has no licence header")
        problems += [
            f"{path}:{line}: is indented by {width} columns; TFMOT has 2"
            for line, width in _wrong_indents(text)
        ]
        name = path.rpartition("/")[2].removesuffix(".py")
        if name in _TAKEN:
            problems.append(
                f"{path}: hides the module {name!r} from tests that run as scripts; "
                "name it after what it defines"
            )
    return Result(f"{len(paths)} Python files", problems)


def check_imports(subject):
    """Do all imports work in the toolkit, and in its wheel?"""
    wheel = subject.graph.closure() | set(subject.own_files)
    problems = []
    for path in subject.core_files:
        for imported in subject.imports_of(path):
            where = f"{path}:{imported.line}"
            target = imports.file_of(subject.tree, imported)
            is_library = path in subject.libraries
            if is_library and imported.module == names_lib.PACKAGE:
                problems.append(
                    f"{where}: imports the whole toolkit, which is importing this: "
                    "import the module that you need"
                )
            elif target and target not in wheel:
                problems.append(f"{where}: imports {target}, which no wheel has")
            elif target in subject.core_files and is_library:
                if subject_lib.is_test(target):
                    problems.append(f"{where}: imports {target}, which is for tests")
            elif imported.module.split(".")[0] == names_lib.PACKAGE and not target:
                problems.append(f"{where}: {imported.module} is not there")
    return Result(f"{len(subject.core_files)} files of the core", problems)


def check_tests(subject):
    """Can Bazel and a plain `python x_test.py` run the tests?"""
    tests = [path for path in subject.own_files if path.endswith("_test.py")]
    problems = [
        f"{path}: fixtures of pytest do not exist there; use tf.test.TestCase"
        for path in subject.own_files
        if path.endswith("/conftest.py")
    ]
    for path in tests:
        body = ast.parse(subject.tree.read(path)).body
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                problems.append(
                    f"{path}:{node.lineno}: {node.name} is in no class and runs under "
                    "pytest alone; put it into a tf.test.TestCase"
                )
        if any(i.module.split(".")[0] == "pytest" for i in subject.imports_of(path)):
            problems.append(f"{path}: imports pytest, which TFMOT does not have")
        if not any("__main__" in ast.unparse(node) for node in body):
            problems.append(f"{path}: does not run as a script; call tf.test.main()")
    return Result(f"{len(tests)} test files", problems)


def _wrong_indents(text):
    """Yields line and width of each indentation that is not by two columns."""
    widths = [0]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.INDENT:
            width = len(token.string) - widths[-1]
            widths.append(len(token.string))
            if width != 2 or "\t" in token.string:
                yield token.start[0], width
                return
        elif token.type == tokenize.DEDENT:
            widths.pop()
