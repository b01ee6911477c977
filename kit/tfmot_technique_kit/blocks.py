"""Puts text that is made by a command into documents, between markers.

    <!-- KIND: begin NAME -->
    <!-- KIND: end -->

What is between them is replaced, and all else stays as it is. The kind says
who makes the text: `results` are the report's, `code` is read from the code.
"""

import io
import os
import re
import urllib.parse
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tfmot_technique_kit.errors import UserError


def having(root: str | Path, names: Iterable[str], kind: str) -> dict[Path, str]:
    """Returns the pages with a block of a kind, and their texts.

    They are of the files with these names below the root. Those with a prefix and a hyphen belong
    to them: RFCs get the date of their submission as one.

    Raises:
        UserError: As in `read` and `split`.
    """
    pages = (PurePosixPath(name) for name in names if name.endswith(".md"))
    patterns = (str(page.parent / (prefix + page.name)) for page in pages for prefix in ("", "*-"))
    paths = {path for pattern in patterns for path in Path(root).glob(pattern)}
    found = {}
    for path in sorted(paths):
        name = path.relative_to(root).as_posix()
        text = read(path, name)
        if any(block for block, _ in split(name, text, kind)):
            found[path] = text
    return found


def read(path: str | Path, name: str) -> str:
    """Returns the text of a document, which messages call by a name.

    Raises:
        UserError: If it is not UTF-8, or its lines do not end with LF.
    """
    try:
        text = Path(path).read_bytes().decode()
    except UnicodeDecodeError as error:
        raise UserError(f"{name}: is not UTF-8; save it as UTF-8.") from error
    if "\r" in text:
        raise UserError(f"{name}: has line ends other than LF; save it with LF alone.")
    return text


def split(document: str, text: str, kind: str) -> list[tuple[str | None, list[str]]]:
    """Splits the text of a document at the markers of a kind; others are plain lines.

    Returns:
        Pairs of a block's name and lines with their ends. The name is None for
        lines outside of blocks, which include the markers.

    Raises:
        UserError: If there are two blocks of the same name, or a marker that is
            not where it has to be.
    """
    begins = re.compile(_begin(kind, r"(\w+)"))
    end = _end(kind)
    like_a_marker = re.compile(rf"\s*<!--\s*{kind}\s*:")
    parts: list[tuple[str | None, list[str]]] = [(None, [])]
    for number, line in enumerate(io.StringIO(text), 1):  # its lines end with LF alone
        name, lines = parts[-1]
        begin = begins.fullmatch(line.rstrip("\n"))
        if begin and name is None:
            if any(begin[1] == other for other, _ in parts):
                raise UserError(
                    f"{document}:{number}: a second block {begin[1]!r}; remove one of them."
                )
            lines.append(line)
            parts.append((begin[1], []))
        elif name is not None and line.rstrip("\n") == end:
            parts.append((None, [line]))
        elif like_a_marker.match(line):
            raise UserError(
                f"{document}:{number}: {line.strip()!r} does not fit here; a "
                f'block is a line "{_begin(kind, "NAME")}" and a line "{end}".'
            )
        else:
            lines.append(line)
    if parts[-1][0] is not None:
        raise UserError(f'{document}: the block {parts[-1][0]!r} has no end; add a line "{end}".')
    return parts


def render(document: str, text: str, kind: str, blocks: dict[str, str]) -> str:
    """Returns the text of a document with its blocks of a kind filled in.

    The blocks are those that it may have, from their names to their Markdown. One has to be there.

    Raises:
        UserError: As in `split`, and if a block has an unknown name, or there is none.
    """
    parts = split(document, text, kind)
    if len(parts) == 1:
        raise UserError(
            f"{document}: has no block for {kind}; add a line "
            f'"{_begin(kind, next(iter(blocks)))}" and a line "{_end(kind)}".'
        )
    unknown = [name for name, _ in parts if name is not None and name not in blocks]
    if unknown:
        raise UserError(f"{document}: unknown block {unknown[0]!r}; there are {', '.join(blocks)}.")
    return "".join(
        "".join(lines) if name is None else f"\n{blocks[name].strip()}\n\n" for name, lines in parts
    )


def link(document: str | Path, target: str | Path) -> str:
    """Returns the address of a file as seen from a document, given both paths."""
    return urllib.parse.quote(Path(os.path.relpath(target, Path(document).parent)).as_posix())


def _begin(kind: str, name: str) -> str:
    return f"<!-- {kind}: begin {name} -->"


def _end(kind: str) -> str:
    return f"<!-- {kind}: end -->"
