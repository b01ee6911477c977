"""`technique check`."""

import click

from tfmot_technique_kit.project import Project


@click.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--submit", is_flag=True, help="Nothing may be left to fill in in the RFCs.")
@click.option(
    "--execute",
    is_flag=True,
    help="Run notebooks and the examples of the design RFC, too, without network (minutes).",
)
def command(names: tuple[str, ...], submit: bool, execute: bool) -> None:
    r"""Check the documents, and name what to fix.

    Runs all checks, or those NAMEd; an unknown NAME lists them. Exits with status 1 if there
    are problems. Writes nothing, but --execute remembers in g3doc/executions which notebooks
    ran, for `technique status`.

    \b
        technique check links spelling
    """
    from tfmot_technique_kit.checks import CHECKS, EXECUTE, SUBMIT

    project = Project.find()
    chosen = list(names) or [name for name in CHECKS if name not in {EXECUTE, SUBMIT}]
    chosen += [SUBMIT] * submit + [EXECUTE] * execute
    unknown = [name for name in chosen if name not in CHECKS]
    if unknown:
        raise click.UsageError(f"There is no check {unknown[0]!r}; there are {', '.join(CHECKS)}.")
    chosen = list(dict.fromkeys(chosen))
    count = 0
    for name in chosen:
        for problem in CHECKS[name](project):
            count += 1
            click.echo(str(problem))
            if problem.command:
                click.echo(f"    {problem.command}")
    click.echo(f"Checks: {len(chosen)}. Problems: {count}.")
    if "rfcs" in chosen and not submit and (left := len(CHECKS[SUBMIT](project))):
        click.echo(f"To fill in before the RFCs are submitted (--submit lists them): {left}.")
    raise SystemExit(min(count, 1))
