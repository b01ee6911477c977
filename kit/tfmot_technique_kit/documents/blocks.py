"""Puts text that is made by a command into documents, between markers.

    <!-- KIND: begin NAME -->
    <!-- KIND: end -->

What is between them is replaced, and all else stays as it is. The kind says
who makes the text: `results` are the report's, `code` is read from the code.
"""

import io
import os
import pathlib
import re
import urllib.parse


class DocumentError(ValueError):
    """A document cannot be rendered; the message says why in one line."""


def find(root, patterns):
    """Returns the documents that there are.

    Args:
        root: The project's folder, a path.
        patterns: Paths relative to it, with wildcards.

    Returns:
        A sorted list of paths.
    """
    root = pathlib.Path(root)
    return sorted({path for pattern in patterns for path in root.glob(pattern)})


def read(path, name):
    """Returns the text of a document.

    Args:
        path: Its path.
        name: What messages call it.

    Raises:
        DocumentError: If it is not UTF-8, or its lines do not end with LF.
    """
    try:
        text = pathlib.Path(path).read_bytes().decode()
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name}: is not UTF-8; save it as UTF-8.") from error
    if "\r" in text:
        raise DocumentError(f"{name}: has line ends other than LF; save it with LF alone.")
    return text


def write(path, content) -> None:
    """Writes a file as a whole, or not at all.

    Args:
        path: Its path. Folders are made as needed.
        content: Its text.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content.encode())
    os.replace(part, path)


def split(document, text, kind):
    """Splits a document at the markers of a kind.

    Args:
        document: What messages call it.
        text: Its content.
        kind: The kind of the markers, such as 'results'. Others are plain lines.

    Returns:
        A list of pairs of a block's name and lines with their ends. The name is
        None for lines outside of blocks, which include the markers.

    Raises:
        DocumentError: If there are two blocks of the same name, or a marker that is
            not where it has to be.
    """
    begins = re.compile(rf"<!-- {kind}: begin (\w+) -->")
    end = _end(kind)
    like_a_marker = re.compile(rf"<!--\s*{kind}\s*:")
    parts = [(None, [])]
    names = set()
    for number, line in enumerate(io.StringIO(text), 1):
        name = parts[-1][0]
        begin = begins.fullmatch(line.rstrip("\n"))
        is_end = line.rstrip("\n") == end
        if begin and name is None and begin[1] not in names:
            names.add(begin[1])
            parts[-1][1].append(line)
            parts.append((begin[1], []))
        elif is_end and name is not None:
            parts.append((None, [line]))
        elif begin and name is None:
            raise DocumentError(
                f"{document}:{number}: a second block {begin[1]!r}; remove one of them."
            )
        elif like_a_marker.search(line):
            raise DocumentError(
                f"{document}:{number}: {line.strip()!r} does not fit here; a "
                f'block is a line "{_begin(kind, "NAME")}" and a line "{end}".'
            )
        else:
            parts[-1][1].append(line)
    if parts[-1][0] is not None:
        raise DocumentError(
            f'{document}: the block {parts[-1][0]!r} has no end; add a line "{end}".'
        )
    return parts


def render(document, text, kind, blocks):
    """Returns a document with its blocks of a kind filled in.

    Args:
        document: What messages call it.
        text: Its content.
        kind: The kind of the markers, such as 'results'.
        blocks: Dict from the name of each block that the document may have to its
            Markdown. One of them has to be there.

    Raises:
        DocumentError: As in `split`, and if a block has an unknown name, or there
            is none.
    """
    parts = split(document, text, kind)
    if not any(name for name, _ in parts):
        raise DocumentError(
            f"{document}: has no block for {kind}; add a line "
            f'"{_begin(kind, next(iter(blocks)))}" and a line "{_end(kind)}".'
        )
    result = []
    for name, lines in parts:
        if name is None:
            result += lines
        elif name in blocks:
            result.append(f"\n{blocks[name].strip()}\n\n")
        else:
            raise DocumentError(
                f"{document}: unknown block {name!r}; there are {', '.join(blocks)}."
            )
    return "".join(result)


def link(document, target):
    """Returns the address of a file as seen from a document.

    Args:
        document: The document's path.
        target: The file's path.
    """
    folder = os.path.relpath(target, pathlib.Path(document).parent)
    return urllib.parse.quote(pathlib.Path(folder).as_posix())


def _begin(kind, name):
    return f"<!-- {kind}: begin {name} -->"


def _end(kind):
    return f"<!-- {kind}: end -->"
