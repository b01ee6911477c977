"""Projects of earlier versions, with a contributor's work in them, updated to this one.

The versions come out of the repository's history, so a shallow clone is not enough.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import history
import nbformat
import pytest
import support
from set_up import check_passed
from test_cruft import cruft
from test_project import ruff

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import config
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.tasks import list_names

pytestmark = pytest.mark.life

PACKAGE = "tfmot_connection_pruning/keras"
NOTEBOOK = "g3doc/guide/connection_pruning/connection_pruning_example.ipynb"

# 0.1.0 had one kind of technique, and no folder that cruft looks for.
CURRENT = json.loads((support.ROOT / "cookiecutter.json").read_text())["_template_version"]
VERSIONS = {
    version: made for version, made in history.releases().items() if "0.1.0" < version != CURRENT
}

# The last commit whose projects held their tools, for it may differ from how 0.4.0 began.
LAST_WITH_TOOLS = "0.4.0 in the end"
TOOLS = f"{support.TEMPLATE.name}/tools/__init__.py"
VERSIONS[LAST_WITH_TOOLS] = history.before_the_end_of(TOOLS)

# Listed the tasks up to 0.4.0. CHANGELOG.md says to remove it before the update.
TASKS = "experiments/tasks/__init__.py"
# Stays, for cruft was told that it is the contributor's. CHANGELOG.md says to remove it.
BASELINE = "tools/readiness/baseline"
CONFIG = "experiments/configs/image_smoke.yaml"

# Versions up to this one do not say which files are the contributor's: CONTRIBUTING.md.
LAST_WITHOUT_OWNERS = "0.3.0"

# What a contributor writes: in which file, in the place of what.
EDITS = {
    f"{PACKAGE}/algorithm.py": ("Magnitude pruning: keeps", "Mine: keeps"),
    f"{PACKAGE}/algorithm_test.py": (r"\Z", "\n# Mine.\n"),
    "README.md": (r"(?<=## Limitations\n\n)", "*   Mine: it needs two passes over the data.\n"),
    "CHANGELOG.md": (r"\Z", "- Mine: the first results.\n"),
    "rfcs/proposal.md": (r"\Z", "\nMine: phones need it.\n"),
    "rfcs/design.md": (r"\Z", "\nMine: a paragraph.\n"),
    "blog/connection_pruning.md": (r"\Z", "\nMine: a story.\n"),
    CONFIG: (r"width: 1\.0", "width: 2.0  # Mine."),
    TASKS: (r"(?=\nTASKS = )", "from experiments.tasks.my_task import Mine\n"),
}
OWN_FILES = {
    f"{PACKAGE}/my_kernels.py": '"""Mine."""\n',
    "experiments/tasks/my_task.py": '"""Mine."""\n',
    "experiments/results/mine.json": '{"task": "mine"}\n',
}
OWN_CELL = "Mine: what the plot shows."


@dataclass
class Upgrade:
    """A project before and after its update.

    Attributes:
        project: Its folder, updated.
        edited: The files that a contributor had edited.
        new: The files that the new version generates.
        shown: What cruft printed.
    """

    project: Path
    edited: set[str]
    new: dict[str, bytes]
    shown: str


def edit(project: Path) -> set[str]:
    """Works on a project as a contributor does; returns the files that were there before."""
    edited = set()
    for name, (pattern, text) in EDITS.items():
        path = project / name
        if path.is_file():
            changed, count = re.subn(pattern, text, path.read_text(encoding="utf-8"), count=1)
            assert count == 1, f"{name} has no {pattern}"
            path.write_text(changed, encoding="utf-8")
            edited.add(name)
    for name, text in OWN_FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    content = json.loads((project / NOTEBOOK).read_text(encoding="utf-8"))
    cell = {"cell_type": "markdown", "metadata": {"id": "Mine"}, "source": OWN_CELL}
    content["cells"].append(cell)
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (project / NOTEBOOK).write_text(text, encoding="utf-8")
    return edited | {NOTEBOOK}


def name_owners(project: Path) -> None:
    """Tells cruft which files are the contributor's, where the project does not say it."""
    path = project / ".cruft.json"
    recorded = json.loads(path.read_text())
    mine = ("algorithm.py", "algorithm_test.py")
    written = ("rfcs/proposal.md", "rfcs/design.md", "blog/connection_pruning.md")
    owned = [*(f"{PACKAGE}/{name}" for name in mine), *written]
    recorded["skip"] = [name for name in owned if (project / name).exists()]
    path.write_text(json.dumps(recorded, indent=2))


