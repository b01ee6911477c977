"""The requirements pin what pyproject.toml asks for, each file of it by its hash."""

import re

import pytest
import support
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

GROUPS = support.toml_of(support.ROOT / "pyproject.toml")["dependency-groups"]
KIT = support.toml_of(support.ROOT / "kit" / "pyproject.toml")["project"]["dependencies"]
WANTED = {"new": GROUPS["new"], "dev": [*GROUPS["new"], *GROUPS["dev"], *KIT]}


def pins(name: str) -> list[str]:
    """Returns the entries of a file of requirements."""
    text = (support.ROOT / f"requirements-{name}.txt").read_text().replace("\\\n", "")
    return [entry for entry in text.splitlines() if not re.match(r"\s*(#|$)", entry)]


@pytest.mark.parametrize("name", WANTED)
def test_every_package_has_a_version_and_hashes(name):
    for pin in pins(name):
        assert re.match(r"[\w.-]+==[\w.]+( ;[^#]*)?( +--hash=sha256:[0-9a-f]{64})+$", pin), pin


def versions(name: str) -> dict[str, set[str]]:
    """Returns the versions of each package in a file of requirements."""
    pinned = {}
    for pin in pins(name):
        requirement = Requirement(pin.partition("--hash")[0])
        (version,) = requirement.specifier
        pinned.setdefault(canonicalize_name(requirement.name), set()).add(version.version)
    return pinned


@pytest.mark.parametrize("name", WANTED)
def test_pins_are_what_is_asked_for(name):
    pinned = versions(name)
    for line in WANTED[name]:
        if isinstance(line, dict):
            continue  # another group
        wanted = Requirement(line)
        found = pinned.get(canonicalize_name(wanted.name))
        assert found, f"{line}: run make lock"
        for version in found:
            assert wanted.specifier.contains(version), f"{line}: run make lock"


def test_make_new_generates_with_what_is_tested():
    tested = versions("dev")
    for package, found in versions("new").items():
        assert found <= tested[package], f"{package}: run make lock"
