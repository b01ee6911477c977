"""The tasks that a technique is measured on: the files in a project's folder `tasks`."""

import functools
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.project import Project

if TYPE_CHECKING:  # It imports TensorFlow.
    from tfmot_technique_kit.tasks.base import Task


def list_names(project: Project) -> list[str]:
    """Returns the names of a project's tasks: the files in its folder `tasks`.

    Tests (`*_test.py`) are none, nor are files that start with an underscore, which tasks share.
    """
    names = (path.stem for path in project.folder("tasks").glob("[!_]*.py"))
    return sorted(name for name in names if not name.endswith("_test"))


def create(project: Project, name: str, options: Mapping[str, Any] | None = None) -> "Task":
    """Creates a task with the part `task` of its hyper-parameters. The first imports TensorFlow.

    Raises:
        UserError: If there is no such task, its file cannot be used, or an option is
            missing, unknown or impossible.
    """
    names = list_names(project)
    if name not in names:
        known = ", ".join(names) or "none"
        raise UserError(f"There is no task {name!r} in {project.folder('tasks')}. Tasks: {known}.")
    return _load(project.root, project.folder("tasks") / f"{name}.py")(name, options)


@functools.cache  # Keras refuses to register what a file defines for a second time.
def _load(root: Path, path: Path) -> "type[Task]":
    """Imports the file of a task and returns the class in it."""
    from tfmot_technique_kit.tasks.base import Task

    place = path.relative_to(root)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))  # For what tasks share.
    spec = importlib.util.spec_from_file_location(".".join(place.with_suffix("").parts), path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        where = f"{place}:{lines[-1]}" if lines else place
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise UserError(f"{where}: cannot be imported: {reason}") from error
    found = {
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Task) and value.__module__ == spec.name
    }
    if len(found) != 1:
        names = ", ".join(sorted(cls.__name__ for cls in found)) or "none"
        raise UserError(f"{place}: must define one class derived from base.Task; it has {names}.")
    (cls,) = found
    missing = sorted(cls.__abstractmethods__ | ({"metric"} - set(dir(cls))))
    if missing:
        raise UserError(f"{place}: the class {cls.__name__} lacks {', '.join(missing)}.")
    return cls
