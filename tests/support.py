"""What several test modules share: techniques to try, and the command line."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
from click.testing import CliRunner

from tfmot_technique_kit.cli import main

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "<<cookiecutter.technique_slug>>"

# Names of the sort that people give, with their kinds, and two of extreme length.
TECHNIQUES = {
    "Connection Pruning": "weight_mask",
    "Low-Rank Factorization": "layer_replacement",
    "Weight Ternarization": "weight_projection",
    "Activation Sparsity": "activation",
    "Structured Channel Pruning": "weight_mask",
    "Weight Binarization": "weight_projection",
    "Hashed Weight Sharing": "weight_projection",
    "Gradual Magnitude Slicing": "weight_mask",
    "Codebook Quantization": "weight_projection",
    "Head Merging": "layer_replacement",
}
EXTREMES = {
    "shortest": {
        "technique_name": "X",
        "technique_slug": "ab",
        "verb": "do",
        "verb_object": "x",
        "past_participle": "ed",
        "level": "of",
    },
    "longest": {
        "technique_name": "Extraordinarily Long-Winded Structured Kernel Ternarization!",
        "technique_slug": "extraordinarily_long_winded_ternarizatio",
        "verb": "reparameterizingness",
        "verb_object": "extraordinarily_long_structure",
        "past_participle": "extraordinarily-reparameterize",
        "level": "extra_reductions",
    },
}

# Free text that would break a file, a shell or a renderer that takes it for code.
CANARIES = [
    r'O"Brien \ {{7*7}} <<7*7>>',
    "<<cookiecutter.__class__>> <<cookiecutter.technique_slug>>",
    "a << b <% raw %> <# c #> {% d %} {# e #}",
    "'''\"\"\"'; import os; $(id) `id` ${HOME} %(name)s {0} #",
    "Zoë 剪枝 🎉 \N{ZERO WIDTH JOINER}",
    "\\",
    '"',
    "- [x]: {a: b}, *c* &d !e |f >g <h> @i",
]


def environment(home: Path) -> dict[str, str]:
    """Returns the environment of a user who has just come to this machine."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COOKIECUTTER", "MAKE"))}
    return {**kept, "HOME": str(home), "PWD": str(home), "PYTHONDONTWRITEBYTECODE": "1"}


def cookiecutter(
    home: Path,
    *arguments: str,
    template: Path | str = ROOT,
    no_input: bool = True,
    changes: dict[str, str | None] | None = None,
    umask: int = -1,
) -> subprocess.CompletedProcess[str]:
    """Runs Cookiecutter's command in `home`, which is its current directory too.

    `changes` are made to the environment: values, or None for what is not set.
    """
    options = ["--no-input"] if no_input else []
    variables = {**environment(home), **(changes or {})}
    return subprocess.run(
        [sys.executable, "-m", "cookiecutter", *options, str(template), *arguments],
        cwd=home,
        env={key: value for key, value in variables.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        umask=umask,
    )


def technique(project: Path, *arguments: str, status: int = 0) -> str:
    """Runs the kit's command in a project's folder and returns what it printed."""
    before = Path.cwd()
    os.chdir(project)
    try:
        run = CliRunner().invoke(main, arguments, catch_exceptions=False)
    finally:
        os.chdir(before)
    assert run.exit_code == status, run.output
    return run.output


def toml_of(path: Path) -> dict:
    """Returns the content of a TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def metadata_of(project: Path) -> dict:
    """Returns the `project` table of a generated project's pyproject.toml."""
    return toml_of(project / "pyproject.toml")["project"]


def files_of(folder: Path) -> dict[str, bytes]:
    """Returns the contents of all files below a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths)}


def interrupt(terminal: pexpect.spawn) -> str:
    """Interrupts what runs in a terminal, checks that it ends, and returns what it showed."""
    # Python misses an interrupt between the prompt and its reading. A user presses the
    # keys again, and so does this, but not soon: on a busy machine it takes long to end,
    # and who is interrupted at that is killed by the second signal.
    shown = ""
    for seconds in (8, 30, 30):
        terminal.sendintr()
        ended = terminal.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=seconds) == 0
        shown += terminal.before
        if ended:
            break
    terminal.close()
    assert terminal.exitstatus == 1 or terminal.signalstatus == signal.SIGINT
    return shown


def copy_of_the_template(folder: Path) -> Path:
    """Copies the template to a folder that a test may change."""
    ignored = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*_cache", "tests")
    return Path(shutil.copytree(ROOT, folder, ignore=ignored))


def projects_in(home: Path) -> list[str]:
    """Returns what lies in a home beside the folders that Cookiecutter keeps there."""
    return sorted(path.name for path in home.iterdir() if not path.name.startswith(".cookie"))
