"""Remembers which notebooks ran to their end, and with what code.

The record holds a fingerprint of each notebook's code together with that of the
technique. It is the same wherever it is written, and part of the repository.
"""

import hashlib
import json
import pathlib

from tfmot_technique_kit import manifest
from tfmot_technique_kit.readiness.gap import Gap

_COMPONENT = "executions"
_NAME = "notebooks.json"


def record(root, path) -> None:
    """Notes that a notebook ran to its end.

    Args:
        root: The project's folder, a path.
        path: The notebook's path.
    """
    folder = manifest.load(root).component(_COMPONENT).folder.here
    file = pathlib.Path(root, folder, _NAME)
    executed = _load(file)
    executed[pathlib.Path(path).relative_to(root).as_posix()] = fingerprint(path)
    text = json.dumps(executed, indent=2, sort_keys=True) + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def fingerprint(path):
    """Returns the SHA-256 of a notebook's code and of the technique's code."""
    from tfmot_technique_kit.experiments import plan

    notebook = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    text = json.dumps([code, plan.hash_of_source()])
    return hashlib.sha256(text.encode()).hexdigest()


def check_executed(project, component):
    """Finds notebooks that did not run as they are, with the code as it is."""
    executed = _load(project.folder_of(_COMPONENT) / _NAME)
    command = project.manifest.component(_COMPONENT).made_by
    gaps = []
    for file in component.files:
        path = project.root / file.path
        if path.suffix != ".ipynb" or not path.exists():
            continue
        if file.path not in executed:
            gaps.append(Gap("did not run yet", file.path, command=command))
        elif executed[file.path] != fingerprint(path):
            message = "did not run since its code or that of the technique changed"
            gaps.append(Gap(message, file.path, command=command))
    return gaps


def _load(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
