"""The tasks that a technique is measured on."""

from tfmot_technique_kit.tasks.bert import Bert
from tfmot_technique_kit.tasks.detection import Detection
from tfmot_technique_kit.tasks.image import Image

TASKS = {task.name: task for task in (Image, Bert, Detection)}


def create(name, options):
    """Creates a task.

    Args:
        name: Name of the task, a key of `TASKS`.
        options: Dict, the part `task` of its YAML file.

    Returns:
        A `base.Task`.

    Raises:
        ValueError: If there is no such task, or an option is missing, unknown or
            impossible.
    """
    if name not in TASKS:
        raise ValueError(f"There is no task {name!r}. Tasks: {', '.join(TASKS)}.")
    return TASKS[name](options)
