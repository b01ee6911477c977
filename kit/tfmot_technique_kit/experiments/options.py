"""Options that several commands have, and what they choose."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tfmot_technique_kit import files
from tfmot_technique_kit import switch as switch_lib
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project

if TYPE_CHECKING:  # Other commands start without it.
    from tfmot_technique_kit.experiments.plan import Plan

SEED = click.IntRange(0, 2**32 - 1)


class Several(click.Option):
    """An option that takes all arguments up to the next option, as `--seeds 0 1` or `--seeds 0,1`.

    Its value is a tuple.
    """

    def __init__(self, *names: Any, **settings: Any) -> None:
        super().__init__(*names, multiple=True, metavar="VALUES", **settings)

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """See base class."""
        super().add_to_parser(parser, ctx)
        option = parser._long_opt[self.opts[0]]

        def process(value: str, state: Any, take: Callable[..., None] = option.process) -> None:
            while state.rargs and not state.rargs[0].startswith("-"):
                value += f",{state.rargs.pop(0)}"
            for each in value.split(","):
                take(each.strip(), state)

        option.process = process


def choice(name: str, values: Iterable[str], help: str) -> Callable[..., Any]:
    """Returns an option whose default is the first value."""
    first, *others = values
    kind = click.Choice([first, *others])
    return click.option(f"--{name}", type=kind, default=first, show_default=True, help=help)


def _folder(name: str, help: str) -> Callable[..., Any]:
    return click.option(f"--{name}", type=click.Path(path_type=Path), metavar="DIR", help=help)


data_dir = _folder("data-dir", "Folder of data sets.")
results = _folder("results", "Folder of the run files, by default experiments/results.")
_COMMON = (
    click.option(
        "--profile", default="smoke", show_default=True, help="smoke, small, full or another."
    ),
    results,
    _folder("artifacts", "Folder of the models, by default experiments/artifacts."),
    data_dir,
    choice(
        *("keras", ["2", "3"]),
        help="Which Keras: TFMOT's own techniques, to compare with, take 2 alone.",
    ),
    choice("backend", switch_lib.BACKENDS, help="What Keras 3 runs on."),
    choice(
        *("strategy", ["none", "mirrored", "multiworker"]),
        help="Of tf.distribute, for training on several devices or machines.",
    ),
    click.option(
        *("--set", "changes"),
        multiple=True,
        metavar="KEY=VALUE",
        help="Another hyper-parameter, such as training.epochs=3; repeatable.",
    ),
    click.option(
        *("--no-latency", "latency"),
        flag_value=False,
        default=True,
        help="Measure latency and memory later, by `technique sweep`.",
    ),
)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds what `run` and `sweep` share."""
    for option in reversed(_COMMON):
        command = option(command)
    return command


def choose(
    tasks: Iterable[str],
    seeds: Iterable[int],
    profile: str,
    results: Path | None,
    artifacts: Path | None,
    keras: str,
    backend: str,
    strategy: str,
    changes: tuple[str, ...],
) -> "tuple[list[Plan], Path, Path]":
    """Returns the plans that options choose, and the folders of run files and of models.

    Without tasks they are those of the profile, without seeds those of its hyper-parameters.

    Raises:
        UserError: If options do not go together, or files cannot be written.
    """
    from tfmot_technique_kit.experiments import config
    from tfmot_technique_kit.experiments.plan import Plan

    project = Project.find()
    if backend != "tensorflow" and keras == "2":
        raise UserError(
            f"Keras 2 runs on TensorFlow alone: pass --keras 3 with --backend {backend}."
        )
    if backend != "tensorflow" and strategy != "none":
        raise UserError(f"--strategy is of tf.distribute: leave it out with --backend {backend}.")
    switch = switch_lib.Switch(int(keras), backend)
    results, artifacts = folders(project, results, artifacts)
    plans = []
    for task in tasks or config.list_tasks(project, profile):
        values = config.load(project, task, profile, changes)
        for seed in seeds or values["seeds"]:
            plans.append(Plan(project, task, profile, values, seed, strategy, switch))
    return plans, results, artifacts


def folders(
    project: Project, results: Path | None, artifacts: Path | None = None
) -> tuple[Path, Path]:
    """Returns the folders of results and artifacts, the project's where they are None.

    Raises:
        UserError: If files cannot be written there.
    """
    own = project.folder("results")
    places = results or own, artifacts or own.with_name("artifacts")
    check_writable(places)
    return places


def check_writable(places: Iterable[Path]) -> None:
    """Checks that files can be written into folders; better before than after training.

    Raises:
        UserError: If they cannot.
    """
    for place in places:
        try:
            files.check_writable(place)
        except OSError as error:
            raise UserError(
                f"Cannot write into {place}: {error.strerror}. Change that, or choose another "
                "folder."
            ) from error
