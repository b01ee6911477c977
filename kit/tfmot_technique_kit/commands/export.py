"""`technique export`."""

import datetime
from pathlib import Path

import click

from tfmot_technique_kit.project import Project

_CURRENT = "The technique is there, and current."


@click.command("export")
@click.argument("place", metavar="CHECKOUT", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the changes as a diff and write nothing.")
@click.option("--check", is_flag=True, help="Say whether the technique is there and current.")
@click.option(
    "--series",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write a patch and a text for each pull request, and leave CHECKOUT alone.",
)
@click.option("--verify", is_flag=True, help="Prove that the technique works in CHECKOUT.")
@click.option(
    "--tests",
    type=click.Choice(["none", "fast", "all"]),
    default="fast",
    show_default=True,
    help="Which exported tests --verify runs; 'fast' are those of single modules.",
)
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of submission of the RFCs: by default that of an earlier export, or today.",
)
@click.option("--allow-dirty", is_flag=True, help="Write even over changes not committed.")
def command(
    place: Path,
    dry_run: bool,
    check: bool,
    series: Path | None,
    verify: bool,
    tests: str,
    date: datetime.datetime | None,
    allow_dirty: bool,
) -> None:
    """Put the technique into CHECKOUT, a clone of TFMOT.

    CHECKOUT is a clone of https://github.com/tensorflow/model-optimization, version 0.7.0 or
    later. Writes code, pages, RFCs and BUILD files there, and the few lines that make them part
    of the toolkit; commits nothing. With --check and --verify, exits with status 1 if something
    is wrong.

    Example: technique export --verify ../model-optimization
    """
    from tfmot_technique_kit.export import plan as plan_lib
    from tfmot_technique_kit.export import series as series_lib
    from tfmot_technique_kit.export import verify as verify_lib
    from tfmot_technique_kit.export.checkout import Checkout

    if sum(map(bool, (dry_run, check, series, verify))) > 1:
        raise click.UsageError("--dry-run, --check, --series and --verify exclude one another.")
    project, checkout = Project.find(), Checkout(place)
    day = date.date() if date else None
    before = checkout.tree
    plan = plan_lib.make(project, before, day)
    if verify:
        failed = 0
        subject = verify_lib.Subject(plan, checkout, tests, click.echo)
        for name, run in verify_lib.CHECKS.items():
            result = run(subject)
            failed += bool(result.problems)
            click.echo(f"{'FAILED' if result.problems else 'ok':6} {name}: {result.summary}")
            for problem in result.problems:
                click.echo(f"         {problem}")
        count = f"{failed} of {len(verify_lib.CHECKS)} checks failed."
        click.echo(count if failed else "All is well.")
        raise SystemExit(min(failed, 1))
    if check:
        problems = plan.problems(before)
        click.echo("\n".join(problems) or _CURRENT)
        raise SystemExit(min(len(problems), 1))
    if dry_run:
        click.echo("".join(plan.diff(before)), nl=False)
    elif series:
        made = series_lib.write(plan, checkout, series, day or datetime.date.today())
        click.echo("\n".join(map(str, made)) or _CURRENT)
    else:
        changed = plan.write(checkout, allow_dirty)
        new = sum(file.path not in before.paths for file in changed)
        wrote = f"Wrote {new} new files and changed {len(changed) - new}."
        click.echo(wrote if changed else _CURRENT)
        unknown = [f"{path} is not of this project." for path in plan.unknown(checkout.tree)]
        for note in [*unknown, *plan_lib.notes(project, before)]:
            click.echo(f"Note: {note}")
