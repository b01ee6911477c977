"""Workflows and metadata have a valid form, and workflows ask for no more than they need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import support
import yaml
from conftest import bake

BIN = Path(sys.executable).parent

# What a workflow's jobs may do beyond reading.
RIGHTS = {
    "release.yml": {
        "build": {"contents": "read"},
        "attest": {"attestations": "write", "id-token": "write"},
        "publish": {"id-token": "write"},
    },
}


@pytest.fixture(params=["template", "project"])
def workflows(request, project):
    """The workflows of the template, and those of a project."""
    root = support.ROOT if request.param == "template" else project
    found = sorted(root.glob(".github/workflows/*.yml"))
    assert found
    return found


@pytest.fixture
def odd_project(cookies):
    """A project with text that may break files."""
    texts = {"author_name": support.CANARIES[0], "organization": support.CANARIES[3]}
    return bake(cookies, {**support.EXTREMES["longest"], **texts})


def run(*command: str | Path, folder: Path | None = None) -> None:
    """Runs a command of the environment, which has to succeed."""
    done = subprocess.run(
        [str(BIN / command[0]), *map(str, command[1:])],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def check_schema(name: str, *paths: Path) -> None:
    """Checks files against a schema that comes with check-jsonschema."""
    run("check-jsonschema", "--builtin-schema", name, *paths)


def test_workflows_have_a_valid_form(workflows):
    check_schema("vendor.github-workflows", *workflows)


def test_workflows_give_attackers_no_way_in(workflows):
    options = ["--offline", "--no-progress", "--persona", "pedantic", "--min-severity", "low"]
    run("zizmor", *options, "--", *workflows)


def test_actions_are_pinned_to_commits_and_named_by_version(workflows):
    for path in workflows:
        for action in re.findall(r"uses: *(.+)", path.read_text()):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){0,2}", action), action


def test_jobs_have_the_rights_they_need(workflows):
    for path in workflows:
        content = yaml.safe_load(path.read_text())
        jobs = content["jobs"].items()
        rights = {name: job["permissions"] for name, job in jobs if "permissions" in job}
        assert rights == RIGHTS.get(path.name, {}), path.name
        assert content["permissions"] == ({} if rights else {"contents": "read"}), path.name


@pytest.mark.parametrize("name", ["project", "odd_project"])
def test_the_form_for_problems_is_valid_and_asks_for_the_environment(request, name):
    path = request.getfixturevalue(name) / ".github" / "ISSUE_TEMPLATE" / "bug.yml"
    check_schema("vendor.github-issue-forms", path)
    fields = {field["id"]: field for field in yaml.safe_load(path.read_text())["body"]}
    assert "`technique doctor`" in fields["doctor"]["attributes"]["description"]
    assert all(field["validations"]["required"] for field in fields.values())


@pytest.mark.parametrize("name", ["project", "odd_project"])
def test_the_citation_is_valid(request, name):
    check_schema("vendor.citation-file-format", request.getfixturevalue(name) / "CITATION.cff")


def test_an_invalid_citation_is_found(project, tmp_path):
    path = tmp_path / "CITATION.cff"
    path.write_text((project / "CITATION.cff").read_text().replace("authors:", "writers:"))
    with pytest.raises(AssertionError, match="authors"):
        check_schema("vendor.citation-file-format", path)
