"""Makes pages of the public API from its docstrings, as tensorflow.org does.

What `__init__.py` of the package imports is public. The pages are not checked in.
"""

import importlib
import inspect
from pathlib import Path
from typing import Any

from tfmot_technique_kit.project import Project

FOLDER = "build/api_docs"  # in the project


def build(project: Project, output: Path) -> Path:
    """Makes the pages in a folder, whose files are replaced. It takes TensorFlow.

    Returns:
        The path of the first page.
    """
    from tensorflow_docs.api_generator import generate_lib, public_api

    project.module()  # of this project, whatever else is installed
    package = project.technique.package
    generate_lib.DocGenerator(
        root_title=project.technique.title,
        py_modules=[(package, importlib.import_module(package))],
        base_dir=str(project.root / package),
        code_url_prefix=f"{project.technique.repository}/blob/main/{package}",
        site_path="model_optimization/api_docs/python",
        callbacks=[public_api.explicit_package_contents_filter, _leave_out_inherited],
    ).build(output)
    return output / f"{package}.md"


def _leave_out_inherited(
    path: tuple[str, ...], parent: Any, children: list[tuple[str, Any]]
) -> list[tuple[str, Any]]:
    """Leaves out members that classes inherit from others, such as of Keras."""
    if not inspect.isclass(parent):
        return children
    own = {
        name
        for cls in parent.__mro__
        if cls.__module__.split(".")[0] == path[0]
        for name in vars(cls)
    }
    return [(name, child) for name, child in children if name in own]
