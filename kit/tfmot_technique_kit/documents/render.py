"""Renders what the code says into the documents."""

from tfmot_technique_kit.documents import api, blocks

_KIND = "code"
_PACKAGE = "tfmot_connection_pruning/keras"

# The documents with blocks that are read from a model. Those of the RFCs get
# the date of their submission as a prefix.
_DESIGN = "rfcs/*design.md"
_GUIDE = ("g3doc/guide/*/index.md", "g3doc/guide/*/internals.md")


def build(root, check=False, static=False):
    """Renders the blocks `code` of all documents, all or nothing.

    A document without such a block is left as it is.

    Args:
        root: The project's folder, a path.
        check: Whether to find what is not up to date, and to write nothing.
        static: Whether to do that for the API alone, which takes no TensorFlow.

    Returns:
        A list of the names of documents that were, or would be, changed.

    Raises:
        DocumentError: If the markers of a document are wrong.
        ValueError: If what the documents say of the technique does not hold.
        ModuleNotFoundError: If a package is missing that is needed for it.
    """
    contents = {"api": api.render(root / _PACKAGE)}
    patterns = [_DESIGN]
    if not static:
        # Imported late: this takes TensorFlow.
        from tfmot_technique_kit.documents import facts

        contents |= facts.render()
        patterns += _GUIDE
    changed = {}
    for path in blocks.find(root, patterns):
        name = path.relative_to(root).as_posix()
        text = blocks.read(path, name)
        if any(block for block, _ in blocks.split(name, text, _KIND)):
            rendered = blocks.render(name, text, _KIND, contents)
            if rendered != text:
                changed[path] = rendered
    if not check:
        for path, text in changed.items():
            blocks.write(path, text)
    return [path.relative_to(root).as_posix() for path in changed]
