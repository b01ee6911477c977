"""Writes files so that readers and other writers never see a part of one."""

import os
import uuid
from pathlib import Path


def write(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Writes a file as a whole or not at all.

    Args:
        path: Its path. Folders are made as needed.
        content: Its bytes, or its text, which is written as UTF-8 with its own line ends.

    Returns:
        The path.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own for each writer, in the same folder: there, replacing is one
    # step, whoever else writes and whenever this process is killed.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
