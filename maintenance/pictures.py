"""Makes the pictures in README.md, each from a real run.

    python -m maintenance.pictures            makes that of the terminal
    python -m maintenance.pictures --check    fails if it is not current
    python -m maintenance.pictures --results PROJECT    takes those of a project's results

Results take minutes, so those pictures are made again only when they look different:
`make pictures-results` generates a project, fine-tunes its models, and takes them.
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

from tfmot_template_rules.answers import PROMPTS

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs"
# The overview page from its results on: they are what the picture is about, and further down
# than a window is high.
RESULTS_ALONE = "<style>.section > :not(h1):has(~ #results) { display: none }</style></head>"
TERMINAL = FOLDER / "terminal.svg"
WIDTH = 88

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
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi((shown + child.before).replace("\r\n", "\n").rstrip()))
    console.print()  # the picture cuts the lowest line off
    return console.export_svg(title="Generate a technique", unique_id="terminal")


def take_results(project: Path) -> None:
    """Takes the plot and the overview page of a project that has results and a preview."""
    plot = project / "experiments" / "results" / "report" / "image_smoke_profile_size.svg"
    page = project / "build" / "preview" / "html" / "g3doc" / "guide" / project.name / "index.html"
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    for needed in (plot, page):
        if not needed.is_file():
            sys.exit(f"ERROR: {needed} is missing; make pictures-results makes it")
    if not browser:
        sys.exit("ERROR: there is no chromium to show the overview page in")
    shutil.copyfile(plot, FOLDER / "results.svg")
    text = page.read_text(encoding="utf-8").replace("</head>", RESULTS_ALONE)
    shown = page.with_name("picture.html")  # beside it, for the style sheets
    shown.write_text(text, encoding="utf-8")
    # Narrow, so that the letters are large where README shows it, and sharp.
    window = ["--window-size=760,900", "--force-device-scale-factor=1.5", "--hide-scrollbars"]
    picture = f"--screenshot={FOLDER / 'overview.png'}"
    options = ["--headless", "--no-sandbox", "--virtual-time-budget=4000", *window, picture]
    subprocess.run([browser, *options, shown.as_uri()], check=True, capture_output=True)


def main() -> int:
    """Makes the pictures, or checks that of the terminal; returns 1 if it is not current."""
    parser = argparse.ArgumentParser(prog="python -m maintenance.pictures")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--results", type=Path, metavar="PROJECT")
    options = parser.parse_args()
    if options.results:
        take_results(options.results.resolve())
        return 0
    with tempfile.TemporaryDirectory() as home:
        picture = terminal(Path(home))
    if not options.check:
        TERMINAL.write_text(picture, encoding="utf-8")
    elif not TERMINAL.exists() or TERMINAL.read_text(encoding="utf-8") != picture:
        print(f"{TERMINAL.name} is not current; run: make pictures", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
