"""Tests of the command, on a miniature of a checkout."""

import re

import pytest

from tests.conftest import edit
from tests.export import miniature
from tfmot_technique_kit import files
from tfmot_technique_kit.export import edits


def error_of(result):
    """Returns the message of a command that has failed, a line."""
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


def test_it_writes_what_a_technique_is_made_of(export, checkout) -> None:
    before = set(miniature.files_of(checkout))

    result = export()

    assert result.output == "Wrote 18 new files and changed 10.\n"
    assert set(miniature.files_of(checkout)) - before == {
        "rfcs/proposals/20260304-some-method-proposal.md",
        "rfcs/design/20260304-some-method-design.md",
        f"{miniature.AREA}/BUILD",
        f"{miniature.AREA}/__init__.py",
        f"{miniature.AREA}/keras/BUILD",
        f"{miniature.AREA}/keras/__init__.py",
        f"{miniature.AREA}/keras/apply_some.py",
        f"{miniature.AREA}/keras/apply_some_saving_test.py",
        f"{miniature.AREA}/keras/schedule.py",
        f"{miniature.AREA}/keras/schedule_test.py",
        f"{miniature.AREA}/keras/test_models.py",
        f"{miniature.API}/__init__.py",
        f"{miniature.API}/keras/__init__.py",
        f"{miniature.EXAMPLE}/BUILD",
        f"{miniature.EXAMPLE}/__init__.py",
        f"{miniature.EXAMPLE}/small.py",
        f"{miniature.GUIDE}/index.md",
        f"{miniature.GUIDE}/some_method_example.ipynb",
    }
    assert miniature.git(checkout, "diff", "--name-only").split() == sorted(edits.EDITS)


def test_the_second_run_changes_nothing(export, checkout) -> None:
    export()
    before = miniature.files_of(checkout)

    for options in [], ["--check"], ["--series", checkout.with_name("series")]:
        assert export(*options).output == "The technique is there, and current.\n" or options
    assert export("--check").exit_code == 0
    assert export("--dry-run").output == ""

    assert miniature.files_of(checkout) == before


def test_check_names_what_is_missing_or_not_current(export, checkout) -> None:
    result = export("--check")
    assert result.exit_code == 1
    assert f"{miniature.AREA}/BUILD: is missing" in result.output

    export()
    path = checkout / miniature.AREA / "keras/schedule.py"
    path.write_text(path.read_text() + "# More.\n")
    path.with_name("other.py").write_text("")

    result = export("--check")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{miniature.AREA}/keras/schedule.py: is not current",
        f"{miniature.AREA}/keras/other.py: is not of this project",
    ]


def test_a_dry_run_shows_a_diff_that_git_can_apply(export, checkout, tmp_path) -> None:
    before = miniature.files_of(checkout)

    result = export("--dry-run")

    assert miniature.files_of(checkout) == before
    patch = tmp_path / "all.patch"
    patch.write_text(result.output)
    miniature.git(checkout, "apply", str(patch))
    assert export("--check").exit_code == 0


def test_text_that_is_missing_and_a_checkout_too_old_for_the_code_are_named(
    export, project, checkout
) -> None:
    edit(project.root / "RELEASE.md", "* New API.", "* TODO(some_method): say more.")
    edit(checkout / miniature.CORE / "keras/compat.py", "keras = None", "")
    miniature.commit(checkout)

    assert export().output.splitlines()[1:] == [
        f"Note: {miniature.CORE}/keras/compat.py defines no `keras`: the code runs on TFMOT 0.8.0 "
        "and later.",
        "Note: TODO(some_method) is left in RELEASE.md.",
    ]


def test_a_later_export_brings_it_up_to_date(export, project, checkout) -> None:
    export()
    miniature.commit(checkout)
    edit(
        project.root / "tfmot_some_method/keras/__init__.py",
        "from tfmot_some_method.keras.schedule import Schedule\n",
        "",
    )
    edit(project.root / "examples/small.py", "technique.Schedule()", "1")
    edit(project.root / "contribution.toml", "R&D <Labs>", "Others")

    assert export().exit_code == 0

    api = (checkout / miniature.CORE / "api/BUILD").read_text()
    assert re.findall(r"some_method/keras:(\w+)", api) == ["apply_some"]
    table = (checkout / "README.md").read_text()
    assert "<td>Others</td>" in table
    assert "Labs" not in table


