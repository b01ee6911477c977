"""Lays out lines that a name made too long, or so short that they need no break.

The template's Python code is formatted for names of usual length. With other names a
statement may need a line break, or no longer need one. This module does to such a
statement what `ruff format` would do, for the shapes that names occur in; the tests
compare. Everything else stays as it is in the template.
"""

import ast
import io
import itertools
import re
import tokenize
from collections.abc import Iterator

_WIDTH = 80
_INDENT = "  "
_OPENERS, _CLOSERS = "([{", ")]}"

# What may stand before an expression that can be put in parentheses.
_BEFORE_EXPRESSION = re.compile(r"(?:return|if|elif|while|assert|[\w.\[\]'\"]+ =) ")

# Expressions with these outside of brackets follow rules that are not in here.
_OTHER_OPERATORS = (
    *("+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "~", "<<", ">>"),
    *("<", ">", "<=", ">=", "==", "!=", "in", "if", "lambda"),
)


def python(source: str, template: str = "") -> str:
    """Returns Python code with its statements laid out for their length.

    Args:
        source: The code.
        template: What it was rendered from. A statement of which each line is in there
            has no name in it, and is left alone; this saves most of the time.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source  # an excerpt, or a mistake that others will report
    lines, kept = source.split("\n"), set(template.split("\n"))
    for first, last in sorted(_rows(tree), reverse=True):
        while last > first + 1 and lines[last - 1].lstrip()[:1] in ("", "#"):
            last -= 1  # what stands between `if ...:` and its first statement
        part = lines[first:last]
        if (len(part) == 1 and len(part[0]) <= _WIDTH) or kept.issuperset(part):
            continue
        if _is_plain(part):
            lines[first:last] = _statement(part)
    return "\n".join(lines)


def markdown(source: str, template: str = "") -> str:
    """Returns Markdown with its Python code laid out."""
    return re.sub(
        r"(?<=^```python\n).*?(?=^```$)",
        lambda code: python(code.group(), template),
        source,
        flags=re.DOTALL | re.MULTILINE,
    )


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


def _rows(tree: ast.AST) -> Iterator[tuple[int, int]]:
    """Yields the first row and the row after the last of each statement's own lines."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        for field in ("body", "orelse", "handlers", "finalbody", "cases", "decorator_list"):
            nodes += getattr(node, field, None) or []
        if isinstance(node, (ast.Module, ast.match_case)):
            continue
        last = node.end_lineno
        if body := getattr(node, "body", None):
            begin = [body[0], *getattr(body[0], "decorator_list", [])]
            last = max(node.lineno, min(child.lineno for child in begin) - 1)
        yield node.lineno - 1, last


def _is_plain(lines: list[str]) -> bool:
    """Tells whether a statement has neither a comment nor a text of several lines."""
    try:
        tokens = _tokens("\n".join(lines))
    except (tokenize.TokenError, SyntaxError):
        return False
    return all(t.type != tokenize.COMMENT and t.start[0] == t.end[0] for t in tokens)


def _statement(lines: list[str]) -> list[str]:
    """Lays out the lines of one statement."""
    if len(lines) > 1:
        lines = _joined(lines)
    if len(lines) > 1 and (flat := _out_of_parentheses(lines)):
        lines = [flat]
    return [part for line in lines for part in _fitted(line)]


def _joined(lines: list[str]) -> list[str]:
    """Takes back the breaks between brackets whose contents fit into a line."""
    for last, line in enumerate(lines):
        if line.lstrip()[0] not in _CLOSERS:
            continue
        indent = _indent_of(line)
        first = max(i for i in range(last) if _indent_of(lines[i]) == indent)
        body = lines[first + 1 : last]
        if not body or lines[first][-1] not in _OPENERS or body[-1].endswith(","):
            continue
        flat = _flat(lines[first : last + 1])
        if flat and len(flat) <= _WIDTH:
            return _joined([*lines[:first], flat, *lines[last + 1 :]])
        flat = _flat(body)
        if flat and len(body) > 1 and len(flat) <= _WIDTH:
            return _joined([*lines[: first + 1], flat, *lines[last:]])
    return lines


def _indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _flat(lines: list[str]) -> str | None:
    """Returns a statement in one line, or None if its breaks are there to stay."""
    text = lines[0]
    for before, line in itertools.pairwise(lines):
        part = line.strip()
        if before.endswith(",") and part[0] in _CLOSERS:
            return None  # the comma says that each element has a line
        if before[-1] in "'\"\\" and part[0] in "frb'\"":
            return None  # strings side by side
        glued = before[-1] in _OPENERS or part[0] in _CLOSERS
        text += part if glued else f" {part}"
    return _without_parentheses(text)


def _without_parentheses(text: str) -> str:
    """Removes the parentheses that were there for the line breaks only."""
    before = _BEFORE_EXPRESSION.match(text.lstrip())
    if not before:
        return text
    start = len(_indent_of(text)) + before.end()
    end = len(text) - text.endswith(":")
    if text[start] != "(" or _last_bracket(text[start:end]) != (0, end - start - 1):
        return text
    inside = text[start + 1 : end - 1]
    if len(_parts(inside, (",", "for"))) > 1:
        return text  # a tuple or a generator
    return text[:start] + inside + text[end:]


def _out_of_parentheses(lines: list[str]) -> str | None:
    """Returns a statement in one line if all its breaks may have to be others now."""
    opener = _BEFORE_EXPRESSION.sub("", lines[0].lstrip(), count=1)
    flat = _flat(lines) if opener == "(" else None
    if not flat or len(_parts(flat, _OTHER_OPERATORS)) > 1:
        return None
    return flat if all(len(line) <= _WIDTH for line in _fitted(flat)) else None


def _fitted(line: str) -> list[str]:
    """Breaks a line that is too long, if it is of a shape that can be broken."""
    if len(line) <= _WIDTH:
        return [line]
    indent, text = _indent_of(line), line.lstrip()
    try:
        for broken in (_import, _boolean, _bracket, _parenthesized, _comprehension):
            lines = broken(indent, text)
            if lines:
                return lines
    except (tokenize.TokenError, SyntaxError):
        pass  # a bracket opens or closes in another line
    return [line]


def _import(indent: str, text: str) -> list[str] | None:
    found = re.fullmatch(r"(from \S+ import )([^()]+)", text)
    if not found:
        return None
    names = [f"{indent}{_INDENT}{name.strip()}," for name in found[2].split(",")]
    return [f"{indent}{found[1]}(", *names, f"{indent})"]


def _boolean(indent: str, text: str) -> list[str] | None:
    """Breaks `return a or b` before the operator, inside parentheses."""
    before = _BEFORE_EXPRESSION.match(text)
    end = len(text) - text.endswith(":")
    parts = _parts(text[before.end() : end], ("and", "or")) if before else []
    if len(parts) < 2:
        return None
    opener, closer = _last_bracket(text)
    if len(parts) == 2 and closer == end - 1 and len(indent) + opener + 1 <= _WIDTH:
        return None  # better inside the brackets at the end
    whole = f"{indent}{_INDENT}{text[before.end() : end]}"
    body = [whole]
    if len(whole) > _WIDTH:
        body = [line for part in parts for line in _fitted(f"{indent}{_INDENT}{part}")]
    return [f"{indent}{before.group()}(", *body, f"{indent}){text[end:]}"]


def _bracket(indent: str, text: str) -> list[str] | None:
    """Breaks a line inside its last pair of brackets."""
    start = re.match(r"(?:[)\]}]+ )?", text).end()  # ") or f(x)" ends an earlier break
    opener, closer = (start + position for position in _last_bracket(text[start:]))
    if not start < opener + 1 < closer or not re.fullmatch(r"(?: -> .+)?[:,]?", text[closer + 1 :]):
        return None
    if len(indent) + opener + 1 > _WIDTH:
        in_parentheses = _parenthesized(indent, text)
        if in_parentheses:
            return in_parentheses
    inside = text[opener + 1 : closer]
    body = [f"{indent}{_INDENT}{inside}"]
    if len(body[0]) > _WIDTH:
        elements = [] if len(_parts(inside, ("for",))) > 1 else _parts(inside, (",",))
        body = [f"{part}," for part in elements] if len(elements) > 1 else [inside]
        body = [line for part in body for line in _fitted(f"{indent}{_INDENT}{part}")]
    return [indent + text[: opener + 1], *body, indent + text[closer:]]


def _parenthesized(indent: str, text: str) -> list[str] | None:
    """Puts an expression on lines of its own, in parentheses."""
    before = _BEFORE_EXPRESSION.match(text)
    if not before:
        return None
    end = len(text) - text.endswith(":")
    inside = _fitted(f"{indent}{_INDENT}{text[before.end() : end]}")
    fits = all(len(line) <= _WIDTH for line in inside)
    return [f"{indent}{before.group()}(", *inside, f"{indent}){text[end:]}"] if fits else None


def _comprehension(indent: str, text: str) -> list[str] | None:
    """Breaks what stands between the brackets of a comprehension."""
    parts = _parts(text, ("for", "if"))
    return [indent + part for part in parts] if parts[-1][:3] in ("for", "if ") else None


def _last_bracket(text: str) -> tuple[int, int]:
    """Returns where the last outer pair of brackets opens and closes, or (-1, -1)."""
    depth, opener, found = 0, -1, (-1, -1)
    for token in _tokens(text):
        if token.type != tokenize.OP:
            continue
        if token.string in _OPENERS:
            opener = opener if depth else token.start[1]
            depth += 1
        elif token.string in _CLOSERS:
            depth -= 1
            if depth < 0:
                return -1, -1
            found = found if depth else (opener, token.start[1])
    return found


def _parts(text: str, separators: tuple[str, ...]) -> list[str]:
    """Splits an expression where a separator is outside of brackets.

    A comma is left out, a word begins the part that it stands before.
    """
    text = text.lstrip()
    depth, starts, ends = 0, [0], []
    for token in _tokens(text):
        if token.type == tokenize.OP:
            depth += (token.string in _OPENERS) - (token.string in _CLOSERS)
        if depth == 0 and token.string in separators and token.start[1] > 0:
            ends.append(token.start[1])
            starts.append(token.end[1] if token.string == "," else token.start[1])
    bounds = zip(starts, [*ends, len(text)], strict=True)
    return [part for part in (text[start:end].strip() for start, end in bounds) if part]
