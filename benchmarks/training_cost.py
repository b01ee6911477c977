"""Measures what training with a generated technique of each kind costs.

Each model of each kind is measured in a process of its own, and each kind's table is printed.
A kind that is measured as a whole is kept, in results/ and in the table of README.md; one that
is measured with --case or --quick, or of which a model failed, is not.

    make bench ARGS='--kind activation --case CNN --quick'
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib.metadata
import json
import logging
import multiprocessing
import os
import platform
import resource
import sys
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_USE_LEGACY_KERAS"] = "1"  # as the rivals have it

from contenders import KINDS
from measure import measure
from models import CASES, Case
from render_tables import RESULTS, render, write_tables

SECONDS = 8.0  # For each quantity that is measured in rounds.


def describe_environment() -> dict[str, str]:
    """Returns what the figures depend on besides the code."""
    names = ("tensorflow", "tf-keras", "tensorflow-model-optimization")
    versions = {name: importlib.metadata.version(name) for name in names}
    hardware = f"{platform.machine()}, {os.cpu_count()} cores"
    return {"hardware": hardware, "python": platform.python_version(), **versions}


def measure_case(kind: str, case: str, seconds: float, starts: int) -> dict:
    """Measures one model, and what measuring takes."""
    warnings.simplefilter("ignore", UserWarning)  # Formats and batches that are meant.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    started = time.perf_counter()
    measured = measure(kind, case, seconds, starts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_bytes = peak if sys.platform == "darwin" else peak * 1024
    return measured | {
        "minutes": (time.perf_counter() - started) / 60,
        "peak_gib": peak_bytes / 2**30,
    }


def measure_kind(kind: str, cases: list[Case], quick: bool) -> tuple[dict, list[str]]:
    """Measures one kind, and returns the report, and the names of the models that failed."""
    report = {
        "environment": describe_environment(),
        "technique": KINDS[kind].technique,
        "rivals": [n for n in KINDS[kind].contenders if n not in ("dense", KINDS[kind].technique)],
        "cases": {},
    }
    failed = []
    spawn = multiprocessing.get_context("spawn")
    for case in cases:
        print(f"{kind}, {case.name} ...", end=" ", flush=True)
        effort = (0.0, 2) if quick else (SECONDS, case.starts)
        try:
            with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
                measured = pool.submit(measure_case, kind, case.name, *effort).result()
        except Exception as error:  # The others, which took minutes, are shown all the same.
            failed.append(case.name)
            print(f"failed: {type(error).__name__}: {error}", flush=True)
            continue
        report["cases"][case.name] = measured
        print(f"{measured['minutes']:.1f} min, {measured['peak_gib']:.1f} GiB", flush=True)
    return report, failed


def reason_to_drop(arguments: argparse.Namespace, failed: list[str]) -> str | None:
    """Returns why what was measured of a kind is not kept, or None if it is."""
    if arguments.quick:
        return "--quick measures few rounds"
    if arguments.case:
        return "--case measures some of the models"
    return f"{', '.join(failed)} failed" if failed else None


def main() -> None:
    """Measures, prints the tables and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", action="append", choices=KINDS, help="all by default")
    parser.add_argument("--case", action="append", help="part of a model's name")
    parser.add_argument("--quick", action="store_true", help="few rounds: shows that it runs")
    args = parser.parse_args()
    parts = args.case or [""]
    cases = [case for case in CASES if any(part in case.name for part in parts)]
    if not cases:
        parser.error(f"--case must be part of one of: {', '.join(c.name for c in CASES)}")
    some_failed = False
    for kind in args.kind or KINDS:
        report, failed = measure_kind(kind, cases, args.quick)
        some_failed |= bool(failed)
        if report["cases"]:
            print(f"\n{render(kind, report)}\n")
        if reason := reason_to_drop(args, failed):
            print(f"{kind}: not kept, because {reason}.", flush=True)
        else:
            RESULTS.mkdir(exist_ok=True)
            path = RESULTS / f"{kind}.json"
            path.write_text(json.dumps(report, indent=1) + "\n")
            write_tables()
            print(f"{kind}: kept in {path} and in the table of README.md.", flush=True)
    sys.exit(int(some_failed))


if __name__ == "__main__":
    main()
