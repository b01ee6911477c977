"""The hooks, imported as modules."""

import importlib.util

import pytest
import support

CONTEXT = {
    "technique_slug": "weight_slicing",
    "__package": "tfmot_weight_slicing",
    "_output_dir": "/somewhere",
}


def load(name):
    path = support.ROOT / "hooks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pre():
    return load("pre_gen_project")


@pytest.fixture(scope="module")
def post():
    return load("post_gen_project")


@pytest.mark.parametrize("name", ["pre_gen_project", "post_gen_project"])
def test_one_placeholder(name):
    text = (support.ROOT / "hooks" / f"{name}.py").read_text()
    assert text.count("<<") == text.count(">>") == 1
    assert not any(start in text for start in ("<%", "<#", "%>", "#>"))


class TestPreGeneration:
    def test_a_new_folder_is_marked(self, pre, capsys, tmp_path):
        assert pre.main(True, tmp_path) == 0
        assert capsys.readouterr() == ("", "")
        assert [path.name for path in tmp_path.iterdir()] == [".incomplete"]

    def test_a_folder_that_was_there_is_not_marked(self, pre, tmp_path):
        (tmp_path / "mine.txt").touch()
        assert pre.main(True, tmp_path) == 0
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_without_the_template_s_extension(self, pre, capsys, tmp_path):
        assert pre.main(False, tmp_path) == 1
        assert capsys.readouterr().err.startswith("ERROR: _extensions is the template's own")


def test_nothing_of_the_project_is_read_or_executed(post, tmp_path):
    code = "import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch()\n= = <<cookiecutter."
    for name in ("tools/documents/render.py", "tomllib.py", "conftest.py", "a.ipynb", "a.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code)
    before = support.files_of(tmp_path)
    (tmp_path / ".incomplete").touch()
    assert post.main(CONTEXT, tmp_path) == 0
    assert support.files_of(tmp_path) == before


class TestNextSteps:
    def test_short_and_numbered(self, post, tmp_path, capsys, monkeypatch):
        monkeypatch.setenv("PWD", str(tmp_path.parent))
        assert post.main(CONTEXT, tmp_path) == 0
        shown = capsys.readouterr().out
        assert len(shown.splitlines()) <= 12
        assert f"1. cd {tmp_path.name}\n" in shown
        assert "tfmot_weight_slicing/keras/algorithm.py" in shown
        assert shown.isascii()

    def test_folder_is_quoted_for_the_shell(self, post, tmp_path, capsys):
        folder = tmp_path / "it's $(id)"
        folder.mkdir()
        (folder / "algorithm.py").write_text("pass\n")
        assert post.main(CONTEXT, folder) == 0
        assert """it'"'"'s $(id)'""" in capsys.readouterr().out

    def test_silent_when_cruft_compares(self, post, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr(post.tempfile, "gettempdir", lambda: str(tmp_path.parent))
        by_cruft = {key: value for key, value in CONTEXT.items() if key != "_output_dir"}
        assert post.main(by_cruft, tmp_path) == 0
        assert capsys.readouterr().out == ""
