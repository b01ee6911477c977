"""Prepares a release of the technique, and says whether it is ready.

The job `wheel` in .github/workflows/ci.yml lists the versions that releases are tested
against, and nothing else does: documents get them from there.
"""

import datetime
import re
from collections.abc import Iterable
from pathlib import Path

from packaging.version import Version

from tfmot_technique_kit import blocks, files, markdown, versions
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.versions import Combination

_CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
# The extras, and what each of them requires from the lowest version that is tested.
_TESTED_FROM = (("tensorflow", "tensorflow"), ("tfmot", "tensorflow"), ("tfmot", "tf-keras"))


def prepare(project: Project, version: str, day: datetime.date) -> list[Path]:
    """Writes a version into the package, the release notes and the notebooks, and returns them.

    Raises:
        UserError: It is no version, or a file cannot be read. Nothing is written then.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", version):
        raise UserError(f"{version!r} is no version to release; write one such as 0.2.0.")
    texts = versions.pin_notebooks(project, version)
    for path, old, new in (
        (versions.init_of(project), r"^__version__ = .*$", f"__version__ = '{version}'"),
        ("CHANGELOG.md", r"^## .*\(unreleased\)$", f"## {version} ({day.isoformat()})"),
        ("RELEASE.md", r"^(# .*) next release TBD$", rf"\g<1> {version}"),
    ):
        text = blocks.read(project.root / path, path)
        edited = re.sub(old, new, text, count=1, flags=re.MULTILINE)
        if edited != text:
            texts[path] = edited
    return [files.write(project.root / path, text) for path, text in texts.items()]


def stale(project: Project) -> dict[Path, str]:
    """Returns the documents that do not name the tested versions, as they have to be.

    Raises:
        UserError: If a document or the workflow cannot be read as such.
    """
    tested = versions.tested(project)
    made = {"tested": sentence(tested), "versions": table(tested)}
    found = blocks.having(project.root, [file.path for file in project.manifest.files], "release")
    rendered = {p: blocks.render(p.name, text, "release", made) for p, text in found.items()}
    return {path: text for path, text in rendered.items() if text != found[path]}


def sentence(tested: Iterable[Combination]) -> str:
    """Returns 'Tested against ...' in the form of TFMOT's release notes."""
    pythons, flows = map(_listed, zip(*tested, strict=True))
    return f"*   Tested against TensorFlow {flows}, and Python {pythons}."


def table(tested: Iterable[Combination]) -> str:
    """Returns a table of the TensorFlow versions for each version of Python."""
    flows: dict[str, list[str]] = {}
    for each in sorted(tested, key=lambda each: Version(each.python)):
        flows.setdefault(each.python, []).append(each.tensorflow)
    rows = [(python, _listed(found)) for python, found in flows.items()]
    return markdown.table(("Python", "TensorFlow and tf-keras"), rows)


def check_metadata(project: Project) -> list[Problem]:
    """Finds where pyproject.toml names other versions than those that are tested."""
    content, tested = versions.pyproject(project).get("project", {}), versions.tested(project)
    pythons = sorted({each.python for each in tested}, key=Version)
    lowest = min((each.tensorflow for each in tested), key=Version)
    extras = content.get("optional-dependencies", {})
    problems = [
        f"the job `wheel` tests from TensorFlow {lowest}; require {line!r} in the extra {extra!r}"
        for extra, name in _TESTED_FROM
        if (line := f"{name}>={lowest}") not in extras.get(extra, ())
    ]
    if set(_CLASSIFIER.findall("\n".join(content.get("classifiers", ())))) != set(pythons):
        problems.append(
            "the classifiers have to name the versions of Python that the job `wheel` tests: "
            + _listed(pythons)
        )
    if content.get("requires-python") != f">={pythons[0]}":
        problems.append(
            f"`requires-python` has to begin where the job `wheel` does: >={pythons[0]}"
        )
    return [Problem(problem, versions.PYPROJECT) for problem in problems]


def check_ready(project: Project, tag: str | None = None) -> list[Problem]:
    """Finds what keeps the version of the package from being released, with a tag if it has one."""
    version, problems = versions.of_package(project), []
    if tag not in (None, f"v{version}"):
        message = f"the version is {version}, and the tag {tag} is not v{version}"
        problems.append(Problem(message, versions.init_of(project)))
    for name, heading in (("CHANGELOG.md", "## "), ("RELEASE.md", "# .* ")):
        pattern = rf"^{heading}{re.escape(version)}(?![\w.]| *\(unreleased\))"
        if not re.search(pattern, blocks.read(project.root / name, name), re.MULTILINE):
            problems.append(Problem(f"has no heading of the release {version} yet", name))
    return problems + versions.check_notebooks(project, version)


def _listed(found: Iterable[str]) -> str:
    *rest, last = sorted(set(found), key=Version)
    return f"{', '.join(rest)} and {last}" if rest else last
