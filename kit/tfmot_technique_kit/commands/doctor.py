"""The command that finds what is wrong with the environment."""

import click

from tfmot_technique_kit.project import Project


@click.command("doctor")
def command() -> None:
    r"""Find what is wrong with the environment, each with its fix.

    Looks at the versions of Python, TensorFlow, Keras and TFMOT, for a second TensorFlow,
    missing packages, and a kit that is not the project's. Reads what pip installed, imports none
    of it, and changes nothing. The exit status is 1 if something will fail.

    \b
        technique doctor
    """
    from tfmot_technique_kit import doctor

    findings = doctor.examine(Project.find(), doctor.Environment.current())
    colours = {doctor.OK: "green", doctor.WARNING: "yellow", doctor.BROKEN: "red"}
    for finding in findings:
        click.echo(f"{click.style(f'{finding.level:8}', colours[finding.level])} {finding.message}")
        if finding.fix:
            click.echo(f"{'':8} fix: {finding.fix}")
    levels = [finding.level for finding in findings]
    broken = levels.count(doctor.BROKEN)
    click.echo(f"{broken} broken, {levels.count(doctor.WARNING)} warnings.")
    raise SystemExit(min(broken, 1))
