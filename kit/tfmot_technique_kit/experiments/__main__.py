"""The commands: `python -m experiments COMMAND --help`."""

import argparse
import os
import pathlib
import sys
import tempfile

from tfmot_technique_kit.experiments import config as config_lib
from tfmot_technique_kit.experiments import plan as plan_lib
from tfmot_technique_kit.experiments import process, results

_FOLDER = pathlib.Path(__file__).parent


def _create_parser():
    parser = argparse.ArgumentParser(
        prog="python -m experiments", description=__doc__.splitlines()[0]
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    places = argparse.ArgumentParser(add_help=False)
    for name in ("results", "artifacts"):
        places.add_argument(
            f"--{name}",
            type=pathlib.Path,
            default=_FOLDER / name,
            metavar="DIR",
            help=f"folder of the {name} (experiments/{name})",
        )

    common = argparse.ArgumentParser(add_help=False, parents=[places])
    common.add_argument("--profile", default="smoke", help="smoke or full")
    common.add_argument("--data-dir", metavar="DIR", help="folder of data sets")
    common.add_argument(
        "--strategy",
        choices=["none", "mirrored", "multiworker"],
        default="none",
        help="of tf.distribute, for training on several devices or machines",
    )
    common.add_argument(
        "--set",
        action="append",
        default=[],
        dest="changes",
        metavar="KEY=VALUE",
        help="another hyper-parameter, such as training.epochs=3",
    )
    common.add_argument(
        "--no-latency",
        action="store_false",
        dest="latency",
        help="measure latency and memory later, by `sweep`",
    )

    run = commands.add_parser(
        "run", parents=[common], help="train, convert and measure some variants"
    )
    run.add_argument("--task", required=True, help="image, bert or detection")
    run.add_argument(
        "--variant",
        action="append",
        dest="variants",
        metavar="NAME",
        required=True,
        help="such as baseline, technique@0.5+int8 or technique_qat; repeatable; "
        "all for those of the configuration",
    )
    run.add_argument("--seed", type=int, default=0)
    run.set_defaults(function=_run)

    sweep = commands.add_parser("sweep", parents=[common], help="run all that has no result yet")
    sweep.add_argument("--tasks", nargs="+", help="by default all of the profile")
    sweep.add_argument("--trainings", nargs="+", help="by default those of the configuration")
    sweep.add_argument("--seeds", nargs="+", type=int, help="likewise")
    sweep.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    sweep.add_argument(
        "--shard",
        type=_parse_shard,
        default=(0, 1),
        metavar="I/N",
        help="the I-th of N parts, I from 0: for arrays of jobs",
    )
    sweep.add_argument("--executor", choices=["local", "slurm", "ray"], default="local")
    sweep.set_defaults(function=_sweep)

    reproduce = commands.add_parser("reproduce", help="run a recorded run again and compare")
    reproduce.add_argument("file", type=pathlib.Path, metavar="RUN.json")
    reproduce.add_argument("--data-dir", metavar="DIR")
    reproduce.set_defaults(function=_reproduce)

    report = commands.add_parser(
        "report", parents=[places], help="render tables and plots into documents"
    )
    report.add_argument("--check", action="store_true", help="change nothing, fail if stale")
    report.set_defaults(function=_report)

    device = commands.add_parser(
        "add-device-latency", parents=[places], help="add what a phone measured"
    )
    device.add_argument("file", type=pathlib.Path, metavar="RUN.json")
    device.add_argument("--device", required=True, metavar="adb:MODEL")
    device.add_argument("--benchmark-output", required=True, type=pathlib.Path, metavar="FILE")
    device.set_defaults(function=_add_device_latency)
    return parser


def _parse_shard(text):
    try:
        index, count = map(int, text.split("/"))
    except ValueError:
        index, count = 0, 0
    if not 0 <= index < count:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no shard: write 0/4 to 3/4 for the four parts of a sweep"
        )
    return index, count


def _run(options):
    config = config_lib.load(options.task, options.profile, options.changes)
    plan = plan_lib.Plan(options.task, options.profile, config, options.seed, options.strategy)
    variants = [plan.parse(name) for name in options.variants if name != "all"]
    if "all" in options.variants:
        variants = plan.expand()
    process.set_up(config["determinism"])
    from tfmot_technique_kit.experiments import run

    runner = run.Runner(plan, options.results, options.artifacts, options.data_dir, options.latency)
    pending = plan.list_pending(variants, options.results)
    for variant in variants:
        if variant not in pending:
            print(f"{variant.name}: finished before.")
    failed = 0
    for result in runner.run(pending):
        path = results.path_of(options.results, result)
        if result["status"] == "ok":
            quality = result["quality"]
            shown = f"{quality['metric']} {quality['value']:.4f}"
        else:
            shown = result["error"]
        failed += result["status"] == "failed"
        print(f"{result['variant']['name']}: {shown} ({path.name})", flush=True)
    return min(failed, 1)


def _sweep(options):
    from tfmot_technique_kit.experiments import sweep

    plans = []
    for task in options.tasks or config_lib.list_tasks(options.profile):
        config = config_lib.load(task, options.profile, options.changes)
        plans += [
            plan_lib.Plan(task, options.profile, config, seed, options.strategy)
            for seed in options.seeds or config["seeds"]
        ]
    index, count = options.shard
    problems = sweep.run(plans[index::count], options)
    for problem in problems:
        print(f"Failed: {problem}", file=sys.stderr)
    return min(len(problems), 1)


def _reproduce(options):
    recorded = results.load(options.file)
    process.set_up(recorded["determinism"])
    from tfmot_technique_kit.experiments import reproduce

    with tempfile.TemporaryDirectory() as folder:
        again = reproduce.rerun(recorded, folder, options.data_dir)
    comparison = reproduce.compare(recorded, again)
    print("Matches." if comparison.is_match else "Does not match.", end=" ")
    print(comparison.reason)
    return 0 if comparison.is_match else 1


def _report(options):
    from tfmot_technique_kit.report import render

    outcome = render.build(options.results, _FOLDER.parent, options.check)
    for path in outcome.written:
        print(f"Rendered {os.path.relpath(path)}.")
    if outcome.left_out:
        print(f"Left out {outcome.left_out} runs of earlier code or settings.")
    for problem in outcome.problems:
        print(problem, file=sys.stderr)
    return min(len(outcome.problems), 1)


def _add_device_latency(options):
    from tfmot_technique_kit.metrics import adb

    output = options.benchmark_output.read_text(encoding="utf-8")
    run = adb.on_device(results.load(options.file), options.device, output)
    print(results.write(options.results, run))
    return 0


def main():
    """Runs a command. Returns the exit status."""
    if os.environ.pop("EXPERIMENTS_EXIT_WITH_PARENT", None):
        process.exit_with_parent()
    options = _create_parser().parse_args()
    try:
        return options.function(options)
    except (FileNotFoundError, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
