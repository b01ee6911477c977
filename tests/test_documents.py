"""A generated project's documents pass its own checks, those without TensorFlow here."""

import subprocess
import sys

CHECKS = (
    "leftovers",
    "links",
    "notebook-content",
    "notebook-format",
    "notebook-style",
    "rfcs",
    "spelling",
)


def test_documents_pass_the_checks(kind_project):
    run = subprocess.run(
        [sys.executable, "-B", "-m", "tools.checks", *CHECKS],
        cwd=kind_project,
        capture_output=True,
        text=True,
    )
    expected = f"Checks: {len(CHECKS)}. Problems: 0."
    assert run.stdout.splitlines()[:1] == [expected], run.stdout + run.stderr


def test_the_design_has_the_api_of_the_code(kind_project):
    """The hook has written it, with the command that keeps it current."""
    run = subprocess.run(
        [sys.executable, "-B", "-m", "tools.documents", "--static", "--check"],
        cwd=kind_project,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stderr) == (0, "")
    design = (kind_project / "rfcs" / "design.md").read_text(encoding="utf-8")
    assert "def prune_connections(\n  to_prune," in design
