"""What a release says, and whether it is ready: `python -m tools.release`.

The job `wheel` in .github/workflows/ci.yml lists the versions that a release is
tested against. This command renders them into README.md and RELEASE.md, so they
are written once. `--check` compares, and `--ready` names what is left to do.
"""

import argparse
import dataclasses
import pathlib
import re
import sys

import yaml

import tfmot_technique_kit as tools
from tfmot_technique_kit import manifest
from tfmot_technique_kit.checks import files
from tfmot_technique_kit.checks.problem import Problem
from tfmot_technique_kit.documents import blocks

WORKFLOW = ".github/workflows/ci.yml"
DOCUMENTS = ("README.md", "RELEASE.md")
_KIND = "release"
_COMMAND = "python -m tools.release"
_INSTALL = re.compile(r"[%!]\s*pip3? install (.+)")
_RELEASED = re.compile(r"==[\w.]+$|@v?\d[\w.]*$")
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")


@dataclasses.dataclass(frozen=True)
class Versions:
    """A combination that releases are tested against.

    Attributes:
        python: Version of Python, such as '3.13'.
        tensorflow: Version of TensorFlow, and of tf-keras, such as '2.21'.
    """

    python: str
    tensorflow: str


def tested(root):
    """Returns what releases are tested against, in the order of the workflow.

    Args:
        root: The project's folder, a path.

    Raises:
        DocumentError: If the workflow has no job `wheel` with such a matrix.
    """
    text = blocks.read(pathlib.Path(root, WORKFLOW), WORKFLOW)
    try:
        matrix = yaml.safe_load(text)["jobs"]["wheel"]["strategy"]["matrix"]
        return tuple(
            Versions(str(entry["python-version"]), str(entry["tensorflow"]))
            for entry in matrix["include"]
        )
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise blocks.DocumentError(
            f"{WORKFLOW}: the job `wheel` needs a matrix that lists "
            "`python-version` and `tensorflow` under `include`."
        ) from error


def sentence(versions) -> str:
    """Returns 'Tested against ...' in the form of TFMOT's release notes."""
    tensorflows = sorted({v.tensorflow for v in versions}, key=_order)
    pythons = sorted({v.python for v in versions}, key=_order)
    return (
        f"*   Tested against TensorFlow {_enumerate(tensorflows)}, and Python "
        f"{_enumerate(pythons)}."
    )


def table(versions):
    """Returns a table of the TensorFlow versions for each version of Python."""
    lines = ["| Python | TensorFlow and tf-keras |", "| --- | --- |"]
    for python in sorted({v.python for v in versions}, key=_order):
        with_it = {v.tensorflow for v in versions if v.python == python}
        lines.append(f"| {python} | {_enumerate(sorted(with_it, key=_order))} |")
    return "\n".join(lines)


def render(root):
    """Returns the documents as they have to be.

    Args:
        root: The project's folder, a path.

    Returns:
        A dict from the path of each document to its text.

    Raises:
        DocumentError: If a document or the workflow cannot be read as such.
    """
    versions = tested(root)
    texts = {"tested": sentence(versions), "versions": table(versions)}
    return {
        path: blocks.render(path.name, blocks.read(path, path.name), _KIND, texts)
        for path in blocks.find(root, DOCUMENTS)
    }


def check_metadata(root):
    """Checks that pyproject.toml names the versions that are tested.

    Args:
        root: The project's folder, a path.

    Returns:
        A list of problems.
    """
    name = "pyproject.toml"
    text = blocks.read(pathlib.Path(root, name), name)
    project = manifest.tomllib.loads(text)["project"]
    pythons = {v.python for v in tested(root)}
    tensorflows = {v.tensorflow for v in tested(root)}
    lowest = min(tensorflows, key=_order)
    wanted = [f"tensorflow>={lowest}", f"tf-keras>={lowest}"]
    problems = [
        f"the job `wheel` tests from TensorFlow {lowest}; require {line!r}"
        for line in wanted
        if line not in project["dependencies"]
    ]
    classifiers = _CLASSIFIER.findall("\n".join(project["classifiers"]))
    if set(classifiers) != pythons:
        problems.append(
            "the classifiers have to name the versions of Python that the job "
            f"`wheel` tests: {_enumerate(sorted(pythons, key=_order))}"
        )
    if project["requires-python"] != f">={min(pythons, key=_order)}":
        problems.append(
            "`requires-python` has to begin where the job `wheel` does: "
            f">={min(pythons, key=_order)}"
        )
    return [Problem(name, None, f"{problem}.") for problem in problems]


