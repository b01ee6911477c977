"""Renders what the code says into the documents."""

from tfmot_technique_kit import blocks, files
from tfmot_technique_kit.documents import api
from tfmot_technique_kit.project import Project

KIND = "code"


def build(project: Project, check: bool = False) -> list[str]:
    """Renders the blocks `code` of the pages in the manifest, all or nothing.

    Blocks other than the summary of the API are read from a small model that is trained,
    stripped and converted. That takes TensorFlow, and half a minute.

    Args:
        project: The project.
        check: Whether to find what is not up to date, and to write nothing.

    Returns:
        The paths of the pages that were, or would be, changed, relative to the project's.

    Raises:
        UserError: If the markers of a page are wrong, or what the pages say of the technique
            does not hold.
    """
    texts = blocks.having(project.root, [file.path for file in project.manifest.files], KIND)
    parts = (blocks.split(path.name, text, KIND) for path, text in texts.items())
    facts = {}
    if {name for part in parts for name, _ in part} - {None, "api"}:
        from tfmot_technique_kit.documents import facts as facts_lib

        facts = facts_lib.render(project)
    changed = {}
    for path, text in texts.items():
        name = path.relative_to(project.root).as_posix()
        contents = {"api": api.render(project, path), **facts}
        rendered = blocks.render(name, text, KIND, contents)
        if rendered != text:
            changed[name] = rendered
    if not check:
        for name, text in changed.items():
            files.write(project.root / name, text)
    return list(changed)
