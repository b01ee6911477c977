"""The versions a project speaks of: its own, those it is tested with, and that of its kit."""

import re
import urllib.parse
from typing import Any, NamedTuple

import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

import tfmot_technique_kit
from tfmot_technique_kit import blocks
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.manifest import tomllib
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project

WORKFLOW = ".github/workflows/ci.yml"
PYPROJECT = "pyproject.toml"
INSTALL = "pip install -e . --group dev"
_KIT = "tfmot-technique-kit"
_PINNED = re.compile(r"(?:==|@v?)(\d+(?:\.\w+)+)(?=$|#)")


class Combination(NamedTuple):
    """Versions that releases are tested against together."""

    python: str  # Such as '3.13'.
    tensorflow: str  # And that of tf-keras, such as '2.21'.


def tested(project: Project) -> list[Combination]:
    """Returns what releases are tested against, in the order of the workflow.

    Raises:
        UserError: If the workflow has no job `wheel` with such a matrix.
    """
    text = blocks.read(project.root / WORKFLOW, WORKFLOW)
    try:
        matrix = yaml.safe_load(text)["jobs"]["wheel"]["strategy"]["matrix"]["include"]
        return [Combination(str(row["python-version"]), str(row["tensorflow"])) for row in matrix]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise UserError(
            f"{WORKFLOW}: the job `wheel` needs a matrix that lists `python-version` and "
            "`tensorflow` under `include`."
        ) from error


def pyproject(project: Project) -> dict[str, Any]:
    """Returns what pyproject.toml says; raises UserError if it is no TOML."""
    try:
        return tomllib.loads(blocks.read(project.root / PYPROJECT, PYPROJECT))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{PYPROJECT}: {error}") from error


def requirements(project: Project) -> list[Requirement]:
    """Returns what pyproject.toml requires for users, in the group `dev`, and in its extras.

    Raises:
        UserError: If pyproject.toml is no TOML, or a requirement is none.
    """
    content = pyproject(project)
    package = content.get("project", {})
    texts = package.get("dependencies", []) + content.get("dependency-groups", {}).get("dev", [])
    try:  # A group can also hold tables, which include other groups.
        found = [Requirement(text) for text in texts if isinstance(text, str)]
        own = [each for each in found if each.name == package.get("name")]
        extras = package.get("optional-dependencies", {})
        texts = [text for each in own for extra in each.extras for text in extras.get(extra, [])]
        return [each for each in found if each not in own] + list(map(Requirement, texts))
    except InvalidRequirement as error:
        raise UserError(f"{PYPROJECT}: {' '.join(str(error).split())}") from error


def init_of(project: Project) -> str:
    """Returns the path of the file with the version of the package."""
    return f"{project.technique.package}/__init__.py"


def of_package(project: Project) -> str:
    """Returns the version of the package, such as '0.1.0'; raises UserError if it has none."""
    path = init_of(project)
    text = blocks.read(project.root / path, path)
    found = re.search(r"^__version__ = ['\"](.+)['\"]$", text, re.MULTILINE)
    if not found:
        raise UserError(f"{path}: needs a line `__version__ = '0.1.0'`.")
    return found[1]


def check_kit(project: Project, installed: str = tfmot_technique_kit.__version__) -> list[Problem]:
    """Finds a kit that others cannot install, or that is of another version than the layout.

    The version that is installed is that of the kit that runs. Raises as `requirements` does.
    """
    layout, problems = project.technique.layout, []
    lines = blocks.read(project.root / PYPROJECT, PYPROJECT).splitlines()
    line = next((n for n, text in enumerate(lines, 1) if f'"{_KIT}' in text), None)
    found = [each for each in requirements(project) if each.name == _KIT]
    if not found:
        message = f"the dependency group `dev` does not name {_KIT}"
        problems.append(Problem(message, PYPROJECT, command="cruft update"))
    for requirement in found:
        url = requirement.url or ""
        # With or without `git+` before it.
        if url and urllib.parse.urlsplit(url.removeprefix("git+")).scheme in ("", "file"):
            message = (
                f"{url} is a path of this machine, from which nobody else can install the kit: "
                f"name a repository, as in git+https://github.com/OWNER/REPOSITORY@{layout}"
                "#subdirectory=kit"
            )
            problems.append(Problem(message, PYPROJECT, line))
        pinned = _PINNED.search(url or str(requirement.specifier))
        if pinned and pinned[1] != layout:
            message = f"names the kit {pinned[1]}, and the layout is {layout}: name that"
            problems.append(Problem(message, PYPROJECT, line))
    if Version(installed).release != Version(layout).release:
        message = (
            f"the kit that runs is {installed}, and the layout of the project is {layout}: install "
            f"the kit that {PYPROJECT} names, or bring the project to the kit by `cruft update`"
        )
        problems.append(Problem(message, command=INSTALL))
    return problems


def pin_notebooks(project: Project, version: str) -> dict[str, str]:
    """Returns the notebooks that do not install a version of the technique, so that they do.

    Upstream asks for notebooks that run on a stable release. One that installs the newest
    state of the repository breaks with it.

    Returns:
        The text of each notebook that has to change, by its path in the project.
    """
    technique, changed = project.technique, {}
    own = re.compile(rf"[^\s\"'\\]*({technique.distribution}|/{technique.slug})\b[^\s\"'\\,]*")

    def pin(match: re.Match[str]) -> str:
        found = _PINNED.search(match[0])
        if found and found[1] == version:
            return match[0]
        return f"{technique.distribution}=={version}"

    for name in (file.path for file in project.manifest.files if file.path.endswith(".ipynb")):
        if (project.root / name).is_file():
            text = blocks.read(project.root / name, name)
            install = r"[%!]\s*pip3? install .*"
            pinned = re.sub(install, lambda line: own.sub(pin, line[0]), text)
            if pinned != text:
                changed[name] = pinned
    return changed


def check_notebooks(project: Project, version: str) -> list[Problem]:
    """Finds notebooks that install another version of the technique than is released."""
    message = f"has to install {project.technique.distribution}=={version}, which is released"
    command = f"technique release {version}"
    return [Problem(message, path, command=command) for path in pin_notebooks(project, version)]
