"""`technique run`."""

from pathlib import Path
from typing import Any

import click

from tfmot_technique_kit.experiments import options


@click.command("run")
@click.option("--task", required=True, metavar="NAME", help="A file of experiments/tasks.")
@click.option(
    "--variant",
    "names",
    multiple=True,
    required=True,
    metavar="NAME",
    help="Such as baseline, technique@0.5+int8 or technique_qat; repeatable. `all` stands for "
    "those of the configuration.",
)
@click.option("--seed", type=options.SEED, default=0, show_default=True, help="Of all randomness.")
@options.common
def command(
    task: str,
    names: tuple[str, ...],
    seed: int,
    data_dir: Path | None,
    latency: bool,
    **chosen: Any,
) -> None:
    r"""Train, convert and measure variants of a task.

    Writes a file for each into experiments/results and the models into experiments/artifacts.
    What has a result that still holds is not run again. The exit status is 1 if a run failed; a
    technique that cannot be applied to a model is a result.

    \b
    technique run --task image --variant technique@0.5 --variant control
    """
    from tfmot_technique_kit.experiments import latencies, process
    from tfmot_technique_kit.experiments.variants import KERAS_2_ALONE

    process.exit_with_parent()
    (plan,), results, artifacts = options.choose([task], [seed], **chosen)
    variants = [plan.parse(name) for name in names if name != "all"]
    if "all" in names:
        variants = plan.expand()
        if left_out := plan.left_out():
            print(f"Left out: {', '.join(left_out)}. {KERAS_2_ALONE}.")
    pending = plan.list_pending(variants, results)
    for variant in variants:
        if variant not in pending:
            print(f"{variant.name}: finished before.")
    is_writer, statuses = True, set()
    if pending:
        options.check_writable(artifacts / plan.training_name(variant) for variant in pending)
        process.set_up(plan.config["determinism"], plan.switch)
        from tfmot_technique_kit.experiments.run import Runner  # Imports TensorFlow.

        runner = Runner(plan, results, artifacts, data_dir)
        is_writer = runner.is_writer
        for run in runner.run(pending):
            statuses.add(run["status"])
            shown = run["error"]
            if run["status"] == "ok":
                shown = "{metric} {value:.4f}".format(**run["quality"])
            name = plan.path(plan.parse(run["variant"]["name"]), results).name
            print(f"{run['variant']['name']}: {shown} ({name})", flush=True)
    if latency and is_writer:
        for line in latencies.measure([(plan, variants)], results, artifacts):
            print(line)
    if "failed" in statuses:
        raise SystemExit(1)
