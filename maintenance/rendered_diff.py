"""Shows what a change of the template changes in the projects that it generates.

    python -m maintenance.rendered_diff BASE        against a branch, tag or commit
    python -m maintenance.rendered_diff BASE --stat the files, not their lines

A project of each kind is generated with the template as it is in the work tree, and with
that of the base. Standard output is the difference, as git shows it.
"""

import argparse
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tfmot_template_rules.names import LEVELS

ROOT = Path(__file__).resolve().parents[1]


def generate(template: Path, out: Path) -> None:
    """Generates a project of each kind, with the default answers."""
    for kind in LEVELS:
        arguments = ["--no-input", "--output-dir", str(out / kind), str(template)]
        command = [sys.executable, "-m", "cookiecutter", *arguments, f"technique_kind={kind}"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"ERROR: {template} generates no project of kind {kind}: {run.stderr.strip()}")


def unpack(base: str, folder: Path) -> None:
    """Writes the template of a commit to a folder."""
    archive = subprocess.run(["git", "archive", base], cwd=ROOT, capture_output=True)
    if archive.returncode:
        sys.exit(f"ERROR: {base} is no commit here; name another, or fetch the history")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as content:
        content.extractall(folder)


def main() -> int:
    """Prints the difference; the status says nothing of it."""
    parser = argparse.ArgumentParser(prog="python -m maintenance.rendered_diff")
    parser.add_argument("base", help="a branch, tag or commit")
    parser.add_argument("--stat", action="store_true", help="the files, not their lines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        template = folder / "template"  # of both: projects say where their kit is
        template.mkdir()
        unpack(options.base, template)
        generate(template, folder / "before")
        shutil.rmtree(template)
        shutil.copytree(ROOT, template, ignore=shutil.ignore_patterns(".git", ".venv*"))
        generate(template, folder / "after")
        format_ = ["--stat=100"] if options.stat else []
        command = ["git", "diff", "--no-index", *format_, "before", "after"]
        shown = subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout
    print(shown.rstrip() or "the projects are the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
