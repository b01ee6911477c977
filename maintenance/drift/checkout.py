"""The guideline and the layout of TFMOT, in a checkout of its repository."""

import hashlib
import re
from pathlib import Path
from typing import Any

GUIDELINE = "CONTRIBUTING_TECHNIQUE.md"

_SECTION = re.compile(r"^(?:#+ |\d+\. )", re.MULTILINE)


def sections(folder: Path) -> dict[str, str]:
    """Returns a hash of each section of the guideline, by its first words.

    A section begins at a heading or at a numbered step. Only the words count, not how
    they are broken into lines.
    """
    text = (folder / GUIDELINE).read_text(encoding="utf-8")
    starts = [match.start() for match in _SECTION.finditer(text)]
    found = {}
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        words = text[start:end].split()
        digest = hashlib.sha256(" ".join(words).encode()).hexdigest()
        found[" ".join(words[:7])] = f" sha256:{digest[:16]}"
    return found


def missing(folder: Path, recorded: dict[str, Any]) -> list[str]:
    """Returns the paths that the layout builds on and that are not there."""
    return [path for path in recorded["paths"] if not (folder / path).exists()]
