"""`technique device-latency`."""

from pathlib import Path

import click

from tfmot_technique_kit.experiments import options
from tfmot_technique_kit.project import Project


@click.command("device-latency")
@click.argument("file", type=click.Path(path_type=Path), metavar="RUN.json")
@click.option("--device", required=True, metavar="adb:MODEL", help="The model of the phone.")
@click.option(
    "--benchmark-output",
    "output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What TFLite's benchmark_model printed for the model of the run.",
)
@options.results
def command(file: Path, device: str, output: Path, results: Path | None) -> None:
    r"""Make the run of a phone from the run of this machine.

    Writes a run file with the latency and memory of the phone; the rest is that of the run. The
    output may be of several processes, one after the other.

    \b
    technique device-latency RUN.json --device "adb:Pixel 8" --benchmark-output benchmark.txt
    """
    from tfmot_technique_kit.experiments import latencies
    from tfmot_technique_kit.experiments import results as results_lib

    results, _ = options.folders(Project.find(), results)
    text = output.read_text(encoding="utf-8", errors="replace")
    measured = latencies.on_device(results_lib.load(file), device, text)
    print(results_lib.write(results, measured))