def upgraded(
    version: str, folder: Path, prepared: bool = True, more: dict | None = None
) -> Upgrade:
    """Generates a project of an earlier version, works on it, and updates it.

    Args:
        version: The version.
        folder: Where to.
        prepared: Whether the contributor did before what the changelog says.
        more: What they write besides `EDITS`.
    """
    home = folder / "home"
    home.mkdir()
    template = history.repository_of_the_work_tree(folder / "template")
    cruft(home, "create", str(template), "--no-input", "--checkout", VERSIONS[version])
    project = home / "connection_pruning"
    history.git(project, "init", "--quiet")
    history.commit(project)
    if version <= LAST_WITHOUT_OWNERS:
        name_owners(project)
    edited = edit(project)
    for name, (pattern, text) in (more or {}).items():
        path = project / name
        path.write_text(re.sub(pattern, text, path.read_text(encoding="utf-8"), count=1))
    if prepared and TASKS in edited:
        (project / TASKS).unlink()
        edited.remove(TASKS)
    history.commit(project)
    shown = cruft(home, "update", "--skip-apply-ask", folder=project)
    cruft(home, "create", str(template), "--no-input", "--output-dir", "fresh")
    new = support.files_of(home / "fresh" / "connection_pruning")
    return Upgrade(project, edited, new, shown)


@pytest.fixture(scope="module", params=VERSIONS)
def upgrade(request, tmp_path_factory) -> Upgrade:
    return upgraded(request.param, tmp_path_factory.mktemp("upgrade"))


def test_merges_without_conflict(upgrade):
    state = history.git(upgrade.project, "status", "--porcelain")
    assert not re.search("^(U.|.U|AA|DD)", state, re.MULTILINE), upgrade.shown
    for path in upgrade.project.rglob("*"):
        assert path.suffix != ".rej", path
        if path.is_file() and ".git" not in path.parts:
            assert not re.search(rb"^(<<<<<<<|>>>>>>>) ", path.read_bytes(), re.MULTILINE), path


def test_keeps_what_the_contributor_wrote(upgrade):
    for name in upgrade.edited - {NOTEBOOK}:
        assert "Mine" in (upgrade.project / name).read_text(encoding="utf-8"), name
    for name, text in OWN_FILES.items():
        assert (upgrade.project / name).read_text() == text
    cells = nbformat.read(upgrade.project / NOTEBOOK, nbformat.NO_CONVERT).cells
    assert cells[-1].source == OWN_CELL


def skipped(project: Path) -> set[str]:
    """Returns what an update leaves alone."""
    return set(support.toml_of(project / "pyproject.toml")["tool"]["cruft"]["skip"])


def test_all_else_is_what_the_new_version_generates(upgrade):
    kept = {*upgrade.edited, *OWN_FILES, *skipped(upgrade.project), ".cruft.json"}
    history.git(upgrade.project, "add", "--all")  # what it ignores was never generated
    updated = set(history.git(upgrade.project, "ls-files").splitlines())
    updated = {name for name in updated if not name.startswith(BASELINE)}
    assert updated - kept == set(upgrade.new) - kept
    for name in updated - kept:
        assert (upgrade.project / name).read_bytes() == upgrade.new[name], name


def test_records_the_new_version(upgrade):
    recorded = json.loads((upgrade.project / ".cruft.json").read_text())
    assert recorded["context"]["cookiecutter"]["_template_version"] == CURRENT


def test_lints_clean_afterwards(upgrade):
    assert ruff(upgrade.project, "check", "--output-format=concise") == ""
    assert ruff(upgrade.project, "format", "--diff") == ""


def test_a_task_of_the_contributor_s_is_one_of_the_project_s(upgrade):
    assert list_names(Project(upgrade.project)) == ["bert", "detection", "image", "my_task"]


