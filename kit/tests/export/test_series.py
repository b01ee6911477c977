"""Tests of the patch series, on a miniature of a checkout."""

import pytest

from tests.conftest import edit
from tests.export import miniature
from tfmot_technique_kit.guideline import PHASES

TITLES = [miniature.NAMES.fill(phase.title) for phase in PHASES.values()]


@pytest.fixture
def folder(export, tmp_path):
    """The folder of a series."""
    result = export("--series", tmp_path / "series")
    assert result.exit_code == 0, result.output
    return tmp_path / "series"


def test_git_applies_it_to_a_pristine_clone(export, folder, checkout, tmp_path) -> None:
    assert miniature.git(checkout, "status", "--porcelain") == ""
    clone = tmp_path / "clone"
    miniature.git(tmp_path, "clone", "--quiet", str(checkout), str(clone))

    miniature.git(clone, "am", "--quiet", *sorted(map(str, folder.glob("*.patch"))))

    assert export("--check", place=clone).exit_code == 0
    log = miniature.git(clone, "log", "--reverse", "--format=%an %ae|%s").splitlines()
    assert log[1:] == [f"Ada O'Hara ada@example.com|{title}" for title in TITLES]


def test_each_phase_brings_what_is_of_it(folder, checkout) -> None:
    changed = {}
    for patch in sorted(folder.glob("*.patch")):
        miniature.git(checkout, "apply", "--index", str(patch))
        changed[patch.name[:4]] = miniature.git(checkout, "diff", "--cached", "--name-only").split()
        miniature.commit(checkout)

    assert not any("api/" in name for name in changed["0003"])
    assert f"{miniature.CORE}/BUILD" in changed["0003"]
    assert all("examples/" in name for name in changed["0004"])
    assert all("g3doc/guide/some_method/" in name for name in changed["0005"])
    assert f"{miniature.T}/__init__.py" in changed["0006"]
    assert "RELEASE.md" in changed["0007"]


def test_each_patch_has_the_text_of_its_pull_request(export, folder, tmp_path) -> None:
    texts = sorted(folder.glob("*.md"))

    assert [text.stem for text in texts] == [p.stem for p in sorted(folder.glob("*.patch"))]
    export("--series", tmp_path / "again")
    assert miniature.files_of(tmp_path / "again") == miniature.files_of(folder)  # on the same day
    text = texts[2].read_text()
    assert text.startswith(f"# {TITLES[2]}\n\nAdds the code of some method with its tests")
    assert f'Part 3 of 7, after "{TITLES[1]}".' in text
    assert "https://cla.developers.google.com/" in text
    assert f"*   [ ] {PHASES[3].checklist[0]}\n" in text


def test_what_is_committed_already_gets_no_patch(export, checkout, tmp_path) -> None:
    export()
    miniature.commit(checkout, "rfcs")

    export("--series", tmp_path / "series")

    names = [path.name for path in sorted((tmp_path / "series").glob("*.md"))]
    assert [name[:4] for name in names] == ["0001", "0002", "0003", "0004", "0005"]
    assert "not-yet-part-of-the-API" in names[0]


def test_a_folder_that_is_not_empty_is_refused(export, tmp_path) -> None:
    result = export("--series", tmp_path)

    assert result.exit_code == 1
    assert "is there and not empty; name another" in result.output


@pytest.mark.parametrize("name", ["\\\\", '\\"', ". . ."])
def test_an_author_that_git_does_not_take_is_named(export, project, tmp_path, name) -> None:
    edit(project.root / "contribution.toml", "Ada O'Hara", name)

    result = export("--series", tmp_path / "series")

    assert result.exit_code == 1
    assert "git takes no author called" in result.output
    assert not (tmp_path / "series").exists()
