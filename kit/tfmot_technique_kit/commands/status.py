"""The command that says where the contribution stands."""

import click

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project

_KIND = "status"  # of the blocks in documents


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
@click.option("--step", type=int, metavar="N", help="Show this step of the guidelines alone.")
@click.option("--strict", is_flag=True, help="Exit with status 1 if something required is open.")
@click.option("--write", is_flag=True, help="Render the status in the documents.")
@click.option("--check", is_flag=True, help="Exit with status 1 if that is out of date.")
def command(as_json: bool, step: int | None, strict: bool, write: bool, check: bool) -> None:
    r"""Say where the contribution stands, and what to do next.

    Applies the rules of contribution.toml to each component, by step of TFMOT's guidelines for
    techniques. Without --write it changes nothing. With --write it renders `<!-- status: begin
    summary -->`, a sentence, and `<!-- status: begin components -->`, a table, in the documents.

    \b
        technique status --step 1
    """
    import rich.console

    from tfmot_technique_kit import blocks, files, guideline, versions
    from tfmot_technique_kit.readiness import render, status

    if write and check:
        raise click.UsageError("--write and --check exclude each other.")
    if step is not None and step not in guideline.STEPS:
        raise UserError(f"there is no step {step}, only 1 to {max(guideline.STEPS)}.")
    project = Project.find()
    entries = status.evaluate(project)
    problems = versions.check_kit(project)
    outdated = []
    if write or check:
        names = [file.path for file in project.manifest.files]
        for path, text in blocks.having(project.root, names, _KIND).items():
            name = path.relative_to(project.root).as_posix()
            content = blocks.render(name, text, _KIND, render.markdown(entries))
            if content != text and write:
                files.write(path, content)
            elif content != text:
                outdated.append(name)
    if step is not None:
        entries = [entry for entry in entries if entry.component.step == step]
    if as_json:
        click.echo(render.as_json(project, entries, problems))
    else:
        plain = {"markup": False, "emoji": False, "highlight": False, "soft_wrap": True}
        render.show(project, entries, problems, rich.console.Console(**plain))
    for name in outdated:
        message = "its status is out of date; render it: `technique status --write`."
        click.echo(f"{name}: {message}", err=True)
    is_open = status.next_finding(entries) is not None or bool(problems)
    raise SystemExit(int(bool(outdated) or (strict and is_open)))