def test_there_is_nothing_more_to_update(upgrade):
    history.git(upgrade.project, "add", "--all")
    history.git(upgrade.project, "commit", "--quiet", "--message", "Update")
    home = upgrade.project.parent
    assert "up to date" in cruft(home, "check", folder=upgrade.project)
    assert "Nothing to do" in cruft(home, "update", "--skip-apply-ask", folder=upgrade.project)


def test_a_project_without_a_level_gets_that_of_its_kind(tmp_path):
    template = history.repository_of_the_work_tree(tmp_path / "template")
    kind = json.dumps({"technique_kind": "layer_replacement"})
    made = ("create", str(template), "--no-input", "--extra-context", kind)
    cruft(tmp_path, *made, "--checkout", VERSIONS["0.4.0"])
    project = tmp_path / "connection_pruning"
    recorded = json.loads((project / ".cruft.json").read_text())
    assert "level" not in recorded["context"]["cookiecutter"]
    history.git(project, "init", "--quiet")
    history.commit(project)
    cruft(tmp_path, "update", "--skip-apply-ask", folder=project)
    recorded = json.loads((project / ".cruft.json").read_text())
    assert recorded["context"]["cookiecutter"]["level"] == "rank_reduction"
    technique = support.toml_of(project / "contribution.toml")["technique"]
    assert technique["level"] == "rank_reduction"


# A value in a part of the file that is elsewhere now.
MOVED = {CONFIG: ("epochs: 6", "epochs: 9")}


def changed(project: Path) -> dict[str, str]:
    """Returns the state of each file that an update changed, in two letters, as git has it."""
    lines = history.git(project, "status", "--porcelain", "--no-renames").splitlines()
    return {line[3:]: line[:2] for line in lines}


def test_a_value_that_moved_is_a_conflict(tmp_path):
    """The update marks it, the kit says so, and everything else is merged."""
    project = upgraded(LAST_WITH_TOOLS, tmp_path, more=MOVED).project
    states = changed(project)
    assert [name for name, state in states.items() if "U" in state] == [CONFIG]
    assert not list(project.rglob("*.rej"))
    text = (project / CONFIG).read_text()
    ours, theirs = text.partition("<<<<<<< ours")[2].split("=======")
    assert "epochs: 9" in ours
    assert "epochs" not in theirs
    with pytest.raises(UserError, match="image_smoke"):
        config.load(Project(project), "image", "smoke")


def test_who_does_not_prepare_loses_nothing(tmp_path):
    """Git cannot merge a file that is gone; cruft leaves the pieces that do not fit beside."""
    upgrade = upgraded(LAST_WITH_TOOLS, tmp_path, prepared=False, more=MOVED)
    assert "Retrying again with a different update strategy" in upgrade.shown
    assert "*.rej files reflecting merge conflicts" in upgrade.shown
    assert "my_task import Mine" in (upgrade.project / TASKS).read_text()
    assert "epochs: 9" in (upgrade.project / CONFIG).read_text()
    test_keeps_what_the_contributor_wrote(upgrade)
    # What they did not touch is new.
    for name in upgrade.new.keys() - upgrade.edited - skipped(upgrade.project):
        assert (upgrade.project / name).read_bytes() == upgrade.new[name], name
    rejected = {str(path.relative_to(upgrade.project)) for path in upgrade.project.rglob("*.rej")}
    assert f"{CONFIG}.rej" in rejected
    assert rejected <= {f"{name}.rej" for name in upgrade.edited}
    left = {path.parent for path in (upgrade.project / "tools").rglob("*") if path.is_file()}
    assert left == {upgrade.project / BASELINE}
    test_a_task_of_the_contributor_s_is_one_of_the_project_s(upgrade)


@pytest.mark.baked
def test_an_updated_project_passes_its_tests(environment, tmp_path):
    """With the algorithm of the oldest version that can be updated: what tests that."""
    updated = upgraded(min(VERSIONS), tmp_path).project
    entry = support.toml_of(updated / "contribution.toml")["technique"]["entry"]
    names = ("algorithm", entry, f"{entry}_strip")
    files = [f"{PACKAGE}/{name}_test.py" for name in names]
    check_passed(environment.python(updated, "-m", "pytest", "-n", "auto", *files))
