"""Which answers are valid, and what to tell who gives another."""

import json
import keyword
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import category

from tfmot_template_rules import names
from tfmot_template_rules.names import Answers

PROMPTS = (
    "technique_name",
    "technique_slug",
    "technique_kind",
    "verb",
    "verb_object",
    "past_participle",
    "level",
    "author_name",
    "author_email",
    "github_handle",
    "organization",
)

_RESERVED_SLUGS = {
    *("api", "common", "core", "experimental", "internal", "keras", "numpy", "python"),
    *("tensorflow", "test", "tests", "tfmot", "version"),
    *("aux", "con", "nul", "prn"),  # devices, which Windows takes no folder's name from
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
_TFMOT_TECHNIQUES = {"clustering", "combine", "pruning", "quantization", "sparsity"}

# Keywords and modules of Pythons that may be newer than the one that runs this: the
# same answers must be valid, or not, on each of them.
_KEYWORDS = {*keyword.kwlist, *keyword.softkwlist, "case", "match", "type"}
_MODULES = {*sys.stdlib_module_names, "annotationlib", "compression", "tomllib"}

PACKAGE_MODULES = {
    "algorithm",
    "base_algorithm",
    "callbacks",
    "checked_algorithm",
    "cloning",
    "compat",
    "custom_layer",
    "keras_3_models",
    "policy",
    "registry",
    "report",
    "schedule",
    "target",
    "test_algorithms",
    "test_layers",
    "test_models",
    "test_settings",
    "wrapper",
}


# What a level must not be called: an argument of schedules or a part of the API, a column of
# the report, a value of a baseline or an example.
_RESERVED_LEVELS = {
    **dict.fromkeys(("begin_step", "end_step", "frequency", "power"), "an argument of schedules"),
    **dict.fromkeys(("level", "step", "steps", "value"), "a word for other things in schedules"),
    **dict.fromkeys(
        ("algorithm", "layer", "model", "policy", "registry", "report", "schedule", "wrapper"),
        "a part of the API",
    ),
    **dict.fromkeys(("bytes", "gzipped", "name", "parameters", "stripped"), "a column of reports"),
    **dict.fromkeys(
        ("bits", "mask", "rank", "scale", "threshold"), "a value of the baseline algorithms"
    ),
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with an answer.

    Attributes:
        reason: What is wrong, naming the answer.
        example: A valid answer.
    """

    reason: str
    example: str


def clean(key: str, value: object) -> object:
    """Returns an answer in its usual form: no spaces around, a kind's name, no "@"."""
    if not isinstance(value, str):
        return value
    value = value.strip()
    if key == "technique_kind" and value in map(str, range(1, len(names.LEVELS) + 1)):
        return list(names.LEVELS)[int(value) - 1]
    if key == "github_handle":
        return value.removeprefix("@")
    return value


def find_problem(key: str, value: object, answers: Answers) -> Problem | None:
    """Tells what is wrong with an answer.

    Args:
        key: The prompt.
        value: The answer, cleaned.
        answers: The valid answers to the prompts before it.

    Returns:
        The problem, or None if the answer is valid.
    """
    rule = _RULES[key]
    if not isinstance(value, str):
        return Problem(f"must be text, not {type(value).__name__}", rule.example)
    reason = _length_problem(value, *rule.length) or rule.check(value, answers)
    if reason is None:
        return None
    example = rule.example
    if key == "technique_slug" and re.fullmatch("[a-z0-9]+(?:_[a-z0-9]+)*", value):
        example = f"my_{value}"[:40].rstrip("_")
    return Problem(f"{quoted(value)} {reason}", example)


def quoted(text: str) -> str:
    """Returns text of any origin as one short printable line in quotes."""
    shown = text if len(text) <= 40 else text[:39] + "…"
    return json.dumps(shown, ensure_ascii=not shown.isprintable())


def _is_control(character: str) -> bool:
    """Tells characters that end lines, hide text or cannot be stored."""
    code = ord(character)
    return (
        category(character) in ("Cc", "Cs", "Zl", "Zp")
        or 0x202A <= code <= 0x202E  # bidirectional controls, which can make
        or 0x2066 <= code <= 0x2069  # source code look like something else
        or 0xFDD0 <= code <= 0xFDEF  # noncharacters
        or code & 0xFFFE == 0xFFFE
    )


# A check takes an answer and the answers before it, and returns None or what is wrong
# as the rest of a sentence that begins with the answer.
_Check = Callable[[str, Answers], str | None]


@dataclass(frozen=True)
class _Rule:
    length: tuple[int, int]
    check: _Check
    example: str


def _length_problem(value: str, least: int, most: int) -> str | None:
    if not value:
        return "is empty"
    if len(value) < least:
        return f"has fewer than {least} characters"
    if len(value) > most:
        return f"has {len(value)} characters, more than {most}"
    return None


def _form(pattern: str, description: str) -> _Check:
    def check(value: str, _: Answers) -> str | None:
        return None if re.fullmatch(pattern, value) else f"is not {description}"

    return check


def _free_text(value: str, _: Answers) -> str | None:
    if any(0xDC80 <= ord(character) <= 0xDCFF for character in value):
        return "is not text in the encoding of this system, unless you set PYTHONUTF8=1"
    if any(map(_is_control, value)):
        return "contains a line break or another control character"
    return None


def _name(value: str, answers: Answers) -> str | None:
    if "/" in value:
        return "contains a slash, which is for paths"
    return _free_text(value, answers)


def _slug(value: str, _: Answers) -> str | None:
    if not re.fullmatch("[a-z0-9_]+", value):
        return "has other characters than lower-case letters a-z, digits and underscores"
    if value[0].isdigit():
        return "starts with a digit"
    if value.startswith("_") or value.endswith("_") or "__" in value:
        return "has an underscore at an end, or two in a row"
    if value in _KEYWORDS:
        return "is a Python keyword"
    if value in _TFMOT_TECHNIQUES:
        return "is a technique that TFMOT has already"
    if value in _RESERVED_SLUGS:
        return "is a reserved name"
    if value in _MODULES:
        return "is a module of the Python standard library"
    return None


def _kind(value: str, _: Answers) -> str | None:
    return None if value in names.LEVELS else f"is none of {', '.join(names.LEVELS)}"


def _verb(value: str, _: Answers) -> str | None:
    if not re.fullmatch("[a-z]+", value):
        return "is not one lower-case English word"
    if value == "test":
        return "would make pytest take the code for its tests"
    return None


def _object(value: str, answers: Answers) -> str | None:
    if not re.fullmatch("[a-z][a-z0-9]*(?:_[a-z0-9]+)*", value):
        return "is not a lower-case name like weight_groups"
    answers = {**answers, "verb_object": value}
    entry = names.entry(answers)
    if entry.endswith("_test"):
        return "would make pytest take the code for its tests"
    if entry in _KEYWORDS | _MODULES | PACKAGE_MODULES:
        return f"makes the function {entry}, which is the name of a module"
    taken = names.taken_names(answers)
    for name in (entry, names.camel(entry)):
        if name in taken:
            return f"makes the name {name}, which is {taken[name]} already"
    return None


def _level(value: str, answers: Answers) -> str | None:
    if not re.fullmatch("[a-z]+(?:_[a-z]+)*", value):
        return "is not lower-case words like rank_reduction"
    if value in _KEYWORDS:
        return "is a Python keyword"
    if value in _RESERVED_LEVELS:
        return f"is {_RESERVED_LEVELS[value]}"
    constant = names.constant({**answers, "level": value})
    taken = names.taken_names(answers)
    taken[names.camel(names.entry(answers))] = "the wrapper"
    if constant in taken:
        return f"makes the name {constant}, which is {taken[constant]} already"
    return None


_EMAIL = (
    r"(?a:[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_HANDLE = "[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_PARTICIPLE = "[a-z]+(?:[ -][a-z]+)*"

_RULES = {
    "technique_name": _Rule((1, 60), _name, "Weight Slicing"),
    "technique_slug": _Rule((2, 40), _slug, "weight_slicing"),
    "technique_kind": _Rule((1, 40), _kind, "weight_mask"),
    "verb": _Rule((2, 20), _verb, "slice"),
    "verb_object": _Rule((1, 30), _object, "weights"),
    "past_participle": _Rule(
        (1, 30), _form(_PARTICIPLE, "lower-case words like weight-shared"), "sliced"
    ),
    "level": _Rule((2, 16), _level, "reduction"),
    "author_name": _Rule((1, 100), _free_text, "Ada Lovelace"),
    "author_email": _Rule((1, 254), _form(_EMAIL, "an e-mail address"), "ada@example.com"),
    "github_handle": _Rule((1, 39), _form(_HANDLE, "a GitHub user name"), "ada-l"),
    "organization": _Rule((1, 100), _free_text, "Analytical Engines"),
}
