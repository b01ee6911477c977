"""Measures how long generating a project takes, beside Cookiecutter alone and other tools.

All contenders are commands. They run one after the other in turning order, for a number of
rounds; a figure is the median of the rounds' ratios to the floor, of CPU seconds, which other
work on the machine disturbs less. The floor is bare Cookiecutter: the files of a generated
project, with no placeholder in them, no hooks and no extension. Beside it are the same files
with as many placeholders in each as the template has there.

    make bench-generation
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import itertools
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "<<cookiecutter.technique_slug>>"
PAGE = ROOT / "benchmarks" / "generation_speed.md"
BIN = Path(sys.executable).parent

FLOOR = "Cookiecutter, bare"
WITH_PLACEHOLDERS = "Cookiecutter, bare, with as many placeholders"
SUBJECT = "this template"
GOAL = 1.5
SETTINGS = {
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "block_start_string": "<%",
    "block_end_string": "%>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
}
# What each process pays before it generates anything.
STARTS = {
    "python -c pass": ["-c", "pass"],
    "import jinja2": ["-c", "import jinja2"],
    "import nbformat": ["-c", "import nbformat"],
    "cookiecutter --version": ["-m", "cookiecutter", "--version"],
}


# A contender is a command that generates a project. `{out}` in an argument stands for the folder
# that it gets.
Contenders = dict[str, list[str]]


def bake(folder: Path, template: Path = ROOT) -> Path:
    """Generates the default project, and returns its folder."""
    command = [part.format(out=folder) for part in _cookiecutter(template)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (project,) = folder.iterdir()
    return project


def count_placeholders() -> list[int]:
    """Returns the numbers of placeholders of the template's files, in the order of paths."""
    texts = (path.read_text(encoding="utf-8") for path in _files(TEMPLATE))
    return [len(re.findall("<<|<%|<#", text)) for text in texts]


def write_bare(folder: Path, project: Path, counts: list[int]) -> Path:
    """Writes a template for Cookiecutter with a project's files, and placeholders in each."""
    context = {"slug": "project", "_jinja2_env_vars": SETTINGS}
    _write_tree(folder / "<<cookiecutter.slug>>", project, "<<cookiecutter.slug>>", counts)
    (folder / "cookiecutter.json").write_text(json.dumps(context))
    return folder


def write_copier(folder: Path, project: Path) -> Path:
    """Writes the same template for Copier, which renders files that end in `.jinja`."""
    for path in _write_tree(folder / "files", project, "<<slug>>", count_placeholders()):
        path.rename(f"{path}.jinja")
    settings = {"_subdirectory": "files", "_envops": SETTINGS, "slug": {"default": "project"}}
    (folder / "copier.yml").write_text(json.dumps(settings))
    return folder


def write_larger(folder: Path, copies: int) -> Path:
    """Writes this template with more files: further copies of what has no place to keep."""
    for name in subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split("\0"):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "benchmarks/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for number in range(1, copies):
        shutil.copytree(
            folder / TEMPLATE.name / "<<cookiecutter.__package>>",
            folder / TEMPLATE.name / "examples" / f"more_{number}",
        )
    return folder


@dataclasses.dataclass(frozen=True)
class Taken:
    """What a command took, and how many files it left.

    Attributes:
        wall: Seconds on the clock.
        cpu: Seconds of CPU, with all that it started.
        files: Number of files in the folder that it got.
    """

    wall: float
    cpu: float
    files: int


