"""`technique reproduce`."""

import tempfile
from pathlib import Path

import click

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import options
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import Switch


@click.command("reproduce")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[RUN.json]...")
@click.option("--all", "each_task", is_flag=True, help="Repeat one recorded run of each task.")
@click.option("--profile", default="smoke", show_default=True, metavar="NAME", help="Of --all.")
@options.data_dir
def command(files: tuple[Path, ...], each_task: bool, profile: str, data_dir: Path | None) -> None:
    r"""Run recorded runs again and compare.

    Trains what a run file records, with its baseline, in a temporary folder. The weights must be
    equal to the last bit; where versions, CPU or the technique's code differ, the quality must
    agree within the `tolerance` of the configuration. Exits with 1 if a run does not match.

    With --all it repeats, for each task, the recorded run of the technique at its highest level
    with the first seed.

    \b
    technique reproduce experiments/results/RUN.json
    technique reproduce --all
    """
    from tfmot_technique_kit.experiments import executors, process, reproduce, results

    process.exit_with_parent()
    project = Project.find()
    if bool(files) == each_task:
        raise click.UsageError("Pass files of runs, or --all.")
    if each_task:
        chosen = reproduce.choose(project, profile, project.folder("results"))
        files = tuple(path for path in chosen.values() if path)
        if not files:
            raise UserError(f"There is no run of {profile} to repeat: run `technique sweep`.")
        for task in [task for task, path in chosen.items() if not path]:
            print(f"{task}: no run to repeat; `technique sweep` makes one.")
    if len(files) == 1 and not each_task:
        recorded = results.load(files[0])
        process.set_up(recorded["determinism"], Switch.of(recorded))
        with tempfile.TemporaryDirectory() as folder:
            again = reproduce.rerun(project, recorded, Path(folder), data_dir)
        is_match, reason = reproduce.compare(recorded, again)
        print("Matches." if is_match else "Does not match.", reason)
        raise SystemExit(not is_match)
    failed = False
    for path in files:  # In processes of their own: TensorFlow is set up once in each.
        arguments = ["reproduce", str(path.absolute())]
        if data_dir:
            arguments.append(f"--data-dir={data_dir.absolute()}")
        status, line = executors.call(project.root, arguments)
        print(f"{path.name}: {line}", flush=True)
        failed |= status != 0
    raise SystemExit(failed)
