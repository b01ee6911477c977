"""Renders what the code says into the documents."""

from pathlib import Path

from tfmot_technique_kit import blocks, files
from tfmot_technique_kit.documents import declared
from tfmot_technique_kit.project import Project

KIND = "code"


def build(project: Project, check: bool = False) -> list[str]:
    """Renders the blocks `code` of the pages in the manifest, all or nothing.

    Blocks that are not declared are measured: read from a small model that is trained, stripped
    and converted. That takes TensorFlow, and a minute. With `check` nothing is written.

    Returns:
        The paths of the pages that were, or would be, changed, relative to the project's.

    Raises:
        UserError: If the markers of a page are wrong, the algorithm says nothing of itself, or
            what the pages say of the technique does not hold.
    """
    texts = blocks.having(project.root, [file.path for file in project.manifest.files], KIND)
    shown = {path: _blocks(path, text) for path, text in texts.items()}
    said = {path: declared.render(project, path, names) for path, names in shown.items()}
    facts = {}
    if any(shown[path].keys() - said[path] for path in texts):
        from tfmot_technique_kit.documents import facts as facts_lib

        facts = facts_lib.render(project)
    changed = {}
    for path, text in texts.items():
        name = path.relative_to(project.root).as_posix()
        rendered = blocks.render(name, text, KIND, {**said[path], **facts})
        if rendered != text:
            changed[name] = rendered
    if not check:
        for name, text in changed.items():
            files.write(project.root / name, text)
    return list(changed)


def declare(project: Project, path: Path, text: str) -> str:
    """Returns the text of a page with what the technique declares, without running it.

    Blocks that are measured stay as they are.

    Raises:
        UserError: As in `build`.
    """
    shown = _blocks(path, text)
    if not shown:
        return text
    said = declared.render(project, path, shown)
    return blocks.render(path.name, text, KIND, shown | said)


def _blocks(path: Path, text: str) -> dict[str, str]:
    parts = blocks.split(path.name, text, KIND)
    return {name: "".join(lines) for name, lines in parts if name is not None}
