"""Tests of the patch series, on a miniature of a checkout."""

import pytest
from tests.export import miniature as miniature
from tfmot_technique_kit.export import __main__ as command

_PHASES = ("proposal", "design", "core", "examples", "documents", "api", "launch")


@pytest.fixture
def write(root, checkout):
    """Writes the series into a folder; returns the exit status."""

    def run(folder):
        arguments = ["--series", str(folder), f"--date={miniature.DATE}"]
        return command.main([*arguments, str(checkout)], root)

    return run


def test_git_applies_it_to_a_pristine_clone(write, root, checkout, tmp_path) -> None:
    before = miniature.files_of(checkout)
    assert write(tmp_path / "series") == 0
    assert miniature.files_of(checkout) == before
    assert miniature.git(checkout, "status", "--porcelain") == ""
    clone = tmp_path / "clone"
    miniature.git(tmp_path, "clone", "--quiet", str(checkout), str(clone))

    patches = sorted(map(str, (tmp_path / "series").glob("*.patch")))
    who = ("-c", "user.name=M", "-c", "user.email=m@example.com")
    miniature.git(clone, *who, "am", "--quiet", *patches)

    assert command.main(["--check", str(clone)], root) == 0
    log = miniature.git(clone, "log", "--reverse", "--format=%an %ae|%s|%b")
    assert log.split("\n\n")[0].splitlines()[1:] == [
        f"Ada O'Hara ada@example.com|Add some method: {_PHASES[0]}|About tfmot.some_method."
    ]
    assert [line.split("|")[1] for line in log.splitlines() if "|" in line][1:] == [
        f"Add some method: {phase}" for phase in _PHASES
    ]


def test_each_phase_leaves_a_checkout_that_imports(write, checkout, tmp_path) -> None:
    write(tmp_path / "series")

    changed = {}
    for patch in sorted((tmp_path / "series").glob("*.patch")):
        miniature.git(checkout, "apply", "--index", str(patch))
        names = miniature.git(checkout, "diff", "--cached", "--name-only").split()
        changed[patch.name[:4]] = names
        miniature.commit(checkout)

    assert not any("api/" in name for name in changed["0003"])
    assert f"{miniature.CORE}/BUILD" in changed["0003"]
    assert all("examples/" in name for name in changed["0004"])
    assert all("g3doc/guide/some_method/" in name for name in changed["0005"])
    assert f"{miniature.T}/__init__.py" in changed["0006"]
    assert "RELEASE.md" in changed["0007"]


def test_each_patch_has_the_text_of_its_pull_request(write, tmp_path) -> None:
    write(tmp_path / "series")

    patches = [p.stem for p in sorted((tmp_path / "series").glob("*.patch"))]
    texts = sorted((tmp_path / "series").glob("*.md"))
    assert [path.stem for path in texts] == patches
    text = texts[2].read_text()
    assert text.startswith("# Add some method: core\n\nAbout tfmot.some_method.\n")
    assert 'Part 3 of 7, after "Add some method: design".' in text
    assert "https://cla.developers.google.com/" in text
    assert "*   [ ] look at it\n" in text


def test_the_same_day_gives_the_same_series(write, tmp_path) -> None:
    write(tmp_path / "one")
    write(tmp_path / "two")

    assert miniature.files_of(tmp_path / "one") == miniature.files_of(tmp_path / "two")


def test_what_is_committed_already_gets_no_patch(write, root, checkout, tmp_path) -> None:
    command.main([f"--date={miniature.DATE}", str(checkout)], root)
    miniature.git(checkout, "add", "rfcs")
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    miniature.git(checkout, *who, "commit", "--quiet", "--message=RFCs")

    assert write(tmp_path / "series") == 0

    names = [p.name for p in sorted((tmp_path / "series").glob("*.md"))]
    assert [name[:4] for name in names] == ["0001", "0002", "0003", "0004", "0005"]
    assert "core" in names[0]


def test_a_folder_that_is_not_empty_is_refused(write, tmp_path, capsys) -> None:
    (tmp_path / "series").mkdir()
    (tmp_path / "series/mine").write_text("")

    assert write(tmp_path / "series") == 1
    assert "is there and not empty; name another" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["\\\\", '\\"', ". . ."])
def test_an_author_that_git_does_not_take_is_named(write, root, tmp_path, capsys, name) -> None:
    manifest = root / "contribution.toml"
    manifest.write_text(manifest.read_text().replace("Ada O'Hara", name))

    assert write(tmp_path / "series") == 1

    (line,) = capsys.readouterr().err.splitlines()
    assert "git takes no author called" in line
    assert not (tmp_path / "series").exists()
