"""`technique preview`."""

import click

from tfmot_technique_kit.project import Project


@click.command("preview")
@click.option("--build", is_flag=True, help="Make the site, and fail for links to nowhere.")
@click.option("--address", default="localhost:8000", show_default=True, help="To serve at.")
def command(build: bool, address: str) -> None:
    r"""Show the documents as a site, which follows what you edit.

    MkDocs makes it in build/preview from the files themselves. Pages of the API are part of
    it once `technique docs --api-pages` has made them.

    \b
        technique preview
    """
    from tfmot_technique_kit import preview

    project = Project.find()
    raise SystemExit(preview.run(project, None if build else address))
