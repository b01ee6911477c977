"""Shows that the extra `official` installs and works in a new environment.

    python experiments/official/prove_in_clean_environment.py

It takes minutes and some gigabytes, in a temporary folder. The exit status is 0
if all tests ran and passed.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import venv
from xml.etree import ElementTree

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PACKAGES = (
    "tf-models-official",
    "tensorflow",
    "tf-keras",
    "tensorflow-model-optimization",
    "ai-edge-litert",
    "numpy",
)
_SHOW_VERSIONS = """
import importlib.metadata, platform, sys
print('python', platform.python_version())
for name in sys.argv[1:]:
  print(name, importlib.metadata.version(name))
"""


def _run(title, *command):
    """Runs a command in the project. Raises CalledProcessError if it fails."""
    start = time.perf_counter()
    # Nothing of the environment that this script runs in.
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    subprocess.run(command, cwd=_ROOT, env=environment, check=True)
    print(f"{title}: {time.perf_counter() - start:.0f} s", flush=True)


def _count(report):
    """Returns how many tests there were, and how many were skipped."""
    suites = list(ElementTree.parse(report).iter("testsuite"))
    return [sum(int(s.get(key)) for s in suites) for key in ("tests", "skipped")]


def main() -> int:
    """Runs the proof. Returns the exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        venv.create(folder / "venv", with_pip=True)
        scripts = "Scripts" if os.name == "nt" else "bin"
        python = folder / "venv" / scripts / "python"
        report = folder / "report.xml"
        pip = (python, "-m", "pip", "--disable-pip-version-check")
        tests = _ROOT / "experiments" / "official"
        try:
            _run("Install", *pip, "install", "--quiet", "-e", ".[dev,official]")
            _run("Check of requirements", *pip, "check")
            _run("Versions", python, "-c", _SHOW_VERSIONS, *_PACKAGES)
            _run("Tests", python, "-m", "pytest", "-rs", f"--junitxml={report}", tests)
        except subprocess.CalledProcessError as error:
            print(f"Failed with status {error.returncode}.", file=sys.stderr)
            return 1
        count, skipped = _count(report)
    if skipped or not count:
        print(f"Failed: {skipped} of {count} tests were skipped.", file=sys.stderr)
        return 1
    print(f"Proved: {count} tests ran, none was skipped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
