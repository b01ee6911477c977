"""The command `technique report`."""

from pathlib import Path

import click

from tfmot_technique_kit.experiments import options
from tfmot_technique_kit.project import Project


@click.command("report")
@click.option("--check", is_flag=True, help="Change nothing; fail if something is stale.")
@options.results
@click.option("--artifacts", hidden=True, expose_value=False, help="Not needed here.")
def command(check: bool, results: Path | None) -> None:
    """Render the results of the runs into tables, plots and documents.

    Writes tables.md, tables.html, tables.csv and plots into the folder `report` of the run
    files, and fills the blocks `<!-- results: begin NAME -->` of the documents in
    contribution.toml. NAME is `tables` (all variants), `summary` (the technique at each level)
    or `headline` (the same with a plot). Exits with status 1 if a section about results has a
    number that no run is behind.

    Example: technique report --check
    """
    from tfmot_technique_kit.report import render

    outcome = render.build(Project.find(), results, check)
    for name in outcome.written:
        click.echo(f"Rendered {name}.")
    if outcome.left_out:
        click.echo(f"Left out {outcome.left_out} runs of earlier code or settings.")
    for problem in outcome.problems:
        click.echo(str(problem), err=True)
    raise SystemExit(int(bool(outcome.problems)))
