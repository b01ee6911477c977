"""Tells what of the contribution is done, and what to do next."""

import argparse
import os
import sys

import tfmot_technique_kit as tools
from tfmot_technique_kit import manifest
from tfmot_technique_kit.documents import blocks
from tfmot_technique_kit.readiness import project as project_lib
from tfmot_technique_kit.readiness import render, status

_DOCUMENT = "README.md"


def _create_parser():
    parser = argparse.ArgumentParser(
        prog="python -m tools.readiness", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="exit with status 1 if something that is required is open",
    )
    parser.add_argument("--step", type=int, metavar="N", help="this step of the guidelines alone")
    table = parser.add_mutually_exclusive_group()
    table.add_argument("--write", action="store_true", help=f"render the table in {_DOCUMENT}")
    table.add_argument(
        "--check", action="store_true", help="exit with status 1 if that table is not up to date"
    )
    return parser


@tools.command
def main(arguments=None, root=tools.ROOT):
    """Prints where the contribution stands. Returns the exit status."""
    options = _create_parser().parse_args(arguments)
    try:
        return _run(options, root)
    except (blocks.DocumentError, manifest.ManifestError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


def _run(options, root):
    contribution = manifest.load(root)
    numbers = [step.number for step in contribution.steps]
    if options.step is not None and options.step not in numbers:
        raise manifest.ManifestError(
            f"there is no step {options.step}, only {numbers[0]} to {numbers[-1]}."
        )
    entries = status.evaluate(project_lib.Project(root, contribution))
    is_current = True
    if options.write or options.check:
        is_current = _render_table(entries, root, options.write)
    if options.step is not None:
        entries = [e for e in entries if e.component.step == options.step]
    if options.json:
        print(render.as_json(contribution, entries))
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print(render.text(contribution, entries, colour))
    if options.check and not is_current:
        print(
            f"{_DOCUMENT}: its table of the status is not up to date; render it with "
            "`python -m tools.readiness --write`.",
            file=sys.stderr,
        )
        return 1
    return int(options.strict and render.next_finding(entries) is not None)


def _render_table(entries, root, write):
    """Returns whether the table is up to date, after writing it if asked to."""
    path = root / _DOCUMENT
    text = blocks.read(path, _DOCUMENT)
    table = {"components": render.markdown(entries)}
    content = blocks.render(_DOCUMENT, text, "status", table)
    if write and content != text:
        blocks.write(path, content)
    return write or content == text


if __name__ == "__main__":
    sys.exit(main())
