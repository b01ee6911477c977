"""Messages and documents name commands and options as the command line has them."""

import ast
import difflib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tfmot_technique_kit.cli import main

# Where `technique` is named: in what stands in a program, and in pages, whole.
_PROGRAMS = ("kit/tfmot_technique_kit/**/*.py", "hooks/*.py", "templates/**/*.py")
_PAGES = ("*.md", "kit/*.md", "templates/**/*.md", ".github/**/*.yml")
_PROJECT = "<<cookiecutter.technique_slug>>/**/*"  # pages, notebooks and code that is rendered
_OPTION = re.compile(r"(?<![\w-])--[a-zA-Z][\w-]*")
_CALL = re.compile(r"(?<![\w-])technique +([a-z][a-z-]*)([^`\n\"|;&#]*)")
# A call that nobody takes for prose: in a span or a block of code, or by its path.
_SURE = re.compile(r"(?:`|bin/|&& +|```bash\n(?:[^`]*\n)?)technique +([a-z][\w-]*)")
_SPAN = re.compile(r"(?<!`)`(--[a-zA-Z][\w-]*)")


def options_of(name: str) -> set[str]:
    """Returns the options of a command."""
    params = main.commands[name].params
    return {option for param in params for option in param.opts + param.secondary_opts} | {"--help"}


OPTIONS = {option for name in main.commands for option in options_of(name)}


def problems(text: str, is_ours: bool = True) -> Iterator[str]:
    """Yields what a text names that the command line does not have.

    An option alone in a span of code is one of `technique`, where the text is about that.
    """
    for name in _SURE.findall(text):
        if name not in main.commands:
            yield f"technique {name}"
    for name, rest in _CALL.findall(text):
        if name in main.commands:
            known = options_of(name)
            yield from (f"{name} {o}" for o in _OPTION.findall(rest) if o not in known)
    yield from (o for o in _SPAN.findall(text) if is_ours and o not in OPTIONS)
    # Others may be of another program, but for those that are nearly ours.
    for option in set(_OPTION.findall(text)) - OPTIONS:
        if close := difflib.get_close_matches(option.lower().replace("_", "-"), OPTIONS, 1, 0.85):
            yield f"{option}, which may be {close[0]}"


def texts_of(path: Path) -> list[str]:
    """Returns what a file says: the texts in a program's code, or all of it."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py" or "<%" in content or "<<" in content:
        return [content]
    nodes = list(ast.walk(ast.parse(content)))
    formatted = [n.values for n in nodes if isinstance(n, ast.JoinedStr)]
    constants = [[n] for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    found = [
        "".join(n.value if isinstance(n, ast.Constant) else "X" for n in values)
        for values in formatted + constants
    ]
    return [text for text in found if not _OPTION.fullmatch(text)]  # an argument, no message


FILES = {
    str(path.relative_to(REPOSITORY)): path
    for pattern in (*_PROGRAMS, *_PAGES, _PROJECT)
    for path in sorted(REPOSITORY.glob(pattern))
    if path.suffix in {".py", ".md", ".yml", ".toml", ".ipynb"}
    if path.name != "CHANGELOG.md"  # what was
}


def test_all_that_is_named_is_there():
    found = [
        f"{name}: {problem}"
        for name, path in FILES.items()
        for text in texts_of(path)
        for problem in problems(text, is_ours=name.startswith(("kit/", "<<")))
    ]
    assert not found, "\n".join(dict.fromkeys(found))


def test_it_looks_where_commands_are_named():
    texts = "".join(text for path in FILES.values() for text in texts_of(path))
    named = {name for name, _ in _CALL.findall(texts)}
    assert named >= set(main.commands)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("run `technique swep`", "technique swep"),
        ("```bash\na\ntechnique swep\n```", "technique swep"),
        (".venv/bin/technique sweep && .venv/bin/technique reports", "technique reports"),
        ("`technique report --write`", "report --write"),
        ("  technique status --write --jobs 2", "status --jobs"),
        ("with `--wrote`", "--wrote"),
        ("pass that folder as --data_dir", "--data_dir, which may be --data-dir"),
        ("A technique that works.", None),
        ("`technique status --write`, and `pip install --no-deps`", None),
    ],
)
def test_finds_what_is_not_there(text, problem):
    assert next(problems(text), None) == problem
