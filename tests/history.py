"""Earlier versions of the template, out of the repository's history."""

import json
import shutil
import subprocess
from pathlib import Path

import support

GIT = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com"]


def git(folder: Path, *arguments: str) -> str:
    """Runs git in a folder and returns what it printed."""
    run = subprocess.run([*GIT, *arguments], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, f"git {' '.join(arguments)}: {run.stderr}{run.stdout}"
    return run.stdout


def commit(folder: Path) -> None:
    """Commits everything in a folder."""
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "change")


def releases() -> dict[str, str]:
    """Returns the commit that each version began with, the newest first."""
    shallow = git(support.ROOT, "rev-parse", "--is-shallow-repository").strip()
    assert shallow == "false", "tests of updates need the history: git fetch --unshallow"
    found = {}
    for change in git(support.ROOT, "log", "--format=%H", "--", "cookiecutter.json").split():
        context = json.loads(git(support.ROOT, "show", f"{change}:cookiecutter.json"))
        found[context["_template_version"]] = change
    return found


def before_the_end_of(path: str) -> str:
    """Returns the last commit that had a file which is gone now."""
    return git(support.ROOT, "log", "-1", "--format=%P", "--", path).split()[0]


def repository_of_the_work_tree(folder: Path) -> Path:
    """Clones the repository and commits the work tree, as it is now, on top."""
    git(support.ROOT, "clone", "--quiet", str(support.ROOT), str(folder))
    listed = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in git(folder, "ls-files", "-z").split("\0"):
        if name and not (support.ROOT / name).exists():
            (folder / name).unlink()
    for name in git(support.ROOT, *listed).split("\0"):
        if name and (support.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(support.ROOT / name, folder / name)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Work tree")
    return folder
