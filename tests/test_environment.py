"""Generating where something is missing, in the way or interrupted.

The result is a project or one clear line; a half-written one never stays.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import support

from tfmot_template_rules.answers import PROMPTS

pytestmark = pytest.mark.life


def check_refused(run: subprocess.CompletedProcess[str], reason: str) -> None:
    """Checks that a run failed and said why in one line."""
    assert run.returncode == 1, run.stdout
    assert run.stdout.startswith("ERROR: "), run.stdout
    assert run.stdout.count("\n") == 1, run.stdout
    assert reason in run.stdout


@pytest.fixture
def mount(tmp_path):
    """A function that mounts an empty file system; the test is skipped where it may not."""
    folder = tmp_path / "mounted"
    folder.mkdir()

    def mounted(options: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("only root may mount file systems")
        return folder

    yield mounted
    subprocess.run(["umount", str(folder)], capture_output=True)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"HOME": None}, id="no HOME"),
        pytest.param({"PATH": "/nonexistent"}, id="no git and no other program"),
        pytest.param({"PWD": None}, id="no PWD"),
        pytest.param({"PYTHONWARNINGS": "error"}, id="warnings are errors"),
        pytest.param(
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, id="ASCII locale"
        ),
        pytest.param({"LC_ALL": "nonsense", "LANG": "nonsense"}, id="unknown locale"),
        pytest.param({"COLUMNS": "1", "LINES": "1"}, id="tiny terminal"),
        pytest.param({"COLUMNS": "-5"}, id="negative terminal"),
        pytest.param({"TERM": None, "NO_COLOR": "1"}, id="no terminal"),
    ],
)
def test_generates_all_the_same(home, project, changes):
    # Without HOME, Cookiecutter asks the system for it, and may write what it saves there.
    configuration = home / ".cookiecutterrc"
    configuration.write_text(f"replay_dir: {home}/.cookiecutter_replay\n")
    changes = {"COOKIECUTTER_CONFIG": str(configuration), **changes}
    run = support.cookiecutter(home, changes=changes)
    assert run.returncode == 0, run.stdout
    assert support.projects_in(home) == ["connection_pruning"]
    assert support.files_of(home / "connection_pruning") == support.files_of(project)


def test_no_network(home):
    (home / ".cookiecutter").mkdir()
    (home / ".cookiecutter" / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*arguments, **options): raise SystemExit('the network was used')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse\n"
    )
    run = support.cookiecutter(home, changes={"PYTHONPATH": str(home / ".cookiecutter")})
    assert run.returncode == 0, run.stdout
    assert "the network was used" not in run.stdout


def test_a_reader_may_stop_early(home):
    command = shlex.join([sys.executable, "-m", "cookiecutter", "--no-input", str(support.ROOT)])
    variables = support.environment(home)
    run = subprocess.run(
        f"{command} 2>&1 | true", shell=True, cwd=home, env=variables, capture_output=True
    )
    assert run.returncode == 0
    assert support.projects_in(home) == ["connection_pruning"]


def test_strict_umask(home):
    run = support.cookiecutter(home, umask=0o077)
    assert run.returncode == 0, run.stdout
    assert (home / "connection_pruning").stat().st_mode & 0o777 == 0o700


def test_text_that_the_locale_cannot_express(home):
    changes = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = support.cookiecutter(home, "author_name=Zoë", changes=changes)
    check_refused(run, "set PYTHONUTF8=1")
    assert support.projects_in(home) == []


def test_the_target_is_a_file(home):
    (home / "file").write_text("mine")
    run = support.cookiecutter(home, "--output-dir", "file")
    check_refused(run, "is not a folder")
    assert (home / "file").read_text() == "mine"


def test_a_read_only_target(home, mount):
    run = support.cookiecutter(home, "--output-dir", str(mount("ro")))
    check_refused(run, "nothing can be written to")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_target_of_somebody_else(home):
    (home / "other").mkdir(mode=0o555)
    check_refused(support.cookiecutter(home, "--output-dir", "other"), "nothing can be written to")


@pytest.mark.parametrize("options", ["size=600k", "nr_inodes=50"])
def test_a_full_disk(home, mount, options):
    folder = mount(options)
    check_refused(support.cookiecutter(home, "--output-dir", str(folder)), "has no room for")
    assert list(folder.iterdir()) == []


def test_a_disk_that_fills_up_meanwhile(home):
    """No file may be larger than 10 kB, which is what writing to a full disk looks like."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)); "
        "sys.argv[0] = 'cookiecutter'; from cookiecutter.cli import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "--no-input", str(support.ROOT)],
        cwd=home,
        env=support.environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    check_refused(run, "nothing is left of the project")
    assert support.projects_in(home) == []


# Where a generation may be interrupted: in which file of the template, before what.
STAGES = {
    "before the hook before": ("hooks/pre_gen_project.py", "    if not checked:"),
    "after the hook before": ("hooks/pre_gen_project.py", "    return 0"),
    "while files are written": ("tfmot_template_rules/layout.py", '    """'),
    "in the hook after": ("hooks/post_gen_project.py", "    (root / INCOMPLETE).unlink("),
}


def spawn(home: Path, template: Path, *options: str, size: tuple[int, int] = (50, 200)):
    """Starts Cookiecutter's command in a pseudo-terminal."""
    return pexpect.spawn(
        sys.executable,
        ["-m", "cookiecutter", *options, str(template)],
        cwd=str(home),
        env={**support.environment(home), "TERM": "dumb"},
        dimensions=size,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize("stage", STAGES)
def test_interrupted_while_generating(home, tmp_path, stage):
    template = support.copy_of_the_template(tmp_path / "template")
    name, line = STAGES[stage]
    text = (template / name).read_text()
    assert line in text
    if stage == "while files are written":
        pause = 'print("PAUSE", flush=True); time.sleep(60)'
        text = text.replace("\nimport re\n", "\nimport re\nimport time\n", 1)
        place = text.index("def python(")
        end = text.index('    """\n', place) + len('    """\n')
        text = f"{text[:end]}    {pause}\n{text[end:]}"
    else:
        indent = line[: len(line) - len(line.lstrip())]
        pause = f'{indent}import time; print("PAUSE", flush=True); time.sleep(60)\n'
        text = text.replace(line, pause + line, 1)
    (template / name).write_text(text)
    terminal = spawn(home, template, "--no-input")
    terminal.expect_exact("PAUSE")
    shown = support.interrupt(terminal)
    assert "Traceback" not in shown
    assert support.projects_in(home) == []


@pytest.mark.parametrize("number", range(1, len(PROMPTS) + 1))
def test_interrupted_at_a_prompt(home, number):
    terminal = spawn(home, support.ROOT)
    for earlier in range(1, number):
        terminal.expect_exact(f"[{earlier}/{len(PROMPTS)}]")
        terminal.sendline()
    terminal.expect_exact(f"[{number}/{len(PROMPTS)}]")
    shown = support.interrupt(terminal)
    assert "Traceback" not in shown
    assert support.projects_in(home) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 20), (500, 1000)])
def test_odd_terminal_sizes(home, size):
    terminal = spawn(home, support.ROOT, size=size)
    for _ in PROMPTS:
        terminal.expect_exact("): ") if size[1] > 10 else terminal.expect(r"\)[\s\r\n]*:")
        terminal.sendline()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert support.projects_in(home) == ["connection_pruning"]
