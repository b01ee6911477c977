"""Says what has changed in TFMOT since `recorded.json`; exits with 1 if something has.

python -m maintenance.drift api                 the public API, as it is installed
python -m maintenance.drift checkout FOLDER     the guideline and the layout, in a checkout
python -m maintenance.drift ... --record        records the present state
"""

import argparse
import json
import sys
from pathlib import Path

from maintenance.drift import api, checkout

RECORDED = Path(__file__).with_name("recorded.json")


def differences(before: dict[str, str], now: dict[str, str], what: str) -> list[str]:
    """Returns a line for each key that is new, gone or has another value."""
    lines = [f"gone: {what} {key}" for key in before if key not in now]
    lines += [f"new: {what} {key}{now[key]}" for key in now if key not in before]
    for key in before:
        if key in now and before[key] != now[key]:
            lines += [f"changed: {what} {key}", f"  - {before[key]}", f"  + {now[key]}"]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m maintenance.drift", description=__doc__.split("\n")[0]
    )
    parser.add_argument("what", choices=["api", "checkout"])
    parser.add_argument("folder", nargs="?", type=Path, help="a checkout of TFMOT")
    parser.add_argument("--record", action="store_true", help="record the present state")
    options = parser.parse_args(arguments)
    if (options.what == "checkout") != bool(options.folder):
        parser.error("a folder belongs to `checkout`, and to that alone")
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    if options.what == "api":
        version, now = api.version(), {"api": api.public()}
        compared = f"TFMOT {version}, recorded from {recorded['version']}"
    else:
        if not (options.folder / checkout.GUIDELINE).is_file():
            parser.error(f"{options.folder} is no checkout of TFMOT: no {checkout.GUIDELINE}")
        version, now = recorded["version"], {"guideline": checkout.sections(options.folder)}
        compared = f"{options.folder}"
    lines = [line for key in now for line in differences(recorded[key], now[key], key)]
    if options.what == "checkout":
        lines += [f"gone: path {path}" for path in checkout.missing(options.folder, recorded)]
    if options.record:
        recorded.update(now, version=version)
        text = json.dumps(recorded, indent=2, ensure_ascii=False, sort_keys=True)
        RECORDED.write_text(text + "\n", encoding="utf-8")
    print("\n".join([f"{options.what}: {compared}", *(lines or ["nothing has changed"])]))
    return 1 if lines and not options.record else 0


if __name__ == "__main__":
    sys.exit(main())
