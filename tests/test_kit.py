"""Projects get the kit from where their layout came from, in the same version."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import history
import pytest
import support
from set_up import check_passed
from test_cruft import cruft

from tfmot_technique_kit import __version__
from tfmot_template_rules import kit

VERSION = json.loads((support.ROOT / "cookiecutter.json").read_text())["_template_version"]


def test_layout_and_kit_have_one_version():
    assert __version__ == VERSION


def requirement(source, root, place, **context):
    """Returns what a project from a source requires, without the kit's name."""
    context = {"_template": source, "_template_version": "1.2.3", **context}
    name, _, where = kit.requirement(context, root, place).partition(" @ ")
    assert name == "tfmot-technique-kit"
    return where


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("gh:me/it", "git+https://github.com/me/it@1.2.3#subdirectory=kit"),
        ("gl:me/it", "git+https://gitlab.com/me/it@1.2.3#subdirectory=kit"),
        ("bb:me/it", "git+https://bitbucket.org/me/it@1.2.3#subdirectory=kit"),
        ("https://github.com/me/it", "git+https://github.com/me/it@1.2.3#subdirectory=kit"),
        ("https://github.com/me/it.git/", "git+https://github.com/me/it@1.2.3#subdirectory=kit"),
        ("https://git.test:8/me/it.git", "git+https://git.test:8/me/it.git@1.2.3#subdirectory=kit"),
        ("git+https://git.test/me/it", "git+https://git.test/me/it@1.2.3#subdirectory=kit"),
        ("https://me:secret@git.test/it", "git+https://git.test/it@1.2.3#subdirectory=kit"),
        ("https://secret@github.com/me/it", "git+https://github.com/me/it@1.2.3#subdirectory=kit"),
        ("git@git.test:me/it.git", "git+ssh://git@git.test/me/it.git@1.2.3#subdirectory=kit"),
        ("git.test:me/it", "git+ssh://git.test/me/it@1.2.3#subdirectory=kit"),
        ("ssh://git@git.test:22/it", "git+ssh://git@git.test:22/it@1.2.3#subdirectory=kit"),
        ("ssh://me:secret@git.test/it", "git+ssh://me@git.test/it@1.2.3#subdirectory=kit"),
        ("git+ssh://git@git.test/it", "git+ssh://git@git.test/it@1.2.3#subdirectory=kit"),
        ("git+file:///my it/é", "git+file:///my%20it/%C3%A9@1.2.3#subdirectory=kit"),
        ("https://git.test/it/1.2.3.zip", "https://git.test/it/1.2.3.zip#subdirectory=kit"),
        ("https://me:secret@git.test/it.zip", "https://git.test/it.zip#subdirectory=kit"),
        ("/my it/é.zip", "file:///my%20it/%C3%A9.zip#subdirectory=kit"),
        ("it.zip", "file:///place/it.zip#subdirectory=kit"),
    ],
)
def test_addresses(tmp_path, home, monkeypatch, source, where):
    monkeypatch.setenv("HOME", str(home))
    for by in ({}, {"_repo_dir": str(tmp_path)}):
        if not by or source != "git.test:me/it":  # which Cookiecutter takes for a folder
            assert requirement(source, tmp_path, Path("/place"), **by) == where


def test_abbreviations_of_the_user(tmp_path, home, monkeypatch):
    (home / ".cookiecutterrc").write_text("abbreviations: {we: 'https://git.test/{0}.git'}\n")
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(home / ".cookiecutterrc"))
    where = "git+https://git.test/it.git@1.2.3#subdirectory=kit"
    assert requirement("we:it", tmp_path, tmp_path) == where


@pytest.fixture
def folder(tmp_path):
    """A folder with a kit in it, at a path that no URL can hold as it is."""
    folder = tmp_path / "my t#m;p@lates é"
    (folder / "kit").mkdir(parents=True)
    return folder


