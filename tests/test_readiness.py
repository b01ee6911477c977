"""The commands that tell where a contribution stands, as its author runs them.

They run without TensorFlow here, which shows that they do not need it.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import support

# Makes runs of three tasks: a baseline, its control, the technique and a combination; and
# those that the convergence test repeats.
RUNS = """
import sys
from experiments import config, plan, results
from experiments.report import test_runs

for task in ("image", "bert", "detection"):
    for training in ("baseline", "control", "technique@0.8", "technique_qat@0.8"):
        conversion = "int8" if "qat" in training else "float"
        for seed in (0, 1):
            run = test_runs.run(
                training, conversion=conversion, seed=seed, task=task, profile=sys.argv[1]
            )
            if "technique" in training:
                run["variant"]["params"]["source_sha256"] = plan.hash_of_source()
            results.write("experiments/results", run)
    values = config.load(task, "smoke")
    repeated = plan.Plan(task, "smoke", values, values["seeds"][0])
    run = test_runs.run("technique@0.8", task=task)
    run |= repeated.describe(repeated.parse("technique@0.8"))
    if sys.argv[1] == "full":
        results.write("experiments/results", run)
"""


def run(project: Path, *arguments: str, status: int = 0) -> str:
    """Runs Python in a project's folder and returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == status, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


class Status:
    """What `python -m tools.readiness --json` says."""

    def __init__(self, project: Path) -> None:
        content = json.loads(run(project, "-m", "tools.readiness", "--json"))
        parts = [part for step in content["steps"] for part in step["components"]]
        self.next = content["next"]
        self.states = {part["name"]: part["state"] for part in parts}
        self._gaps = {part["name"]: part["gaps"] for part in parts}

    def rules(self, name: str) -> set[str]:
        """Returns the rules that find something to do in a component."""
        return {gap["rule"] for gap in self._gaps[name]}

    def messages(self, name: str) -> str:
        """Returns what they say."""
        return "\n".join(gap["message"] for gap in self._gaps[name])


def edit(project: Path, pattern: str, text: str, *names: str) -> None:
    """Replaces what matches in some files; each has to have a match."""
    for name in names:
        path = project / name
        changed, count = re.subn(pattern, text, path.read_text(encoding="utf-8"))
        assert count, f"{name}: {pattern}"
        path.write_text(changed, encoding="utf-8")


def fill(project: Path) -> None:
    """Writes what only the contributor can know, into all documents."""
    answers = {
        "git+https://github.com/your-handle/connection_pruning": "tfmot-connection-pruning==0.1.0",
        "Your Name": "Ada Byron",
        "you@example.com": "ada@byron.test",
        "your-handle": "ada",
        "First version, with the baseline algorithm.": "Models of half the size.",
    }
    for name in support.files_of(project):
        if name.endswith(".py"):
            continue
        text = (project / name).read_text(encoding="utf-8")
        text = re.sub(r"(\| \*\*Updated\*\* \| ).*?( \|)", r"\g<1>2026-01-02\2", text)
        text = re.sub(r"(\| \*\*Sponsor\*\* \| ).*?( \|)", r"\1Jane (jane@byron.test)\2", text)
        for answer, mine in {**answers, "TODO(connection_pruning)": "Done"}.items():
            text = text.replace(answer, mine)
        (project / name).write_text(text, encoding="utf-8")


def replace_the_algorithm(project: Path) -> None:
    """Puts another algorithm and other tests in the place of the baseline's."""
    algorithm = "tfmot_connection_pruning/keras/algorithm.py"
    edit(project, "magnitude", "size", algorithm)
    edit(project, "def test", "def testMy", algorithm.replace(".py", "_test.py"))


@pytest.fixture
def mine(project, tmp_path) -> Path:
    """A copy of a project, to work on."""
    return Path(shutil.copytree(project, tmp_path / project.name))


def test_a_new_project_begins_with_the_algorithm(kind_project):
    status = Status(kind_project)
    assert status.next["rule"] == "algorithm"
    assert status.next["path"].endswith("keras/algorithm.py")
    assert status.states["api"] == status.states["core"] == status.states["example"] == "done"
    assert status.states["blog"] == "optional"
    assert status.states["proposal"] == status.states["results"] == "open"


def test_the_table_of_a_new_project_is_what_the_command_renders(kind_project):
    """If not, take it from a generated project after `python -m tools.readiness --write`."""
    run(kind_project, "-m", "tools.readiness", "--check")


def test_the_table_has_the_paths_of_the_technique(cookies):
    answers = {"technique_name": "Weight Slicing", "author_name": support.CANARIES[0]}
    result = cookies.bake(template=str(support.ROOT), extra_context=answers)
    run(result.project_path, "-m", "tools.readiness", "--check")


