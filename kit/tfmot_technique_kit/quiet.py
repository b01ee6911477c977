"""Keeps from the terminal what TensorFlow tells of the machine when it is imported."""

import contextlib
import importlib.abc
import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def silence_tensorflow() -> None:
    """Has TensorFlow not tell that there is no GPU, and the like; unless the user asked for it."""
    # That a driver for GPUs fails is an error for those alone who have one.
    quiet = "2" if Path("/proc/driver/nvidia").exists() else "3"
    is_asked_for = os.environ.setdefault(_LEVEL, quiet) in {"0", "1"}
    if not is_asked_for and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Imports TensorFlow without what its libraries write before they read their level."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002
        """See base class."""
        if name != "tensorflow":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                with _kept_back():
                    execute(module)

            spec.loader.exec_module = exec_module
        return spec


@contextlib.contextmanager
def _kept_back() -> Iterator[None]:
    """Shows what is written to the standard error, by libraries too, after an exception alone."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        except BaseException:
            written.seek(0)
            os.write(terminal, written.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
