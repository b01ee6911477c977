"""Checks the documents: `python -m tools.checks [NAME ...]`."""

import argparse
import sys

import tfmot_technique_kit as tools
from tfmot_technique_kit import checks

_ALL = {**checks.CHECKS, **checks.SUBMIT_CHECKS, **checks.EXECUTE_CHECKS}


def _create_parser():
    parser = argparse.ArgumentParser(
        prog="python -m tools.checks",
        description="Checks the documents, and names what to put right.",
        epilog=f"Checks: {', '.join(_ALL)}.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="checks to run, by default all")
    parser.add_argument(
        "--submit",
        action="store_true",
        help="the RFCs are to be submitted: nothing may be left to fill in",
    )
    parser.add_argument("--execute", action="store_true", help="run the notebooks, too (minutes)")
    return parser


def _select(options):
    """Returns the names of the checks to run."""
    names = options.names or list(checks.CHECKS)
    if options.submit:
        names += checks.SUBMIT_CHECKS
    if options.execute:
        names += checks.EXECUTE_CHECKS
    return list(dict.fromkeys(names))


@tools.command
def main(arguments=None, root=tools.ROOT):
    """Runs checks and prints what they find.

    Args:
        arguments: List of those of the command, by default its own.
        root: The folder of the project to check.

    Returns:
        The exit status: 0 if all is well, 1 if there are problems or a package is
        missing.
    """
    parser = _create_parser()
    options = parser.parse_args(arguments)
    names = _select(options)
    unknown = [name for name in names if name not in _ALL]
    if unknown:
        parser.error(f"there is no check {unknown[0]!r}; there are {', '.join(_ALL)}")
    try:
        problems = [problem for name in names for problem in _ALL[name](root)]
        is_draft = "rfcs" in names and "rfcs-submit" not in names
        open_points = _ALL["rfcs-submit"](root) if is_draft else []
    except ModuleNotFoundError as error:
        print(f"Error: {error.name} is missing; run: pip install -e '.[dev,docs]'", file=sys.stderr)
        return 1
    for problem in problems:
        print(problem)
    print(f"Checks: {len(names)}. Problems: {len(problems)}.")
    if open_points:
        print(
            f"To fill in before the RFCs are submitted (--submit lists them): {len(open_points)}."
        )
    return min(len(problems), 1)


if __name__ == "__main__":
    sys.exit(main())
