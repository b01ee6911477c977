"""Does in a generated project what is left to its contributor."""

import re
from pathlib import Path

import support


def edit(project: Path, pattern: str, text: str, *names: str) -> None:
    """Replaces what matches in some files; each has to have a match."""
    for name in names:
        path = project / name
        changed, count = re.subn(pattern, text, path.read_text(encoding="utf-8"))
        assert count, f"{name}: {pattern}"
        path.write_text(changed, encoding="utf-8")


def fill(project: Path) -> None:
    """Writes what only the contributor can know, into all documents."""
    answers = {
        "git+https://github.com/your-handle/connection_pruning": "tfmot-connection-pruning==0.1.0",
        "Your Name": "Ada Byron",
        "you@example.com": "ada@byron.test",
        "your-handle": "ada",
        "First version, with the baseline algorithm.": "Models of half the size.",
    }
    for name in support.files_of(project):
        if name.endswith(".py"):
            continue
        text = (project / name).read_text(encoding="utf-8")
        text = re.sub(r"(\| \*\*Updated\*\* \| ).*?( \|)", r"\g<1>2026-01-02\2", text)
        text = re.sub(r"(\| \*\*Sponsor\*\* \| ).*?( \|)", r"\1Jane (jane@byron.test)\2", text)
        for answer, mine in {**answers, "TODO(connection_pruning)": "Done"}.items():
            text = text.replace(answer, mine)
        (project / name).write_text(text, encoding="utf-8")


def replace_the_algorithm(project: Path) -> None:
    """Puts another algorithm and other tests in the place of the baseline's."""
    algorithm = "tfmot_connection_pruning/keras/algorithm.py"
    edit(project, r"ops\.abs\(", "ops.square(", algorithm)
    edit(project, "def test", "def testMy", algorithm.replace(".py", "_test.py"))