def test_the_date_of_the_first_export_stays(export, checkout) -> None:
    export(date="2020-01-02")

    assert export("--check", date=None).exit_code == 0
    proposal = checkout / "rfcs/proposals/20200102-some-method-proposal.md"
    assert "2020-01-02" in proposal.read_text()

    other = "rfcs/design/20200102-some-method-design.md: is not of this project"
    assert other in export("--check").output.splitlines()


def test_a_dirty_checkout_is_refused_unless_told(export, checkout) -> None:
    readme = checkout / "README.md"
    edit(readme, "</table>", "</table>\n\nMine.")
    before = miniature.files_of(checkout)

    assert error_of(export()) == (
        "README.md: is not committed; commit or stash it, or pass --allow-dirty."
    )

    assert miniature.files_of(checkout) == before
    assert export("--allow-dirty").exit_code == 0
    assert readme.read_text().endswith("\nMine.\n")


def test_what_is_no_checkout_is_refused(export, checkout, tmp_path) -> None:
    problem = "is no checkout of tensorflow/model-optimization"
    assert problem in error_of(export(place=tmp_path))

    (checkout / ".git").rename(tmp_path / "elsewhere")
    assert "is no git checkout" in error_of(export())


def test_modes_exclude_one_another(export) -> None:
    result = export("--check", "--verify")

    assert result.exit_code == 2
    assert "exclude one another" in result.output


@pytest.mark.parametrize("path", edits.EDITS)
@pytest.mark.parametrize("content", ["", None], ids=["empty", "missing"])
def test_a_place_that_is_not_there_is_named(export, checkout, path, content) -> None:
    if content is None:
        (checkout / path).unlink()
    else:
        (checkout / path).write_text(content)
    miniature.commit(checkout)
    before = miniature.files_of(checkout)

    assert path in error_of(export())

    assert miniature.files_of(checkout) == before


@pytest.mark.parametrize("path", ["examples/small.py", "RELEASE.md"])
def test_a_file_of_the_project_that_is_missing_is_named(export, project, path) -> None:
    (project.root / path).unlink()

    assert error_of(export()).startswith(f"{path}: contribution.toml lists it, but: No such file")


def test_a_name_that_would_be_left_is_refused(export, project) -> None:
    page = project.root / "g3doc/guide/some_method/index.md"
    page.write_text("# Some method\n\nAs tfmot-some_method has it.\n")

    message = "index.md:3: would still say 'tfmot-some_method'"
    assert message in error_of(export())


@pytest.mark.parametrize("number", [0, 7, 20])
def test_a_failure_leaves_the_checkout_as_it_was(export, checkout, monkeypatch, number) -> None:
    before = miniature.files_of(checkout)
    folders = sorted(path for path in checkout.rglob("*") if path.is_dir())
    real, calls = files.write, []

    def write(path, content):
        calls.append(path)
        if len(calls) == number + 1:
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(files, "write", write)

    assert "No space left on device; the checkout is as it was" in error_of(export())
    assert miniature.files_of(checkout) == before
    assert sorted(path for path in checkout.rglob("*") if path.is_dir()) == folders


def test_nothing_is_written_through_a_link_that_leads_out(export, checkout, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (checkout / "rfcs").symlink_to(tmp_path / "out")
    miniature.commit(checkout)

    assert "leads out of the checkout" in error_of(export())
    assert not any((tmp_path / "out").iterdir())


def test_verify_says_whether_all_is_well(export, checkout) -> None:
    export()

    result = export("--verify")
    assert result.exit_code == 0, result.output
    assert "ok     export: 28 files\n" in result.output
    assert "ok     api: 2 symbols of tfmot.some_method.keras\n" in result.output
    assert "  1/1 schedule_test.py: ok, " in result.output
    assert result.output.endswith("All is well.\n")

    path = checkout / miniature.AREA / "keras/schedule.py"
    path.write_text(path.read_text() + "# tfmot_some_method\n")

    result = export("--verify", "--tests=none")
    assert result.exit_code == 1
    assert (
        f"FAILED export: 28 files\n         {path.relative_to(checkout)}: is not" in result.output
    )
    assert result.output.endswith("1 of 15 checks failed.\n")
