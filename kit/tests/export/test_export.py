"""Tests of the command, on a miniature of a checkout."""

import os
import re
import subprocess
import sys

import pytest
import tfmot_technique_kit as tools
from tests.export import miniature as miniature
from tfmot_technique_kit.export import __main__ as command
from tfmot_technique_kit.export import edits


@pytest.fixture
def export(root, checkout):
    """Runs the command on both, with options."""

    def run(*options, place=checkout):
        return command.main([*options, f"--date={miniature.DATE}", str(place)], root)

    return run


def read(checkout, path):
    """Returns the text of a file of the checkout."""
    return (checkout / path).read_text(encoding="utf-8")


def test_it_writes_what_a_technique_is_made_of(export, checkout) -> None:
    before = set(miniature.files_of(checkout))

    assert export() == 0

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
    changed = miniature.git(checkout, "diff", "--name-only").split()
    assert sorted(changed) == sorted(path for path, _, _ in edits.EDITS)


def test_the_second_run_changes_nothing(export, checkout, capsys) -> None:
    export()
    before = miniature.files_of(checkout)

    assert export() == 0
    assert export("--check") == 0
    assert export("--dry-run") == 0

    assert miniature.files_of(checkout) == before
    assert "Nothing to do" in capsys.readouterr().out


def test_check_names_what_is_missing_or_not_current(export, checkout, capsys) -> None:
    assert export("--check") == 1
    assert f"{miniature.AREA}/BUILD: is missing" in capsys.readouterr().out

    export()
    path = checkout / miniature.AREA / "keras/schedule.py"
    path.write_text(path.read_text() + "# More.\n")
    path.with_name("other.py").write_text("")
    capsys.readouterr()

    assert export("--check") == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{miniature.AREA}/keras/schedule.py: is not current",
        f"{miniature.AREA}/keras/other.py: is not of this project",
    ]


def test_a_dry_run_shows_a_diff_that_git_can_apply(export, checkout, tmp_path, capsys) -> None:
    before = miniature.files_of(checkout)

    assert export("--dry-run") == 0

    assert miniature.files_of(checkout) == before
    patch = tmp_path / "all.patch"
    patch.write_text(capsys.readouterr().out)
    miniature.git(checkout, "apply", str(patch))
    assert export("--check") == 0


def test_what_is_left_to_write_is_named(export, root, capsys) -> None:
    notes = root / "RELEASE.md"
    notes.write_text(f"{notes.read_text()}* TODO(some_method): say more.\n")

    assert export() == 0
    assert "TODO(some_method) is left in RELEASE.md." in capsys.readouterr().out


def test_the_diff_may_be_read_in_part(checkout) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "tools.export", str(checkout), "--dry-run"],
        cwd=tools.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    run.stdout.readline()
    run.stdout.close()

    assert run.stderr.read() == b""


def test_a_later_export_brings_it_up_to_date(export, root, checkout) -> None:
    export()
    miniature.commit(checkout)
    package = root / "tfmot_some_method/keras"
    public = package / "__init__.py"
    public.write_text(
        public.read_text().replace("from tfmot_some_method.keras.schedule import Schedule\n", "")
    )
    example = root / "examples/small.py"
    example.write_text(example.read_text().replace("technique.Schedule()", "1"))
    manifest = root / "contribution.toml"
    manifest.write_text(manifest.read_text().replace("R&D <Labs>", "Others"))

    assert export() == 0

    api = read(checkout, f"{miniature.CORE}/api/BUILD")
    assert re.findall(r"some_method/keras:(\w+)", api) == ["apply_some"]
    assert "<td>Others</td>" in read(checkout, "README.md")
    assert "Labs" not in read(checkout, "README.md")


def test_the_date_of_the_first_export_stays(root, checkout) -> None:
    command.main(["--date=2020-01-02", str(checkout)], root)

    assert command.main(["--check", str(checkout)], root) == 0
    proposal = "rfcs/proposals/20200102-some-method-proposal.md"
    assert "2020-01-02" in read(checkout, proposal)


def test_an_rfc_of_another_day_is_named(export, root, checkout, capsys) -> None:
    command.main(["--date=2020-01-02", str(checkout)], root)
    capsys.readouterr()

    assert export("--check") == 1

    assert (
        "rfcs/design/20200102-some-method-design.md: is not of this project"
    ) in capsys.readouterr().out.splitlines()


def test_a_dirty_checkout_is_refused_unless_told(export, checkout, capsys) -> None:
    (checkout / "README.md").write_text(read(checkout, "README.md") + "\nMine.\n")
    before = miniature.files_of(checkout)

    assert export() == 1

    assert capsys.readouterr().err == (
        "ERROR: README.md: not committed; commit or stash it first, or pass --allow-dirty.\n"
    )
    assert miniature.files_of(checkout) == before
    assert export("--allow-dirty") == 0
    assert read(checkout, "README.md").endswith("\nMine.\n")


def test_a_folder_that_is_no_checkout_is_refused(export, tmp_path, capsys) -> None:
    assert export(place=tmp_path) == 1
    assert "is no checkout of tensorflow/model-opt" in capsys.readouterr().err


def test_a_checkout_without_git_is_refused(export, checkout, tmp_path, capsys) -> None:
    (checkout / ".git").rename(tmp_path / "elsewhere")

    assert export() == 1
    assert "is no git checkout" in capsys.readouterr().err


@pytest.mark.parametrize("path", [path for path, _, _ in edits.EDITS])
@pytest.mark.parametrize("content", ["", None], ids=["empty", "missing"])
def test_a_place_that_is_not_there_is_named(export, checkout, capsys, path, content) -> None:
    if content is None:
        (checkout / path).unlink()
    else:
        (checkout / path).write_text(content)
    miniature.commit(checkout)
    before = miniature.files_of(checkout)

    assert export() == 1

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ERROR: ")
    assert path in line
    assert miniature.files_of(checkout) == before


@pytest.mark.parametrize("number", [0, 7, 20])
def test_a_failure_leaves_the_checkout_as_it_was(
    export, checkout, capsys, monkeypatch, number
) -> None:
    before = miniature.files_of(checkout)
    folders = sorted(p for p in checkout.rglob("*") if p.is_dir())
    real, calls = os.replace, []

    def replace(source, target):
        calls.append(target)
        if len(calls) == number + 1:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    assert export() == 1

    assert "No space left on device; the checkout is as it was" in (capsys.readouterr().err)
    assert miniature.files_of(checkout) == before
    assert sorted(p for p in checkout.rglob("*") if p.is_dir()) == folders


def test_nothing_is_written_through_a_link_that_leads_out(
    export, checkout, tmp_path, capsys
) -> None:
    (tmp_path / "out").mkdir()
    (checkout / "rfcs").symlink_to(tmp_path / "out")
    miniature.commit(checkout)

    assert export() == 1
    assert "leads out of the checkout" in capsys.readouterr().err
    assert not any((tmp_path / "out").iterdir())


def test_this_project_can_be_exported(checkout, tmp_path, capsys) -> None:
    series = tmp_path / "series"
    assert command.main([f"--series={series}", str(checkout)], tools.ROOT) == 0
    assert len(list(series.glob("*.patch"))) == 7
    assert command.main([str(checkout)], tools.ROOT) == 0
    assert command.main(["--check", str(checkout)], tools.ROOT) == 0, capsys.readouterr().out
