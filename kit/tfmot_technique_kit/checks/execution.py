"""Checks that the notebooks run, as their tests do."""

import pathlib
import re
import tempfile
import xml.etree.ElementTree

from tfmot_technique_kit.checks import commands, files
from tfmot_technique_kit.checks.problem import Problem
from tfmot_technique_kit.readiness import executions

_RAISED = re.compile(r"^E +(.*\S)", re.MULTILINE)
_COLOR = re.compile(r"#x1B\[[\d;]*m")


def check_execution(root):
    """Runs the notebooks from top to bottom, without network.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    command = ["pytest", "-m", "notebook", "g3doc"]
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.xml")
        found = commands.run(root, *command, f"--junitxml={report}")
        problems = list(_read(report)) if report.exists() else []
    if found.returncode and not problems:
        problems.append(Problem("g3doc", None, commands.last(found)))
    for path in files.find(root / "g3doc", ".ipynb") if not problems else ():
        executions.record(root, path)  # tools.readiness asks for it
    return problems


def _read(report):
    """Yields the failures in a report of pytest."""
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        path = case.get("classname").replace(".", "/") + ".py"
        for failure in [*case.findall("failure"), *case.findall("error")]:
            # The last line that pytest marks is what stopped the notebook.
            lines = _RAISED.findall(_COLOR.sub("", failure.text)) or ["failed"]
            yield Problem(path, None, f"{case.get('name')}: {lines[-1]}")
