"""Edits of files that are in TFMOT already: one line here, one block there.

An edit finds its place by what the file means, not by line numbers, so that it
works on any version. It first takes out what an earlier export has put there:
running it twice changes nothing, and running it later brings it up to date.
"""

import dataclasses

from tfmot_technique_kit.export import code_edits, errors, launch_edits
from tfmot_technique_kit.export import lines as lines_lib

_T = "tensorflow_model_optimization"
API_INITS = (f"{_T}/python/core/api/__init__.py", f"{_T}/__init__.py")
BOOK = f"{_T}/g3doc/_book.yaml"
LABELER = ".github/labeler.yml"


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the edits say about the technique.

    Attributes:
        names: The Names.
        organization: Who maintains it.
        summary: What it does, in one or two sentences.
        release_notes: What is new, each a line of Markdown, and what it has been
            tested against.
        api_modules: Names of the modules that the API imports.
        guide: Folder of its pages in a checkout.
        pages: List of pairs of a page's title and its address below the guide,
            without suffix; the overview has the address ''.
        folders: List of the folders that are the technique's own.
    """

    names: object
    organization: str
    summary: str
    release_notes: tuple[str, ...]
    api_modules: tuple[str, ...]
    guide: str
    pages: tuple[tuple[str, str], ...]
    folders: tuple[str, ...]


# Which file is edited in which phase of the manifest, and how.
EDITS = (
    (f"{_T}/python/core/BUILD", "core", code_edits.core_build),
    (LABELER, "core", code_edits.labeler),
    (API_INITS[0], "api", code_edits.api_init),
    (API_INITS[1], "api", code_edits.api_init),
    (f"{_T}/python/core/api/BUILD", "api", code_edits.api_build),
    ("README.md", "launch", launch_edits.readme),
    ("RELEASE.md", "launch", launch_edits.release),
    (BOOK, "launch", launch_edits.book),
    (f"{_T}/g3doc/guide/index.md", "launch", launch_edits.guide_index),
    (f"{_T}/g3doc/guide/optimize_further.md", "launch", launch_edits.optimize_further),
)


def apply(edit, path, text, facts):
    """Returns the text of a file after an edit.

    Args:
        edit: One of the functions of EDITS.
        path: What messages call the file.
        text: Its text, or None if it is not there.
        facts: The Facts.

    Raises:
        ExportError: If the place for it cannot be found.
    """
    if text is None:
        raise errors.ExportError(
            f"{path}: is not there; is this a checkout of "
            "tensorflow/model-optimization, version 0.7.0 or later?"
        )
    lines = lines_lib.Lines(path, text)
    edit(lines, facts)
    return lines.text
