"""What people may pass on the command line: an error is one line and leaves nothing."""

import subprocess
import sys

import pytest
import support
from cookiecutter.exceptions import FailedHookException

REFUSED = [
    ("technique_name", "class", "technique_slug"),
    ("technique_name", "../evil", "technique_name"),
    ("technique_name", "3d pruning", "technique_slug"),
    ("technique_name", "x" * 300, "technique_name"),
    ("technique_name", "🎉", "technique_slug"),
    ("technique_name", "", "technique_name"),
    ("technique_name", "Pruning", "technique_slug"),
    ("technique_name", "A\nB", "technique_name"),
    ("technique_name", "<<7*7>>", "technique_slug"),
    ("technique_name", "x" * 55, "technique_slug"),
    ("technique_slug", "../evil", "technique_slug"),
    ("technique_slug", "/tmp/evil", "technique_slug"),
    ("technique_slug", "..", "technique_slug"),
    ("technique_slug", "<<cookiecutter.verb>>", "technique_slug"),
    ("technique_slug", "json", "technique_slug"),
    ("technique_kind", "foo", "technique_kind"),
    ("technique_kind", "activations", "technique_kind"),
    ("verb", "import os", "verb"),
    ("verb_object", "../../evil", "verb_object"),
    ("past_participle", '"', "past_participle"),
    ("level", "frequency", "level"),
    ("level", "../../evil", "level"),
    ("author_name", "a\nb", "author_name"),
    ("author_email", "nobody", "author_email"),
    ("github_handle", "a--b", "github_handle"),
    ("organization", "", "organization"),
]


@pytest.mark.parametrize(("key", "value", "named"), REFUSED)
def test_refused(home, key, value, named):
    before = sorted(home.parent.rglob("*"))
    run = support.cookiecutter(home, f"{key}={value}")
    assert run.returncode == 1
    assert run.stdout.startswith(f"ERROR: {named} ")
    assert run.stdout.endswith("\n")
    assert run.stdout[:-1].isprintable(), "one line"
    assert f"for example {named}=" in run.stdout
    new = {path.name for path in home.parent.rglob("*")} - {path.name for path in before}
    assert new <= {".cookiecutters", ".cookiecutter_replay"}, "nothing is left behind"


def test_other_programs_get_an_exception(cookies):
    result = cookies.bake(template=str(support.ROOT), extra_context={"verb": "Prune"})
    assert isinstance(result.exception, FailedHookException)
    assert result.exit_code != 0


def test_undecodable_bytes_are_refused(home):
    run = support.cookiecutter(home, "author_name=\udcff")
    assert (run.returncode, run.stdout[:18]) == (1, "ERROR: author_name")


def test_an_odd_name_is_legal_with_a_slug_of_its_own(home):
    run = support.cookiecutter(home, "technique_name=🎉", "technique_slug=party")
    assert run.returncode == 0, run.stdout
    assert support.projects_in(home) == ["party"]


def test_a_name_with_quotes_and_backslash(home):
    run = support.cookiecutter(home, 'technique_name=Bob\'s "best" \\ technique')
    assert run.returncode == 0, run.stdout
    assert support.projects_in(home) == ["bob_s_best_technique"]


@pytest.mark.parametrize("canary", support.CANARIES)
def test_free_text_arrives_as_it_is(home, canary):
    """Every file that it is in was parsed when this exits with 0."""
    texts = {"author_name": canary, "organization": canary[::-1] + "."}
    name = {"technique_name": canary, "technique_slug": "canary"}
    run = support.cookiecutter(home, *(f"{k}={v}" for k, v in {**texts, **name}.items()))
    assert run.returncode == 0, run.stdout
    assert support.metadata_of(home / "canary")["authors"][0]["name"] == canary
    assert support.projects_in(home) == ["canary"]


def test_answers_in_the_user_configuration_are_literal_too(home):
    (home / ".cookiecutterrc").write_text("default_context: {author_name: '<<7*7>> a << b'}")
    run = support.cookiecutter(home)
    assert run.returncode == 0, run.stdout
    [author] = support.metadata_of(home / "connection_pruning")["authors"]
    assert author["name"] == "<<7*7>> a << b"


def test_other_types_in_the_user_configuration(home):
    (home / ".cookiecutterrc").write_text("default_context: {author_name: true}")
    run = support.cookiecutter(home)
    assert run.returncode == 1
    assert run.stdout.startswith("ERROR: author_name must be text, not bool;")


def test_an_output_folder_with_delimiters_in_its_name(home):
    run = support.cookiecutter(home, "--output-dir", "a<<7*7>>b <% c")
    assert run.returncode == 0, run.stdout
    assert (home / "a<<7*7>>b <% c" / "connection_pruning" / "pyproject.toml").is_file()


def test_the_folder_exists(home):
    (home / "connection_pruning").mkdir()
    (home / "connection_pruning" / "mine.txt").write_text("keep")
    run = support.cookiecutter(home)
    assert (run.returncode, run.stdout.count("\n")) == (1, 1)
    assert support.files_of(home / "connection_pruning") == {"mine.txt": b"keep"}


def test_what_is_there_is_not_touched(home):
    """`-f -s` brings back what was deleted, whatever else somebody has in the project."""
    assert support.cookiecutter(home).returncode == 0
    project = home / "connection_pruning"
    before = support.files_of(project)
    notebooks = sorted(project.rglob("*.ipynb"))
    for path in (project / "README.md", project / "rfcs" / "design.md", *notebooks[1:]):
        path.write_bytes(b"Mine: <<cookiecutter.verb>>\r\n")
    for name in ("pyproject.toml", "mine.py", "data/mine.ipynb", "mine.json", "mine.yml"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_bytes(b"= = [\xff <% if")
    (project / "LICENSE").write_bytes(b"")
    mine = support.files_of(project)
    deleted = [notebooks[0], project / "rfcs" / "proposal.md", project / ".gitignore"]
    for path in deleted:
        path.unlink()
    run = support.cookiecutter(home, "-f", "-s")
    assert run.returncode == 0, run.stdout
    assert support.files_of(project) == mine
    for path in deleted:
        name = path.relative_to(project).as_posix()
        assert path.read_bytes() == before[name]


def test_hooks_are_not_needed(home, project):
    run = support.cookiecutter(home, "--accept-hooks", "no")
    assert (run.returncode, run.stdout) == (0, "")
    assert support.files_of(home / "connection_pruning") == support.files_of(project)


def test_nbformat_is_missing(home):
    """Said before anything is asked, with the remedy for each way of installing."""
    code = (
        "import sys; sys.modules['nbformat'] = None; sys.argv[0] = 'cookiecutter'; "
        "from cookiecutter.cli import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(support.ROOT)],
        cwd=home,
        env=support.environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stdout.startswith("ERROR: nbformat is missing")
    assert run.stdout.count("\n") == 1
    for remedy in ("pip install nbformat", "pipx inject", "uvx --with nbformat"):
        assert remedy in run.stdout
    assert support.projects_in(home) == []