def test_folders(folder, monkeypatch):
    where = (folder / "kit").as_uri()
    assert where.endswith("my%20t%23m%3Bp%40lates%20%C3%A9/kit")
    monkeypatch.setenv("HOME", str(folder.parent))
    for source in (str(folder), f"~/{folder.name}", folder.as_uri()):
        assert requirement(source, Path("/clone"), Path("/place")) == where
    # Cookiecutter has found the folder, however it was named.
    for source in (".", "../it", "name-of-a-clone", str(folder)):
        assert requirement(source, folder, Path("/place"), _repo_dir=source) == where


def test_a_bare_repository(folder):
    (folder / "kit").rmdir()
    where = f"git+{folder.as_uri()}@1.2.3#subdirectory=kit"
    assert requirement(str(folder), Path("/clone"), Path("/place")) == where
    assert requirement(folder.as_uri(), Path("/clone"), Path("/place")) == where


def required(project: Path) -> str:
    """Returns where a project gets the kit from."""
    groups = support.toml_of(project / "pyproject.toml")["dependency-groups"]
    [found] = [line for line in groups["dev"] if line.startswith("tfmot-technique-kit @ ")]
    return found


def test_a_project_requires_the_kit_beside_its_layout(project):
    assert required(project) == f"tfmot-technique-kit @ {(support.ROOT / 'kit').as_uri()}"


@pytest.mark.life
class TestInstalling:
    @pytest.fixture
    def template(self, tmp_path) -> Path:
        """A repository with this template in it, tagged with its version."""
        folder = support.copy_of_the_template(tmp_path / "my té mplates")
        history.git(folder, "init", "--quiet", "--initial-branch=main")
        history.commit(folder)
        history.git(folder, "tag", VERSION)
        return folder

    def install(self, project: Path, tmp_path: Path) -> None:
        """Installs the kit as the project requires it; checks that it is this one."""
        group = {"dev": [required(project)]}  # the other packages would take minutes
        lines = f"[dependency-groups]\ndev = {json.dumps(group['dev'])}\n"
        (tmp_path / "pyproject.toml").write_text(lines)
        target = tmp_path / "installed"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target)]
        options = ["--no-deps", "--no-build-isolation", "--group", "dev"]
        run = subprocess.run([*pip, *options], cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        code = "import tfmot_technique_kit as kit; print(kit.__version__, kit.__file__)"
        shown = subprocess.run(
            [
                sys.executable,
                "-I",
                "-c",
                f"import sys; sys.path.insert(0, {str(target)!r}); {code}",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert shown.split() == [VERSION, str(target / "tfmot_technique_kit" / "__init__.py")]

    def test_from_a_folder(self, template, home, tmp_path):
        run = support.cookiecutter(home, template=template)
        assert run.returncode == 0, run.stdout
        self.install(home / "connection_pruning", tmp_path)
        assert history.git(template, "status", "--porcelain", "--ignored") == ""

    def test_from_a_folder_with_cruft(self, template, home):
        cruft(home, "create", str(template), "--no-input")
        assert required(home / "connection_pruning").endswith(f"@ {(template / 'kit').as_uri()}")

    def test_from_a_repository(self, template, home, tmp_path):
        run = support.cookiecutter(home, template=f"git+{template.as_uri()}")
        assert run.returncode == 0, run.stdout
        self.install(home / "connection_pruning", tmp_path)

    def test_from_an_archive(self, template, home, tmp_path):
        archive = tmp_path / "it.zip"
        prefix = "--prefix=template-1/"
        history.git(template, "archive", "--format=zip", prefix, f"--output={archive}", "HEAD")
        run = support.cookiecutter(home, template=archive)
        assert run.returncode == 0, run.stdout
        self.install(home / "connection_pruning", tmp_path)


@pytest.mark.baked
def test_the_kit_passes_its_tests_in_the_environment_of_a_project(environment, monkeypatch):
    monkeypatch.setenv("COOKIECUTTER", str(Path(sys.executable).with_name("cookiecutter")))
    # By file: tests of sweeps share one.
    arguments = shlex.split("-m pytest --numprocesses auto --dist loadfile -m tensorflow")
    check_passed(environment.python(support.ROOT / "kit", *arguments))
