"""`technique docs`."""

import click

from tfmot_technique_kit.project import Project


@click.command("docs")
@click.option("--check", is_flag=True, help="Change nothing; exit with status 1 if stale.")
@click.option("--api-pages", is_flag=True, help="Make pages of the API in build/api_docs instead.")
def command(check: bool, api_pages: bool) -> None:
    r"""Write into the documents what the code says.

    Text between `<!-- code: begin NAME -->` and `<!-- code: end -->` in the documents comes
    from the docstrings of the algorithm and the API, or from a small model that is trained,
    stripped, converted and combined with other techniques (a minute).

    \b
        technique docs --check
    """
    project = Project.find()
    if api_pages:
        from tfmot_technique_kit.documents import api_pages as pages

        page = pages.build(project, project.root / pages.FOLDER)
        click.echo(f"Made {page} and the pages below {page.with_suffix('')}.")
        return
    from tfmot_technique_kit.documents import render

    changed = render.build(project, check)
    for name in changed:
        if check:
            click.echo(f"{name}: is not what the code says; run `technique docs`.", err=True)
        else:
            click.echo(f"Wrote {name}.")
    raise SystemExit(int(check and bool(changed)))
