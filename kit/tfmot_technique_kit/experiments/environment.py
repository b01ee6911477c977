"""What a run depends on beside its configuration: software, machine, commit."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import psutil

from tfmot_technique_kit.switch import Switch

_CPUINFO = Path("/proc/cpuinfo")
_DISTRIBUTIONS = (
    *("tensorflow", "tf_keras", "tensorflow_model_optimization", "ai_edge_litert", "numpy"),
    "tfmot_technique_kit",
)
# The kernels of the runtime are chosen by these.
_FLAGS = ("sse4_2", "avx", "avx2", "avx512f", "neon")


def software(distribution: str, switch: Switch) -> dict[str, str | None]:
    """Returns the versions that a run uses by name, None for what is not installed.

    Args:
        distribution: Name of the technique's distribution, as pip knows it.
        switch: The Keras of the run.
    """
    # Keras 2 and its backend are `tf_keras` and `tensorflow`.
    more = () if switch.keras == 2 else ("keras", switch.backend)
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in (*_DISTRIBUTIONS, *more)},
        "technique": version(distribution),
    }


def hardware() -> dict[str, Any]:
    """Returns what this machine is, and how busy.

    Returns:
        A dict: 'cpu', its name, and 'flags', those of its extensions that decide
        on kernels, each None where the system does not tell; 'cores'; 'ram_bytes';
        'load_average' over 1, 5 and 15 minutes.
    """
    cpu = _cpuinfo()
    flags = cpu.get("flags", cpu.get("Features"))
    if flags is not None:
        known = flags.replace("asimd", "neon").split()  # its name on 64-bit ARM
        flags = [flag for flag in _FLAGS if flag in known]
    return {
        "cpu": cpu.get("model name") or platform.processor() or None,
        "flags": flags,
        "cores": os.cpu_count(),
        "ram_bytes": psutil.virtual_memory().total,
        "load_average": [round(load, 2) for load in psutil.getloadavg()],
    }


def is_this_machine(recorded: dict[str, Any]) -> bool:
    """Returns whether recorded hardware is that of this machine, or of one just like it."""
    here = hardware()
    # What a kernel keeps for itself differs from version to version.
    same_ram = abs(recorded["ram_bytes"] / here["ram_bytes"] - 1) < 0.02
    return same_ram and all(recorded[key] == here[key] for key in ("cpu", "cores"))


def git(folder: Path, generated: str) -> dict[str, Any] | None:
    """Returns which commit a folder is at.

    Returns:
        A dict: 'commit'; 'dirty', whether files in the folder differ from it, but for the path
        `generated`, which runs write. None without git, outside of a work tree and before the
        first commit.
    """

    def ask(*arguments: str) -> str:
        command = ["git", "-C", os.fspath(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit = ask("rev-parse", "--verify", "HEAD")
        changes = ask("status", "--porcelain", "--", ".", f":(exclude){generated}")
    except (OSError, subprocess.CalledProcessError):
        return None
    return {"commit": commit, "dirty": bool(changes)}


def version(distribution: str) -> str | None:
    """Returns the version of what is installed, None for what is not."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cpuinfo() -> dict[str, str]:
    """Returns what Linux tells of the first core."""
    if not _CPUINFO.exists():
        return {}
    first, _, _ = _CPUINFO.read_text().partition("\n\n")
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
