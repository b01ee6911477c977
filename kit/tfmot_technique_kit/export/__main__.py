"""Puts the technique into a checkout of tensorflow/model-optimization.

    python -m tools.export CHECKOUT              # write it there
    python -m tools.export --dry-run CHECKOUT    # show the changes as a diff
    python -m tools.export --check CHECKOUT      # is it there, and current?
    python -m tools.export --series DIR CHECKOUT # patches and texts of the PRs
    python -m tools.export --verify CHECKOUT     # prove that it works there

CHECKOUT is a clone of https://github.com/tensorflow/model-optimization, version
0.7.0 or later.
"""

import argparse
import datetime
import difflib
import sys

import tfmot_technique_kit as tools
from tfmot_technique_kit import manifest
from tfmot_technique_kit.export import checkout as checkout_lib
from tfmot_technique_kit.export import errors, series, verify
from tfmot_technique_kit.export import plan as plan_lib
from tfmot_technique_kit.export.verify import subject


@tools.command
def main(arguments=None, root=tools.ROOT):
    """Runs the command on the project in a folder; returns its exit status."""
    options = _parse(arguments)
    try:
        contribution = manifest.load(root)
        checkout = checkout_lib.Checkout(options.checkout)
        plan = plan_lib.make(contribution, root, checkout.tree, options.date)
        if options.series:
            return _write_series(contribution, plan, checkout, options)
        if options.verify:
            return verify.run(subject.Subject(contribution, plan, checkout, options.tests))
        if options.check:
            return _check(plan, checkout)
        if options.dry_run:
            return _show(plan, checkout)
        status = _write(plan, checkout, options.allow_dirty)
        for note in plan_lib.notes(contribution, root, checkout.tree):
            print(f"Note: {note}")
        return status
    except (errors.ExportError, manifest.ManifestError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.export", description="Puts the technique into a checkout of TFMOT."
    )
    parser.add_argument("checkout", help="folder with a clone of tensorflow/model-optimization")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--dry-run", action="store_true", help="show the changes, write nothing")
    modes.add_argument(
        "--check",
        action="store_true",
        help="say whether the technique is there and current; exit 1 if not",
    )
    modes.add_argument(
        "--series",
        metavar="DIR",
        help="write patches, one for each pull request, and leave CHECKOUT alone",
    )
    modes.add_argument("--verify", action="store_true", help="prove that it works in CHECKOUT")
    parser.add_argument(
        "--date",
        type=datetime.date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="day of submission of the RFCs (that of an earlier export, or today)",
    )
    parser.add_argument(
        "--allow-dirty",
        action="store_true",
        help="write even if CHECKOUT has changes that are not committed",
    )
    parser.add_argument(
        "--tests",
        choices=("none", "fast", "all"),
        default="fast",
        help="what --verify runs of the exported tests: none, those of single "
        "modules (the default), or all",
    )
    return parser.parse_args(arguments)


def _write(plan, checkout, allow_dirty):
    changed = plan.changed(checkout.tree)
    if not changed:
        print("Nothing to do: the technique is there, and current.")
        return 0
    if not allow_dirty:
        _refuse_dirty(plan, checkout)
    new = sum(checkout.tree.read(file.path) is None for file in changed)
    checkout.write({file.path: file.text for file in changed})
    print(f"Wrote {new} new files and changed {len(changed) - new}.")
    for path in plan.unknown(checkout.tree):
        print(f"Note: {path} is not of this project.")
    return 0


def _refuse_dirty(plan, checkout):
    changed = {file.path for file in plan.changed(checkout.tree)}
    current = plan.texts().keys() - changed
    dirty = [path for path in checkout.uncommitted() if path not in current]
    if dirty:
        more = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
        raise errors.ExportError(
            f"{dirty[0]}{more}: not committed; commit or stash it first, or pass --allow-dirty."
        )


def _write_series(contribution, plan, checkout, options):
    today = options.date or datetime.date.today()
    made = series.write(contribution, plan, checkout, options.series, today)
    for path in made:
        print(path)
    if not made:
        print("Nothing to do: the technique is there, and current.")
    return 0


def _check(plan, checkout):
    problems = [
        f"{file.path}: {plan.state(file, checkout.tree)}" for file in plan.changed(checkout.tree)
    ]
    problems += [f"{path}: is not of this project" for path in plan.unknown(checkout.tree)]
    print("\n".join(problems) or "The technique is there, and current.")
    return 1 if problems else 0


def _show(plan, checkout):
    for file in plan.changed(checkout.tree):
        before = checkout.tree.read(file.path)
        source = "/dev/null" if before is None else f"a/{file.path}"
        sys.stdout.writelines(
            difflib.unified_diff(
                (before or "").splitlines(keepends=True),
                file.text.splitlines(keepends=True),
                source,
                f"b/{file.path}",
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
