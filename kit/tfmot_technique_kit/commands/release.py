"""The command that prepares a release."""

import datetime

import click

from tfmot_technique_kit.project import Project


@click.command("release")
@click.argument("version", required=False)
@click.option("--check", is_flag=True, help="Write nothing; exit with status 1 if all is not well.")
@click.option("--tag", metavar="TAG", help="With --check: whether this tag can be released.")
def command(version: str | None, check: bool, tag: str | None) -> None:
    r"""Prepare VERSION for release, and say what is missing and what to type next.

    Writes VERSION into the package, CHANGELOG.md (in place of "unreleased"), RELEASE.md (in
    place of "next release TBD") and what the notebooks install. RELEASING.md and RELEASE.md get
    the versions that the job `wheel` of .github/workflows/ci.yml tests; without VERSION that is
    all.

    \b
        technique release 0.2.0
        technique release --check --tag v0.2.0
    """
    from tfmot_technique_kit import files, release

    if (check and version) or (tag and not check):
        raise click.UsageError("Give a VERSION, or --check, or --check and --tag.")
    project = Project.find()
    changed = release.prepare(project, version, datetime.date.today()) if version else []
    problems = []
    for path, text in release.stale(project).items():
        if check:
            message = "its versions are not those of ci.yml; render them: `technique release`."
            problems.append(f"{path.name}: {message}")
        else:
            changed.append(files.write(path, text))
    for path in dict.fromkeys(changed):
        click.echo(path.relative_to(project.root))
    problems += release.check_metadata(project)
    if version or tag:
        problems += release.check_ready(project, tag)
    for problem in problems:
        click.echo(str(problem), err=True)
    if version and not problems:
        click.echo(
            "Ready. Next:\n"
            "  technique check --execute\n"
            f"  git commit --all --message 'Version {version}'\n"
            f"  git tag v{version}\n"
            f"  git push origin HEAD v{version}"
        )
    raise SystemExit(min(len(problems), 1))
