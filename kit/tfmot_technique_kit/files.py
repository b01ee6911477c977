"""Writes files so that readers and other writers never see a part of one."""

import contextlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

_LEAST_BYTES = 2**20  # A run file and a small model.


def write(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Writes a file as a whole or not at all, and makes its folders; returns its path.

    Text is written as UTF-8 with its own line ends.

    Raises:
        OSError: With that path, if it cannot be written.
    """
    path = Path(path)
    # A name of its own for each writer, in the same folder: there, replacing is one
    # step, no matter who else writes and whenever this process is killed.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    with _errors_of(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return path


def check_writable(folder: Path) -> None:
    """Checks that files can be written into a folder, which may be missing. Leaves nothing there.

    Raises:
        OSError: If not: because of permissions, a full disk, a file or a broken link in its place.
    """
    paths = (folder.absolute(), *folder.absolute().parents)
    existing = next(path for path in paths if path.exists() or path.is_symlink())
    with _errors_of(folder), tempfile.TemporaryFile(dir=existing, buffering=0) as file:
        file.write(bytes(_LEAST_BYTES))  # On a full disk, empty files can be made.


@contextlib.contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """Has errors of the system name this path: those of a full disk name none."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