def check_ready(root, tag=None):
    """Checks that a version can be released.

    Args:
        root: The project's folder, a path.
        tag: The tag of the release, such as 'v0.1.0', or None for that of the
            version.

    Returns:
        A list of problems.
    """
    root = pathlib.Path(root)
    contribution = manifest.load(root)
    init = f"{contribution.technique.package}/__init__.py"
    found = re.search(r"^__version__ = '(.+)'$", blocks.read(root / init, init), re.MULTILINE)
    if not found:
        return [Problem(init, None, "needs a line `__version__ = '0.1.0'`.")]
    version = found[1]
    problems = []
    if tag not in (None, f"v{version}"):
        message = f"the version is {version}, and the tag {tag} is not v{version}."
        problems.append(Problem(init, None, message))
    problems += _check_heading(root, "CHANGELOG.md", rf"## {re.escape(version)}")
    problems += _check_heading(root, "RELEASE.md", rf"# .* {re.escape(version)}")
    return problems + check_colabs(root, contribution.technique, version)


def check_colabs(root, technique, version):
    """Checks that notebooks install the version that is released.

    Upstream asks for colabs that run on a stable release. A notebook that
    installs the newest state of the repository breaks with it.

    Args:
        root: The project's folder, a path.
        technique: The `manifest.Technique`.
        version: The version, such as '0.1.0'.

    Returns:
        A list of problems.
    """
    names = (technique.package.replace("_", "-"), f"/{technique.slug}")
    problems = []
    for path in files.find(root, ".ipynb"):
        for cell in files.read_cells(path):
            for arguments in _INSTALL.findall("".join(cell["source"])):
                for word in arguments.replace("'", "").replace('"', "").split():
                    ours = any(name in word for name in names)
                    pinned = _RELEASED.search(word)
                    if ours and not (pinned and pinned[0].lstrip("=@v") == version):
                        problems.append(
                            Problem(
                                files.name_of(root, path),
                                None,
                                f"installs {word}; have it install the released version: "
                                f"{names[0]}=={version}",
                            )
                        )
    return problems


def _check_heading(root, name, pattern):
    text = blocks.read(root / name, name)
    released = rf"^{pattern}(?![\w.]| *\(unreleased\))"
    if re.search(released, text, re.MULTILINE):
        return []
    return [Problem(name, None, "has no heading with the version and its date yet.")]


def _order(version):
    return [int(part) for part in version.split(".")]


def _enumerate(words):
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def main(arguments=None, root=tools.ROOT):
    """Runs the command.

    Args:
        arguments: List of those of the command, by default its own.
        root: The project's folder, a path.

    Returns:
        The exit status: 0 if all is well, 1 if something is to be done.
    """
    parser = argparse.ArgumentParser(prog=_COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    parser.add_argument("--ready", action="store_true", help="name what a release still needs")
    parser.add_argument("--tag", help="the tag that is released, with --ready")
    options = parser.parse_args(arguments)
    try:
        stale = {
            path: text
            for path, text in render(root).items()
            if text != blocks.read(path, path.name)
        }
        problems = check_metadata(root)
        if options.ready:
            problems += check_ready(root, options.tag)
    except (blocks.DocumentError, manifest.ManifestError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    if options.check or options.ready:
        message = f"is not what {WORKFLOW} says; render it with `{_COMMAND}`."
        problems += [Problem(path.name, None, message) for path in stale]
    else:
        for path, text in stale.items():
            blocks.write(path, text)
            print(path.name)
    for problem in problems:
        print(problem, file=sys.stderr)
    return min(len(problems), 1)


if __name__ == "__main__":
    sys.exit(main())
