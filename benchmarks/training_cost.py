"""Measures what training with a generated technique of each kind costs.

Each model of each kind is measured in a process of its own. A kind that is measured as a
whole goes into results/; with --case or --quick the table is printed and not kept.

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

from contenders import KINDS
from measure import measure
from models import CASES, Case
from render_tables import RESULTS, render

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


def measure_kind(kind: str, cases: list[Case], quick: bool) -> dict:
    """Measures one kind, and returns the report."""
    report = {
        "environment": describe_environment(),
        "technique": KINDS[kind].technique,
        "rivals": [n for n in KINDS[kind].contenders if n not in ("dense", KINDS[kind].technique)],
        "cases": {},
    }
    spawn = multiprocessing.get_context("spawn")
    for case in cases:
        print(f"{kind}, {case.name} ...", end=" ", flush=True)
        effort = (0.0, 2) if quick else (SECONDS, case.starts)
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
            measured = pool.submit(measure_case, kind, case.name, *effort).result()
        report["cases"][case.name] = measured
        print(f"{measured['minutes']:.1f} min, {measured['peak_gib']:.1f} GiB", flush=True)
    return report


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
    for kind in args.kind or KINDS:
        report = measure_kind(kind, cases, args.quick)
        print(f"\n{render(kind, report)}\n", flush=True)
        if not (args.case or args.quick):
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{kind}.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