def test_text_names_file_line_and_command(project):
    shown = run(project, "-m", "tools.readiness")
    lines = (project / "rfcs" / "proposal.md").read_text().splitlines()
    todo = re.search(r"rfcs/proposal\.md:(\d+): TODO\(connection_pruning\)", shown)
    assert "TODO(connection_pruning)" in lines[int(todo[1]) - 1]
    assert "python -m experiments sweep --profile full" in shown
    assert shown.index("keras/algorithm.py: is still the baseline") < shown.index("rfcs/")
    assert shown.splitlines()[-1].startswith("Next: tfmot_connection_pruning/keras/algorithm.py")
    assert "\033" not in shown


def test_a_reader_may_stop_early(project):
    command = f"{shlex.quote(sys.executable)} -B -m tools.readiness | true"
    shown = subprocess.run(
        command, shell=True, cwd=project, stderr=subprocess.PIPE, text=True, check=True
    ).stderr
    assert shown == ""


def test_strict_fails_while_something_is_open(project):
    run(project, "-m", "tools.readiness", "--strict", status=1)
    run(project, "-m", "tools.readiness", "--strict", "--step", "3")


def test_colour_on_a_terminal_alone(project, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for variables, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        shown = pexpect.run(
            f"{sys.executable} -B -m tools.readiness", cwd=str(project), encoding="utf-8"
        )
        assert ("\033[31mopen" in shown) == coloured
        assert "is still the baseline" in shown


def test_an_algorithm_of_your_own(mine):
    algorithm = "tfmot_connection_pruning/keras/algorithm.py"
    edit(mine, r"\Z", "\n# Mine.\n", algorithm.replace(".py", "_test.py"))
    edit(mine, "magnitude", "size", algorithm)
    status = Status(mine)
    assert status.next["path"] == algorithm.replace(".py", "_test.py")
    edit(mine, "def test", "def testMy", algorithm.replace(".py", "_test.py"))
    status = Status(mine)
    assert status.states["algorithm"] == "done"
    assert status.next["rule"] != "algorithm"


def test_a_broken_algorithm_is_one_line(mine):
    (mine / "tfmot_connection_pruning" / "keras" / "algorithm.py").write_text("x = = 1\n")
    assert "cannot be checked: invalid syntax" in Status(mine).messages("algorithm")


def test_todos_answers_and_sponsor(mine):
    status = Status(mine)
    assert "todos" in status.rules("proposal")
    assert status.rules("ownership") == {"sponsor", "answers"}
    fill(mine)
    status = Status(mine)
    assert status.messages("ownership") == ""
    assert "todos" not in status.rules("proposal") | status.rules("packaging")
    assert status.states["release"] == "done"


def test_results(mine):
    run(mine, "-c", RUNS, "smoke")
    status = Status(mine)
    assert "and of the profile smoke only: bert, detection, image" in status.messages("results")
    run(mine, "-c", RUNS, "full")
    status = Status(mine)
    # Tables are compared with plots, which takes a package that is not here.
    assert status.rules("results") == {"numbers"}
    assert "matplotlib is missing" in status.messages("results")

    edit(mine, "magnitude", "size", "tfmot_connection_pruning/keras/algorithm.py")
    assert "runs are of earlier code of the technique" in Status(mine).messages("results")


def test_a_broken_run_file_is_one_line(mine):
    (mine / "experiments" / "results").mkdir()
    (mine / "experiments" / "results" / "run.json").write_text("{")
    messages = Status(mine).messages("results").splitlines()
    assert any("run.json is not JSON" in message for message in messages)


def test_files_that_are_missing_or_not_listed(mine):
    package = mine / "tfmot_connection_pruning" / "keras"
    (package / "kernels.py").write_text('"""Mine."""\n')
    (mine / "rfcs" / "design.md").unlink()
    status = Status(mine)
    assert status.rules("core") == {"modules"}
    assert "files" in status.rules("design")


def test_a_broken_manifest_is_one_line(mine):
    edit(mine, 'owner = "contributor"', 'owner = "me"', "contribution.toml")
    shown = run(mine, "-m", "tools.readiness", status=1)
    assert shown == "Error: contribution.toml: algorithm has no owner 'me'.\n"


def test_doctor_without_tensorflow(project):
    shown = run(project, "-m", "tools.doctor", status=1)
    assert "broken   tensorflow is missing\n         fix: pip install" in shown
    for line in shown.splitlines()[:-1]:
        assert re.match("(ok|warning|broken|        ) ", line), line
