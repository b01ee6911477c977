"""Makes pages of the public API: `python -m tools.api_docs`.

As upstream does: what `__init__.py` of the package imports is public, and pages
are generated and not checked in.
"""

import argparse
import importlib
import inspect
import pathlib
import sys

import tfmot_technique_kit as tools
from tfmot_technique_kit import manifest

OUTPUT = tools.ROOT / "build" / "api_docs"

TECHNIQUE = manifest.load(tools.ROOT).technique
PACKAGE = TECHNIQUE.package
_CODE = f"https://github.com/{TECHNIQUE.github}/{TECHNIQUE.slug}/blob/main"


def build(output, code=_CODE, package=PACKAGE):
    """Makes the pages.

    Args:
        output: Folder for the pages. Files in it are replaced.
        code: Address of the project's folder, for links to the code.
        package: Name of the package, which can be imported.

    Returns:
        The path of the first page.

    Raises:
        ModuleNotFoundError: If the package tensorflow-docs is not installed.
    """
    from tensorflow_docs.api_generator import generate_lib, public_api

    module = importlib.import_module(package)
    output = pathlib.Path(output).resolve()
    generate_lib.DocGenerator(
        root_title=TECHNIQUE.title,
        py_modules=[(package, module)],
        base_dir=str(pathlib.Path(module.__file__).parent),
        code_url_prefix=f"{code}/{package}",
        site_path="model_optimization/api_docs/python",
        callbacks=[public_api.explicit_package_contents_filter, _leave_out_inherited],
    ).build(output)
    return output / f"{package}.md"


def _leave_out_inherited(path, parent, children):
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


def main(arguments=None) -> int:
    """Makes the pages. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.api_docs",
        description="Makes pages of the public API from its docstrings.",
    )
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT, metavar="DIR")
    parser.add_argument("--code", default=_CODE, metavar="URL", help="for links (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        page = build(options.output, options.code)
    except ModuleNotFoundError as error:
        print(f"Error: {error.name} is missing; run: pip install -e '.[dev,docs]'", file=sys.stderr)
        return 1
    print(f"Made {page} and the pages below {page.with_suffix('')}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
