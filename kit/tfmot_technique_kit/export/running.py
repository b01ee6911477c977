"""Checks that run the exported code: the API in a fresh process, tests as scripts."""

import concurrent.futures
import os
import posixpath
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tfmot_technique_kit.export.subject import Result, Subject

_TIMEOUT = 1800  # Seconds for a test file.

# By attribute: `import tensorflow_model_optimization.<slug>` also works if the API does not have
# the technique.
_PROGRAM = """
import functools, pathlib, sys
import tensorflow_model_optimization as tfmot

root = pathlib.Path(sys.argv[1])
if root not in pathlib.Path(tfmot.__file__).resolve().parents:
  sys.exit(f'imported {tfmot.__file__} instead of the checkout')
for path in sys.argv[2:]:
  try:
    found = functools.reduce(getattr, path.split('.')[1:], tfmot)
  except AttributeError as error:
    print(f'{path}: {error}')
    continue
  file = getattr(sys.modules.get(getattr(found, '__module__', None)), '__file__', None)
  if file and root not in pathlib.Path(file).resolve().parents:
    print(f'{path}: is from {file}')
"""


def check_api(subject: Subject) -> Result:
    """Is each symbol where the documents say, in a fresh process?"""
    keras = f"{subject.plan.names.public}.keras"
    symbols = [f"{keras}.{name}" for name in subject.plan.symbols]
    root = subject.checkout.root
    done = run_python(root, "-c", _PROGRAM, str(root), *symbols)
    problems = done.stdout.splitlines()
    if done.returncode:
        problems.append(_last_line(done.stderr))
    return Result(f"{len(symbols)} symbols of {keras}", problems)


def check_tests(subject: Subject) -> Result:
    """Do the exported tests pass as scripts, as Bazel runs them?"""
    tests = [path for path in subject.core_files if path.endswith("_test.py")]
    if subject.tests == "none":
        tests = []
    elif subject.tests == "fast":
        tests = [t for t in tests if f"{t.removesuffix('_test.py')}.py" in subject.libraries]
    problems = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        begun = [pool.submit(_run_test, subject.checkout.root, path) for path in tests]
        for number, future in enumerate(concurrent.futures.as_completed(begun), 1):
            path, seconds, problem = future.result()
            state = "FAILED" if problem else "ok"
            name = posixpath.basename(path)
            subject.tell(f"  {number}/{len(tests)} {name}: {state}, {seconds:.0f} s")
            if problem:
                problems.append(f"{path}: {problem}")
    return Result(f"{len(tests)} test files as scripts", sorted(problems))


def run_python(
    root: Path, *arguments: str, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs Python on the checkout in a folder, away from this project; timeout is in seconds."""
    changes = {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, **changes},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
        )


def _run_test(root: Path, path: str) -> tuple[str, float, str | None]:
    """Returns a test's path, its seconds, and what is wrong, or None."""
    start = time.monotonic()
    try:
        done = run_python(root, str(root / path), timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        return path, _TIMEOUT, f"took more than {_TIMEOUT} s"
    problem = _last_line(done.stderr) if done.returncode else None
    return path, time.monotonic() - start, problem


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["ended without a word"])[-1]
