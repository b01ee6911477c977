"""requirements-dev.txt pins what pyproject.toml asks for, each file of it by its hash."""

import re

import support
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ENTRIES = (support.ROOT / "requirements-dev.txt").read_text().replace("\\\n", "").splitlines()
PINS = [entry for entry in ENTRIES if not re.match(r"\s*(#|$)", entry)]


def test_every_package_has_a_version_and_hashes():
    for pin in PINS:
        assert re.match(r"[\w.-]+==[\w.]+( ;[^#]*)?( +--hash=sha256:[0-9a-f]{64})+$", pin), pin


def test_pins_are_what_is_asked_for():
    pinned = {}
    for pin in PINS:
        requirement = Requirement(pin.partition("--hash")[0])
        (version,) = requirement.specifier
        pinned.setdefault(canonicalize_name(requirement.name), []).append(version.version)
    groups = support.toml_of(support.ROOT / "pyproject.toml")["dependency-groups"]
    for line in groups["dev"]:
        wanted = Requirement(line)
        versions = pinned.get(canonicalize_name(wanted.name))
        assert versions, f"{line}: run make lock"
        for version in versions:
            assert wanted.specifier.contains(version), f"{line}: run make lock"
