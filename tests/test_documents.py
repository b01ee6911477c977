"""A generated project's documents pass its own checks, those without TensorFlow here."""

import subprocess
import sys

CHECKS = (
    "leftovers",
    "links",
    "notebook-content",
    "notebook-format",
    "notebook-style",
    "spelling",
)


def test_documents_pass_the_checks(kind_project):
    run = subprocess.run(
        [sys.executable, "-B", "-m", "tools.checks", *CHECKS],
        cwd=kind_project,
        capture_output=True,
        text=True,
    )
    assert run.stdout == f"Checks: {len(CHECKS)}. Problems: 0.\n", run.stdout + run.stderr