def measure(contenders: Contenders, rounds: int) -> dict[str, list[Taken]]:
    """Returns what each contender took in each round, after one to warm up."""
    taken: dict[str, list[Taken]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            with tempfile.TemporaryDirectory() as out:
                command = [part.format(out=out) for part in contenders[name]]
                wall, cpu = time.perf_counter(), _cpu_of_children()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                wall, cpu = time.perf_counter() - wall, _cpu_of_children() - cpu
                files = len(_files(Path(out)))
            if number:
                taken[name].append(Taken(wall, cpu, files))
    return taken


def create_contenders(work: Path) -> Contenders:
    """Returns what is compared, by name."""
    project = bake(work / "baked")
    bare = write_bare(work / "bare", project, count_placeholders())
    copier = [str(BIN / "copier"), "copy", "--quiet", "--defaults"]
    cruft = [str(BIN / "cruft"), "create", "--no-input", "--output-dir", "{out}"]
    return {
        FLOOR: _cookiecutter(write_bare(work / "floor", project, [0])),
        WITH_PLACEHOLDERS: _cookiecutter(bare),
        SUBJECT: _cookiecutter(write_larger(work / "this", 1)),
        f"{SUBJECT}, cruft": [*cruft, _clone(work)],
        "Copier, bare, with as many placeholders": [
            *copier,
            str(write_copier(work / "copier", project)),
            "{out}/project",
        ],
    }


def create_scaling(work: Path, sizes: tuple[int, ...]) -> Contenders:
    """Returns the floor and the template with growing numbers of files, by name and size."""
    contenders = {}
    for size in sizes:
        larger = write_larger(work / f"this_{size}", size)
        with tempfile.TemporaryDirectory() as out:
            floor = write_bare(work / f"floor_{size}", bake(Path(out), larger), [0])
        contenders[f"{FLOOR} {size}"] = _cookiecutter(floor)
        contenders[f"{SUBJECT} {size}"] = _cookiecutter(larger)
    return contenders


def render(report: dict) -> str:
    """Returns the page in Markdown."""
    ratios = {name: ratio for name, _, _, ratio in report["contenders"]}
    is_met = float(ratios[SUBJECT].split()[0]) <= GOAL
    return "\n\n".join(
        [
            "# How long generating a project takes",
            "`make bench-generation` measures it and writes this page. Whole processes, in "
            "turning order; *ratio* is one of CPU seconds, the median over the rounds, behind "
            "it half the interquartile range. All ratios are to the first row, the floor: "
            "Cookiecutter with the same files as the template's projects have, no placeholder in "
            "them, no hooks and no extension. *With as many placeholders* each file has as many "
            "as it has in this template. What this template does beside: it validates the "
            "answers, lays out lines for the lengths of the names, fills the notebooks through "
            "nbformat, and checks each file that an answer is in. The goal is at most "
            f"{GOAL} times the floor; it is {'met' if is_met else 'missed'}.",
            _table(["", "files", "s", "ratio"], report["contenders"]),
            "## More files",
            "The same with further copies of a folder in the template, to the floor with as many "
            "files.",
            _table(["", "files", "s", "ratio"], report["scaling"]),
            "## Starting",
            "What each process pays before it generates anything.",
            _table(["", "s"], report["starts"]),
            f"Measured on: {', '.join(f'{k} {v}' for k, v in report['environment'].items())}; "
            f"{report['rounds']} rounds.",
        ]
    )


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _row(name: str, taken: list[Taken], floor: list[Taken]) -> list[str]:
    ratios = [a.cpu / b.cpu for a, b in zip(taken, floor, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4)
    ratio = f"{statistics.median(ratios):.2f} ± {(high - low) / 2:.2f}"
    return [name, str(taken[0].files), _median_wall(taken), ratio]


def _median_wall(taken: list[Taken]) -> str:
    return f"{statistics.median(t.wall for t in taken):.2f}"


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _write_tree(folder: Path, project: Path, placeholder: str, counts: list[int]) -> list[Path]:
    """Writes a project's files with placeholders; returns those that have any."""
    for path, count in zip(_files(project), itertools.cycle(counts)):
        target = folder / path.relative_to(project)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        target.write_text(text + f"# {placeholder}\n" * count, encoding="utf-8")
    return [path for path in _files(folder) if placeholder in path.read_text(encoding="utf-8")]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _cookiecutter(template: Path) -> list[str]:
    return [str(BIN / "cookiecutter"), "--no-input", "--output-dir", "{out}", str(template)]


def _clone(work: Path) -> str:
    """Returns a clone of this repository, which cruft needs."""
    folder = work / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return str(folder)


def main() -> None:
    """Measures, and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder  # Cookiecutter and cruft keep something there
        work = Path(folder)
        taken = measure(create_contenders(work), rounds)
        scaled = measure(create_scaling(work, (1, 3, 5)), max(rounds // 3, 2))
        starts = {name: [sys.executable, *arguments] for name, arguments in STARTS.items()}
        started = measure(starts, rounds)
    names = ("cookiecutter", "cruft", "copier", "jinja2", "nbformat")
    report = {
        "rounds": rounds,
        "environment": {
            "hardware": f"{platform.machine()}, {os.cpu_count()} cores",
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in names},
        },
        "contenders": [_row(name, taken[name], taken[FLOOR]) for name in taken],
        "scaling": [
            _row(name.rpartition(" ")[0], scaled[name], scaled[f"{FLOOR} {size}"])
            for name in scaled
            for size in [name.rpartition(" ")[2]]
        ],
        "starts": [[f"`{name}`", _median_wall(started[name])] for name in started],
    }
    PAGE.write_text(render(report) + "\n")
    print(render(report))


if __name__ == "__main__":
    main()
