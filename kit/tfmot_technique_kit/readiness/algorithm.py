"""Rules for the algorithm: is it the contributor's?"""

import ast
import pathlib

from tfmot_technique_kit.readiness.gap import Gap

# The algorithm and its test as they were generated.
_BASELINE = pathlib.Path(__file__).with_name("baseline")


def check_replaced(project, component):
    """Finds the baseline in the place of the algorithm, or its tests."""
    gaps = []
    for file in component.files:
        path = pathlib.PurePosixPath(file.path)
        baseline = _BASELINE / f"{path.stem}.txt"
        text = project.read(file.path)
        if text is None or not baseline.exists():
            continue
        mine = _functions(text)
        old = _functions(baseline.read_text(encoding="utf-8"))
        if not any(mine.get(name) != code for name, code in old.items()):
            gaps.append(Gap(_message(path), file.path))
    return gaps


def _message(path):
    if path.stem.endswith("_test"):
        return "still tests the baseline; test your algorithm"
    return "is still the baseline; replace the bodies of the methods by yours"


def _functions(text):
    """Returns the code of each function by name, without comments and layout."""
    return {
        node.name: _code(node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }


def _code(function):
    body = function.body
    is_text = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    arguments = [argument.arg for argument in function.args.args]
    return [arguments, *map(ast.dump, body[1:] if is_text else body)]
