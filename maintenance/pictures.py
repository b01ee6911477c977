"""Makes the pictures in README.md, each from a real run.

    python -m maintenance.pictures            makes those of the terminal and the files
    python -m maintenance.pictures --check    fails if they are not current
    python -m maintenance.pictures --results PROJECT    takes those of a project's results

Results take minutes, so those pictures are made anew only when they look different. In a
project that comes of the default answers, set up as its README says:

    technique sweep --tasks image --seeds 0 1
    technique report && technique preview --build
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from tfmot_template_rules.answers import PROMPTS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs"
WIDTH = 96
NAMES = 44  # columns of the names in the picture of the files

# Folders of the project that are drawn with what is in them, and how deep.
OPEN = {"tfmot_connection_pruning": 2, "g3doc": 3}
OPEN |= dict.fromkeys(["blog", "examples", "experiments", "rfcs"], 1)

# What is typed in the recording; all else is left at its default.
TYPED = {1: "Weight Slicing", 2: "class", 8: "Ada Lovelace", 9: "ada@example.com", 10: "ada-l"}
TYPED_AGAIN = "weight_slicing"


def terminal(home: Path) -> str:
    """Records the questions and answers of a generation; returns an SVG."""
    size = ("COLUMNS", "LINES")  # come before the size of the terminal, where they are set
    environment = {key: value for key, value in os.environ.items() if key not in size}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "cookiecutter", str(ROOT)],
        cwd=str(home),
        env={**environment, "HOME": str(home), "PWD": str(home), "TERM": "xterm-256color"},
        dimensions=(60, WIDTH),
        encoding="utf-8",
        timeout=60,
    )
    shown = "$ cookiecutter gh:USER/REPOSITORY\r\n"
    count = len(PROMPTS)
    for number in range(1, count + 1):
        child.expect_exact(f"[{number}/{count}]")
        shown += child.before + child.after
        child.expect(r"\)(\x1b\[\d*m)*: ")
        shown += child.before + child.after
        child.sendline(TYPED.get(number, ""))
        if number == 2:
            child.expect(r"try\s+again.*: ")
            shown += child.before + child.after
            child.sendline(TYPED_AGAIN)
    child.expect(pexpect.EOF)
    child.close()
    console = _console()
    console.print(Text.from_ansi((shown + child.before).replace("\r\n", "\n").rstrip()))
    return console.export_svg(title="Generate a technique", unique_id="terminal")


def files(home: Path) -> str:
    """Draws the files of the project that comes of the default answers; returns an SVG."""
    command = [sys.executable, "-m", "cookiecutter", "--no-input", str(ROOT)]
    subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL)
    project = home / "connection_pruning"
    manifest = tomllib.loads((project / "contribution.toml").read_text(encoding="utf-8"))
    titles = {}
    for component in manifest["component"]:
        here = Path(manifest["folders"][component["folder"]]["here"])
        names = component.get("files", [])
        if component["name"] == here.name:
            titles[here] = component["title"]
        elif len(names) > 2 and here != Path():
            titles.setdefault(here, component["title"])
        elif here != Path() or len(names) == 1:
            titles |= {here / name: component["title"] for name in names}
    tree = Tree(f"[bold]{project.name}/[/]", guide_style="dim")
    for path in _entries(project):
        _add(tree, path, OPEN.get(path.name, 0), titles, (path.name,))
    console = _console()
    console.width += 12  # for the titles, which are not to be broken
    console.print(tree)
    return console.export_svg(title="What you get", unique_id="files")


def _entries(folder: Path) -> list[Path]:
    """Returns what to draw of a folder: folders, then files, without the tests."""
    hidden = (".github", ".gitattributes", ".gitignore", "__init__.py")
    found = [path for path in folder.iterdir() if path.name not in hidden]
    found = [path for path in found if "test" not in path.name]
    return sorted(found, key=lambda path: (path.is_file(), path.name))


def _add(tree: Tree, path: Path, depth: int, titles: dict, place: tuple[str, ...]) -> None:
    """Adds a file, or a folder with what is in it down to a depth."""
    name = path.name + ("/" if path.is_dir() else "")
    style = "bold" if path.is_dir() else "default"
    title = titles.get(Path(*place), "")
    branch = tree.add(f"[{style}]{name:<{NAMES - 4 * len(place)}}[/] [dim]{title}[/]")
    if path.is_dir() and depth:
        for entry in _entries(path):
            _add(branch, entry, depth - 1, titles, (*place, entry.name))
        tests = [entry for entry in path.iterdir() if "test" in entry.name]
        if len(tests) > 1:
            branch.add(f"[dim]{len(tests)} files of tests[/]")


def take_results(project: Path) -> None:
    """Takes the plot and the overview page of a project that has results and a preview."""
    plot = project / "experiments" / "results" / "report" / "image_smoke_profile_size.svg"
    page = project / "build" / "preview" / "html" / "g3doc" / "guide" / project.name / "index.html"
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    for needed in (plot, page):
        if not needed.is_file():
            sys.exit(f"ERROR: {needed} is missing; the commands that make it are in {__file__}")
    if not browser:
        sys.exit("ERROR: there is no chromium to show the overview page in")
    shutil.copyfile(plot, FOLDER / "results.svg")
    window = ["--window-size=1000,1000", "--hide-scrollbars", "--virtual-time-budget=4000"]
    picture = f"--screenshot={FOLDER / 'overview.png'}"
    command = [browser, "--headless", "--no-sandbox", *window, picture, page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


def _console() -> Console:
    return Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)


def main() -> int:
    """Makes the pictures, or checks them; returns 1 if they are not current."""
    parser = argparse.ArgumentParser(prog="python -m maintenance.pictures")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--results", type=Path, metavar="PROJECT")
    options = parser.parse_args()
    if options.results:
        take_results(options.results.resolve())
        return 0
    status = 0
    for name, draw in {"terminal": terminal, "files": files}.items():
        with tempfile.TemporaryDirectory() as home:
            picture = draw(Path(home))
        path = FOLDER / f"{name}.svg"
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(picture, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != picture:
            print(f"{path.name} is not current; run: make pictures", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
