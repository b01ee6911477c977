"""Hyper-parameters: what all tasks of a profile share, and what a task overrides.

The kit has the profiles `smoke`, `small` and `full`. A project's
`experiments/configs/TASK_PROFILE.yaml`, where there is one, overrides what is other for a task, key
by key. A profile of the project's own is a set of such files that say everything.
"""

import collections
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pydantic
import yaml
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from tfmot_technique_kit import tasks
from tfmot_technique_kit.errors import UserError, in_one_line
from tfmot_technique_kit.project import Project

_PROFILES = Path(__file__).with_name("profiles")
_Level = Annotated[float, Field(ge=0, lt=1)]
_Seed = Annotated[int, Field(ge=0, lt=2**32)]


class _Section(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Training(_Section):
    batch_size: PositiveInt
    epochs: PositiveInt
    fine_tune_epochs: PositiveInt
    learning_rate: PositiveFloat
    fine_tune_learning_rate: PositiveFloat


class _Technique(_Section):
    levels: list[_Level] = Field(min_length=1)
    update_frequency: PositiveInt


class _Determinism(_Section):
    op_determinism: bool
    intra_threads: PositiveInt
    inter_threads: PositiveInt
    onednn: bool


class _Measure(_Section):
    processes: PositiveInt
    warmup_s: NonNegativeFloat
    min_s: NonNegativeFloat
    min_runs: PositiveInt
    threads: PositiveInt
    test_examples: PositiveInt | None


class _Config(_Section):
    task: dict[str, Any]  # The task checks it.
    training: _Training
    technique: _Technique
    trainings: list[str] = Field(min_length=1)
    seeds: list[_Seed] = Field(min_length=1)
    determinism: _Determinism
    measure: _Measure
    representative_examples: PositiveInt
    tolerance: NonNegativeFloat

    @pydantic.field_validator("seeds")
    @classmethod
    def _differ(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("a seed is in it twice")
        return seeds


def list_tasks(project: Project, profile: str) -> list[str]:
    """Returns the names of the tasks that have a profile.

    Raises:
        UserError: If there is no such profile.
    """
    names = tasks.list_names(project)
    own = collections.defaultdict(list)
    for name in names:
        for path in project.folder("configs").glob(f"{name}_*.yaml"):
            own[path.stem.removeprefix(f"{name}_")].append(name)
    profiles = own | {path.stem: names for path in _PROFILES.glob("*.yaml")}
    if profile not in profiles:
        known = ", ".join(sorted(profiles))
        raise UserError(f"There is no profile {profile!r}. Choose one of {known}.")
    return profiles[profile]


def load(project: Project, task: str, profile: str, changes: Sequence[str] = ()) -> dict[str, Any]:
    """Returns the hyper-parameters of a task in a profile, all of them.

    Changes are strings such as `training.epochs=3`, the value as in YAML.

    Raises:
        UserError: In one line, if there is no such task, or a value is wrong.
    """
    names = list_tasks(project, profile)
    if task not in names:
        raise UserError(
            f"There is no task {task!r} with the profile {profile!r}. "
            f"Choose one of {', '.join(names)}."
        )
    config: dict[str, Any] = {"task": {}}
    own = f"{task}_{profile}.yaml"
    for path in (_PROFILES / f"{profile}.yaml", project.folder("configs") / own):
        if path.exists():
            config = _merge(config, _parse(path.read_text(encoding="utf-8"), path.name) or {})
    for change in changes:
        config = _merge(config, _parse_change(change))
    check(config, own)
    return config


def check(config: Any, name: str) -> None:
    """Checks hyper-parameters, but for those that the task checks. Errors call them by the name.

    Raises:
        UserError: In one line, if a value is missing or wrong.
    """
    try:
        _Config.model_validate(config)
    except pydantic.ValidationError as error:
        raise UserError(f"{name}: {in_one_line(error)}.") from error


def _parse(text: str, name: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{name}: {' '.join(str(error).split())}") from error


def _parse_change(change: str) -> dict[str, Any]:
    path, is_there, value = change.partition("=")
    if not is_there:
        raise UserError(f"Cannot set {change!r}: write a key and its value: training.epochs=3.")
    made = _parse(value, f"Cannot set {change!r}")
    for key in reversed(path.split(".")):
        made = {key: made}
    return made


def _merge(one: Any, other: Any) -> Any:
    """Returns `one` with the values of `other` in it; mappings are merged key by key."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return one | {key: _merge(one.get(key), value) for key, value in other.items()}
