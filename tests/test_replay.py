"""What comes another way than the prompts: answers, and names that only the template may set.

Derived names (`__entry`) get into code and are not escaped there; private ones (`_extensions`)
change how files are made. Whatever comes from outside under such a name is refused.
"""

import json

import pytest
import support
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter

from tfmot_template_rules.rendering import SYNTAX

pytestmark = pytest.mark.xdist_group("replay")

TEMPLATE = json.loads((support.ROOT / "cookiecutter.json").read_text())
# Those of the template, those that Cookiecutter knows besides, and one that nobody knows.
OWN = [key for key in TEMPLATE if key.startswith("_") and key != "_extensions"]
OWN += ["_jinja2_env_vars", "_copy_without_render", "_new_lines", "__nothing"]

# Makes a file of this name if it is executed, where a name stands in Python code or alone.
CANARY = "canary-was-here"
PAYLOAD = f"x'+str(__import__('os').system('touch {CANARY}'))+'"
PAYLOADS = [PAYLOAD, f"<<cycler.__init__.__globals__.os.system('touch {CANARY}')>>"]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """What Cookiecutter saves of a generation, and the files of that."""
    home = tmp_path_factory.mktemp("home")
    assert support.cookiecutter(home).returncode == 0
    [path] = (home / ".cookiecutter_replay").glob("*.json")
    return path.read_text(), support.files_of(home / "connection_pruning")


@pytest.fixture
def replay(home, saved):
    """A function that changes the saved answers, and generates from those."""

    def run(*options, beside=None, **changes):
        context = {**json.loads(saved[0]), **(beside or {})}
        context["cookiecutter"].update(changes)
        answers = home / ".cookiecutter.json"
        answers.write_text(json.dumps(context))
        return support.cookiecutter(home, "--replay-file", str(answers), *options, no_input=False)

    return run


def test_the_same_answers_give_the_same_files(home, replay, saved):
    run = replay()
    assert run.returncode == 0, run.stdout
    assert support.files_of(home / "connection_pruning") == saved[1]


def test_replayed_text_is_literal(replay):
    run = replay(author_name="<<7*7>> a << b <% c")
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("technique_slug", "../evil"),
        ("technique_slug", "class"),
        ("author_email", "nobody"),
        ("_template_version", "0.0.0"),
        ("__package", PAYLOAD),
        ("_jinja2_env_vars", {"finalize": "x", "line_statement_prefix": "#"}),
        ("_extensions", [*TEMPLATE["_extensions"], "cookiecutter.extensions.TimeExtension"]),
    ],
)
def test_changed_answers_are_checked_again(home, replay, key, value):
    run = replay(**{key: value})
    assert run.returncode == 1
    assert run.stdout.startswith("ERROR: ")
    assert run.stdout.count("\n") == 1
    assert not list(home.rglob("evil*"))
    check_nothing_happened(home)


def check_nothing_happened(home):
    """Checks that no payload was executed, and that nothing was generated."""
    assert support.projects_in(home) == []
    assert not list(home.rglob(CANARY))


@pytest.fixture
def ways(home, saved, monkeypatch):
    """Functions that generate with a name from outside, by how it comes in."""
    monkeypatch.chdir(home)
    configuration = {
        "cookiecutters_dir": str(home / ".cookiecutters"),
        "replay_dir": str(home / ".cookiecutter_replay"),
    }

    def generate(default_context=None, **options):
        file = home / ".cookiecutterrc"
        file.write_text(json.dumps({**configuration, "default_context": default_context or {}}))
        return cookiecutter(str(support.ROOT), config_file=str(file), **options)

    def replay(given):
        context = json.loads(saved[0])
        context["cookiecutter"].update(given)
        (home / ".cookiecutter.json").write_text(json.dumps(context))
        generate(replay=str(home / ".cookiecutter.json"))

    return {
        "replay file": replay,
        "user configuration": lambda given: generate(given, no_input=True),
        "command line, program": lambda given: generate(no_input=True, extra_context=given),
    }


@pytest.mark.parametrize("way", ["replay file", "user configuration", "command line, program"])
@pytest.mark.parametrize("key", OWN)
def test_names_of_the_template_are_refused(home, ways, way, key):
    settings = {"trim_blocks": False, "finalize": "x"}
    # Cookiecutter itself fails at other settings, in a replay file.
    values = [settings] if key == "_jinja2_env_vars" else [*PAYLOADS, settings, ["*"], 7, None]
    for value in values:
        with pytest.raises(FailedHookException) as refused:
            ways[way]({key: value})
        message = str(refused.value)
        assert message.startswith("ERROR: ")
        assert key in message or "not from version" in message
        assert message.isprintable(), "one line"
        check_nothing_happened(home)


@pytest.mark.parametrize("key", ["__package", "_jinja2_env_vars", "_new_lines", "__prompts__"])
def test_names_of_the_template_on_the_command_line(home, key):
    run = support.cookiecutter(home, f"{key}={PAYLOAD}")
    reason = "is the template's own, not an answer; leave it out"
    assert (run.returncode, run.stdout) == (1, f"ERROR: {key} {reason}\n")
    check_nothing_happened(home)


def test_other_extensions_on_the_command_line(home):
    """Cookiecutter refuses them before it loads the template's; it says it in its own way."""
    (home / ".cookiecutter_evil.py").write_text(f"open('{CANARY}', 'w')")
    run = support.cookiecutter(home, "_extensions=.cookiecutter_evil.X")
    assert run.returncode == 1
    assert "provided for choice variable _extensions" in run.stdout.splitlines()[-1]
    check_nothing_happened(home)


RULES = f"open('{CANARY}', 'w')"


@pytest.mark.parametrize(
    ("extensions", "syntax", "hooks"),
    [([], None, "yes"), ([], None, "no"), ([], SYNTAX, "yes"), (None, SYNTAX, "yes")],
)
def test_without_the_template_s_extension(home, replay, extensions, syntax, hooks):
    """Who writes a replay file can keep Cookiecutter from loading what checks it."""
    changes = {"_extensions": extensions} if extensions is not None else {}
    changes |= {"_jinja2_env_vars": syntax} if syntax else {}
    evil = home / ".cookiecutter_evil"
    (evil / "tfmot_template_rules").mkdir(parents=True)
    (evil / "tfmot_template_rules" / "__init__.py").write_text(RULES)
    beside = {"template_root": str(evil)}
    run = replay("--accept-hooks", hooks, beside=beside, __package=PAYLOAD, **changes)
    assert run.returncode == 1
    check_nothing_happened(home)


@pytest.mark.parametrize("name", ["template_root", "dict", "jsonify"])
def test_names_beside_the_answers(home, replay, name):
    run = replay(beside={name: PAYLOAD})
    reason = "is no answer; answer again without --replay"
    assert (run.returncode, run.stdout) == (1, f"ERROR: '{name}' {reason}\n")
    check_nothing_happened(home)


def test_the_canary_sings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    eval(f"'{PAYLOAD}'")
    assert (tmp_path / CANARY).exists()
