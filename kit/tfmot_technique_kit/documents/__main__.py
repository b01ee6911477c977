"""Writes what the code says into the documents: `python -m tools.documents`.

What stands between `<!-- code: begin NAME -->` and `<!-- code: end -->` in the
design RFC, the overview and the internals page is read from the code, or from
a small model that is trained, stripped and converted.
"""

import argparse
import sys

import tfmot_technique_kit as tools
from tfmot_technique_kit.documents import blocks, render


def _create_parser():
    parser = argparse.ArgumentParser(
        prog="python -m tools.documents", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail if stale")
    parser.add_argument(
        "--static", action="store_true", help="only what can be read without TensorFlow: the API"
    )
    return parser


def main(arguments=None):
    """Runs the command. Returns the exit status."""
    options = _create_parser().parse_args(arguments)
    try:
        changed = render.build(tools.ROOT, options.check, options.static)
    except ModuleNotFoundError as error:
        print(f"Error: {error.name} is missing; pip install -e '.[experiments]'", file=sys.stderr)
        return 1
    except (blocks.DocumentError, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    for name in changed:
        if options.check:
            print(
                f"{name}: is not what the code says; write it with `python -m tools.documents`.",
                file=sys.stderr,
            )
        else:
            print(f"Wrote {name}.")
    return int(options.check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
